package org.portreeve.pcp.wire;

/** What became of a datagram that a server received. Immutable. */
public sealed interface Decoded {
    /**
     * A request in good form.
     *
     * @param echo kept for the case that a later step refuses it
     */
    record Accepted(PcpRequest request, RequestEcho echo) implements Decoded {
        /** The answer when a later step refuses the request for as long as the code suggests. */
        public PcpResponse.ErrorResponse refuse(ResultCode code, long epochSeconds) {
            return refuse(code, code.errorLifetimeSeconds(), epochSeconds);
        }

        /** The answer when a later step refuses the request for so many seconds. */
        public PcpResponse.ErrorResponse refuse(
                ResultCode code, long lifetimeSeconds, long epochSeconds) {
            RequestEcho carried = code.meansNotParsed() ? echo : echo.withoutAddressTail();
            return new PcpResponse.ErrorResponse(
                    code.number(), lifetimeSeconds, epochSeconds, carried);
        }
    }

    /** A request that is to be answered with an error; nothing may change because of it. */
    record Refused(ResultCode code, RequestEcho echo) implements Decoded {
        /** The answer. */
        public PcpResponse.ErrorResponse answer(long epochSeconds) {
            return new PcpResponse.ErrorResponse(
                    code.number(), code.errorLifetimeSeconds(), epochSeconds, echo);
        }
    }

    /** Version 0: the datagram is for the NAT-PMP handler (RFC 6887 App. A). */
    record NatPmp() implements Decoded {}

    /** A datagram that gets no answer. */
    record Ignored(Reason reason) implements Decoded {}

    /** Why a datagram gets no answer. */
    enum Reason {
        TOO_SHORT("The datagram has fewer than two octets: nothing says what it is"),
        NOT_A_REQUEST("The R bit is set: a response sent to a server, perhaps to start a loop"),
        HEADER_CUT_SHORT("Version 2, but shorter than the 24 octets of a header");

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
