package org.portreeve.control;

/** What became of a {@link MapCommand}. Immutable. */
public sealed interface MapOutcome {
    /**
     * The mapping is durable and forwards packets.
     *
     * @param externalPort the first of a set
     * @param description what the owner calls it now; empty for nothing, and for what staff made
     * @param span which internal ports it has
     */
    record Granted(
            int externalIp,
            int externalPort,
            long lifetimeSeconds,
            String description,
            PortSpan span)
            implements MapOutcome {
        /** One without a description, of the port that was asked for. */
        public Granted(int externalIp, int externalPort, long lifetimeSeconds) {
            this(externalIp, externalPort, lifetimeSeconds, Description.NONE, PortSpan.ASKED);
        }
    }

    /**
     * Nothing is left of it, or it ends in so many seconds (RFC 6887 §15, PCP-DEL-008).
     *
     * @param span which internal ports it had
     */
    record Deleted(long lifetimeSeconds, PortSpan span) implements MapOutcome {
        /** The port that was asked for. */
        public Deleted(long lifetimeSeconds) {
            this(lifetimeSeconds, PortSpan.ASKED);
        }
    }

    /** Nothing was changed. The lifetime says for how long asking again makes no sense. */
    record Refused(Reason reason, long lifetimeSeconds) implements MapOutcome {}

    /** Why a request was refused; each protocol has its own words for these. */
    enum Reason {
        /** Another nonce owns the mapping, or it is not the requester's to delete. */
        NOT_AUTHORIZED("The mapping belongs to another application, or to staff."),
        /** The node is not ready, or its translator is out of reach. */
        NETWORK_FAILURE("The node had just started, or its translator did not answer."),
        /** A shortage of the whole system, or a store that cannot keep the lease. */
        NO_RESOURCES(
                "The node had no port, or no room, or could not make the mapping durable; or too"
                        + " many requests for the same internal port were under way."),
        /** The subscriber's own limit. */
        USER_EX_QUOTA("The subscriber has reached its own limit, or staff drain it."),
        /** The exact tuple was asked and cannot be had. */
        CANNOT_PROVIDE_EXTERNAL(
                "Exactly this external port was asked for, and somebody else has it, or it rests."),
        /** The mapping would have more filters than it may. */
        EXCESSIVE_REMOTE_PEERS("The mapping would have more filters than it may.");

        private final String sentence;

        Reason(String sentence) {
            this.sentence = sentence;
        }

        /** The same for people. */
        public String sentence() {
            return sentence;
        }
    }
}
