package org.portreeve.control;

/** What became of a {@link MapCommand}. Immutable. */
public sealed interface MapOutcome {
    /** The mapping is durable and forwards packets. */
    record Granted(int externalIp, int externalPort, long lifetimeSeconds) implements MapOutcome {}

    /** Nothing is left of it, or it ends in so many seconds (RFC 6887 §15, PCP-DEL-008). */
    record Deleted(long lifetimeSeconds) implements MapOutcome {}

    /** Nothing was changed. The lifetime says for how long asking again makes no sense. */
    record Refused(Reason reason, long lifetimeSeconds) implements MapOutcome {}

    /** Why a request was refused; each protocol has its own words for these. */
    enum Reason {
        /** Another nonce owns the mapping, or it is not the requester's to delete. */
        NOT_AUTHORIZED,
        /** The node is not ready, or its translator is out of reach. */
        NETWORK_FAILURE,
        /** A shortage of the whole system, or a store that cannot keep the lease. */
        NO_RESOURCES,
        /** The subscriber's own limit. */
        USER_EX_QUOTA,
        /** The exact tuple was asked and cannot be had. */
        CANNOT_PROVIDE_EXTERNAL
    }
}
