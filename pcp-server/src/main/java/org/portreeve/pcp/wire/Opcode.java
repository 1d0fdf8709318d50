package org.portreeve.pcp.wire;

import java.util.Optional;

/** The operations of RFC 6887 §19.2 that are understood. Immutable. */
public enum Opcode {
    ANNOUNCE(0, 0),
    MAP(1, PcpFormat.MAP_DATA_BYTES),
    PEER(2, PcpFormat.PEER_DATA_BYTES);

    private static final Opcode[] ALL = values();

    private final int number;
    private final int dataBytes;

    Opcode(int number, int dataBytes) {
        this.number = number;
        this.dataBytes = dataBytes;
    }

    /** The opcode with this number, or empty when it is not understood. */
    public static Optional<Opcode> of(int number) {
        for (Opcode opcode : ALL) {
            if (opcode.number == number) {
                return Optional.of(opcode);
            }
        }
        return Optional.empty();
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** How long a message is at least: the header and this opcode's own data. */
    int minMessageBytes() {
        return PcpFormat.HEADER_BYTES + dataBytes;
    }
}
