package org.portreeve.pcp.wire;

/** What became of a datagram that a client received. Immutable. */
public sealed interface DecodedResponse {
    /** An answer in good form; whether it is ours is for the client to say. */
    record Accepted(PcpResponse response) implements DecodedResponse {}

    /**
     * The server speaks another version. May come from a NAT-PMP server, in its short form, so
     * nothing but these two fields is sure (RFC 6887 §8.3, §9).
     */
    record VersionRefused(int serverVersion, int opcodeNumber) implements DecodedResponse {}

    /** A datagram that a client must not act upon. */
    record Ignored(Reason reason) implements DecodedResponse {}

    /** Why a datagram is not acted upon (RFC 6887 §8.3). */
    enum Reason {
        TOO_SHORT("Fewer than four octets: no result code"),
        NOT_A_RESPONSE("The R bit is clear"),
        BAD_LENGTH("Shorter than its opcode needs, over 1100 octets, or not a multiple of four"),
        UNKNOWN_VERSION("Neither version 2 nor a refusal of our version"),
        UNKNOWN_OPCODE("A success of an operation that is not known here"),
        BROKEN_OPTIONS("The options do not fit the message");

        private final String help;

        Reason(String help) {
            this.help = help;
        }

        /** What an operator should conclude when this is counted. */
        public String help() {
            return help;
        }
    }
}
