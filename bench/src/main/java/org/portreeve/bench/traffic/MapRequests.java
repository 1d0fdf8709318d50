package org.portreeve.bench.traffic;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * MAP requests without options (RFC 6887 §11.1), whose nonce says which slot they are for, and
 * their answers. Any thread.
 */
final class MapRequests {
    /** Of a request and of its answer. */
    static final int BYTES = 60;

    /** The port of the server. */
    static final int SERVER_PORT = 5_351;

    private static final long SALT = 0x706f_7274_7265_6576L;
    private static final int VERSION_2_MAP = 0x0201;
    private static final int MAP_ANSWER = 0x81;
    private static final int MAP_REQUEST = 0x01;
    private static final short MAPPED = (short) 0xffff;

    private static final int OPCODE = 1;
    private static final int RESULT = 3;
    private static final int LIFETIME = 4;
    private static final int CLIENT_MAPPED = 18;
    private static final int CLIENT = 20;
    private static final int NONCE_SLOT = 24;
    private static final int NONCE_SALT = 28;
    private static final int PROTOCOL = 36;
    private static final int INTERNAL_PORT = 40;
    private static final int SUGGESTED_MAPPED = 54;

    private MapRequests() {}

    /** Writes what differs between requests, and all else that is not 0. */
    static void write(
            MemorySegment octets, long request, int client, int slot, int lifetimeSeconds) {
        octets.set(UdpPackets.U16, request, (short) VERSION_2_MAP);
        octets.set(UdpPackets.U32, request + LIFETIME, lifetimeSeconds);
        octets.set(UdpPackets.U16, request + CLIENT_MAPPED, MAPPED);
        octets.set(UdpPackets.U32, request + CLIENT, client);
        octets.set(UdpPackets.U32, request + NONCE_SLOT, slot);
        octets.set(UdpPackets.U64, request + NONCE_SALT, SALT);
        octets.set(JAVA_BYTE, request + PROTOCOL, (byte) Slots.protocol(slot));
        octets.set(UdpPackets.U16, request + INTERNAL_PORT, (short) Slots.internalPort(slot));
        octets.set(UdpPackets.U16, request + SUGGESTED_MAPPED, MAPPED);
    }

    /** The slot of a request of ours that came back as it was; {@link Slots#NONE} if it is none. */
    static int slotOfEcho(MemorySegment octets, long echo) {
        return slot(octets, echo, MAP_REQUEST);
    }

    /** The slot of an answer to a request of ours; {@link Slots#NONE} if it is none. */
    static int slotOfAnswer(MemorySegment octets, long answer) {
        return slot(octets, answer, MAP_ANSWER);
    }

    private static int slot(MemorySegment octets, long message, int opcode) {
        boolean isOurs =
                (octets.get(JAVA_BYTE, message + OPCODE) & 0xff) == opcode
                        && octets.get(UdpPackets.U64, message + NONCE_SALT) == SALT;
        return isOurs ? octets.get(UdpPackets.U32, message + NONCE_SLOT) : Slots.NONE;
    }

    /** The result code of an answer; 0 is success. */
    static int result(MemorySegment octets, long answer) {
        return octets.get(JAVA_BYTE, answer + RESULT) & 0xff;
    }
}
