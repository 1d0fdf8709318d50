package org.portreeve.natpmp.wire;

/** What became of a datagram that was taken for NAT-PMP. Immutable. */
public sealed interface NatPmpDecoded {
    /** A request in good form. */
    record Accepted(NatPmpRequest request) implements NatPmpDecoded {}

    /** An opcode that is not known; the answer carries the request back (RFC 6886 §3.5). */
    record Unsupported(NatPmpResponse.UnsupportedOpcode answer) implements NatPmpDecoded {}

    /** A request of another version, nothing of which is looked at (RFC 6886 §3.5). */
    record OtherVersion() implements NatPmpDecoded {}

    /** A datagram that gets no answer. */
    record Ignored(Reason reason) implements NatPmpDecoded {}

    /** Why a datagram gets no answer. */
    enum Reason {
        TRUNCATED("Shorter than its request has to be"),
        NOT_A_REQUEST("The opcode is one of a response, sent to a server perhaps to start a loop");

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
