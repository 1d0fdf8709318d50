package org.portreeve.bench.traffic;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A batch of whole IPv4 UDP packets of one size to one address, from whatever source they are
 * given. Main thread.
 */
final class UdpPackets {
    static final int UDP = 17;
    static final int IP_HEADER_BYTES = 20;

    /** Of a UDP packet over IPv4 whose sender computed none. */
    static final int NO_CHECKSUM = 0;

    static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int UDP_HEADER_BYTES = 8;
    private static final int VERSION_AND_LENGTH = 0x4500;
    private static final int DO_NOT_FRAGMENT = 0x4000;
    private static final int HOP_LIMIT = 64;

    private final int packetBytes;
    private final MemorySegment packets;
    private final RawSocket socket;

    UdpPackets(int packetBytes, int destination) {
        this.packetBytes = packetBytes;
        this.packets = Arena.global().allocate((long) RawSocket.BATCH * packetBytes, 64);
        for (int i = 0; i < RawSocket.BATCH; i++) {
            prepare((long) i * packetBytes, destination);
        }
        this.socket = new RawSocket(packets, packetBytes, destination);
    }

    /** Of a packet with so many octets of payload. */
    static int bytes(int payloadBytes) {
        return IP_HEADER_BYTES + UDP_HEADER_BYTES + payloadBytes;
    }

    // The kernel writes the length, the identification and the checksum of the IPv4 header.
    private void prepare(long packet, int destination) {
        packets.set(U16, packet, (short) VERSION_AND_LENGTH);
        packets.set(U16, packet + 6, (short) DO_NOT_FRAGMENT);
        packets.set(U16, packet + 8, (short) (HOP_LIMIT << 8 | UDP));
        packets.set(U32, packet + 16, destination);
        packets.set(U16, packet + 24, (short) (packetBytes - IP_HEADER_BYTES));
    }

    /** All octets of the batch. */
    MemorySegment octets() {
        return packets;
    }

    /** Where the payload of a packet begins. */
    long payload(int index) {
        return (long) index * packetBytes + IP_HEADER_BYTES + UDP_HEADER_BYTES;
    }

    /** Says from where a packet comes and to which port it goes. */
    void address(int index, int source, int sourcePort, int destinationPort, int checksum) {
        long packet = (long) index * packetBytes;
        packets.set(U32, packet + 12, source);
        packets.set(U16, packet + 20, (short) sourcePort);
        packets.set(U16, packet + 22, (short) destinationPort);
        packets.set(U16, packet + 26, (short) checksum);
    }

    /** Sends the first so many; how many the kernel took, less than none for a refusal. */
    int send(int count) {
        return socket.send(count);
    }
}
