package org.portreeve.control.journal;

import java.util.List;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * One change of port control's durable state. Times are wall-clock milliseconds since 1970, because
 * they must mean something to the next process. Immutable.
 */
public sealed interface JournalRecord {
    /**
     * A lease was granted or renewed: replaces what is known under {@code internal}.
     *
     * @param subscriber the subscriber's id
     * @param clientIp the IPv4 address that asked, for notifications
     * @param clientPort its UDP port, 0 when unknown
     * @param description what its owner calls it, sanitised; empty for none
     * @param filters whom it lets in; empty for everybody
     */
    record LeaseGranted(
            InternalTuple internal,
            String subscriber,
            int externalIp,
            int externalPort,
            Nonce nonce,
            LeaseOrigin origin,
            int clientIp,
            int clientPort,
            long deadlineMillis,
            String description,
            List<PeerFilter> filters)
            implements JournalRecord {
        /** Takes a copy of the list. */
        public LeaseGranted {
            filters = List.copyOf(filters);
        }

        /** One that lets everybody in. */
        public LeaseGranted(
                InternalTuple internal,
                String subscriber,
                int externalIp,
                int externalPort,
                Nonce nonce,
                LeaseOrigin origin,
                int clientIp,
                int clientPort,
                long deadlineMillis,
                String description) {
            this(
                    internal,
                    subscriber,
                    externalIp,
                    externalPort,
                    nonce,
                    origin,
                    clientIp,
                    clientPort,
                    deadlineMillis,
                    description,
                    List.of());
        }
    }

    /** The lease of this tuple is over; its port does not rest. */
    record LeaseEnded(InternalTuple internal) implements JournalRecord {}

    /** An external port rests for its former owner: replaces what is known under the port. */
    record PortHeld(
            InternalTuple internal,
            String subscriber,
            int externalIp,
            int externalPort,
            Nonce nonce,
            long untilMillis)
            implements JournalRecord {}

    /**
     * A lease is over and its port rests for its owner. One record, so that no crash comes between:
     * a lease that ended without a rest would leave its port to the next who asks.
     */
    record LeaseRested(PortHeld hold) implements JournalRecord {}

    /** The rest of an external port is over, or its owner has it again. */
    record HoldEnded(int protocol, int externalIp, int externalPort) implements JournalRecord {}

    /** A subscriber is paired with an external address: replaces its earlier pairing. */
    record Paired(String subscriber, int externalIp) implements JournalRecord {}

    /** A subscriber has no pairing any more. */
    record Unpaired(String subscriber) implements JournalRecord {}

    /** A port block belongs to a subscriber. */
    record BlockLeased(String subscriber, int externalIp, int firstPort, int size)
            implements JournalRecord {}

    /** A port block went back to the pool. */
    record BlockReleased(int externalIp, int firstPort) implements JournalRecord {}

    /**
     * The epoch began at this wall-clock time; a new epoch replaces it (RFC 6887 §8.5).
     *
     * @param startMillis when the epoch was 0
     */
    record EpochStarted(long startMillis) implements JournalRecord {}

    /**
     * New subscribers do not get an external address: replaces what was said of it.
     *
     * @param restSeconds how long it rests when nobody has it any more; 0 until somebody says so
     * @param sinceMillis when that was said
     */
    record AddressDrained(int externalIp, long restSeconds, long sinceMillis)
            implements JournalRecord {}

    /** New subscribers may get an external address again. */
    record DrainEnded(int externalIp) implements JournalRecord {}

    /**
     * A subscriber gets no new mapping: replaces what was said of it.
     *
     * @param sinceMillis when that was said
     */
    record SubscriberDrained(String subscriber, long sinceMillis) implements JournalRecord {}

    /** A subscriber may get mappings again. */
    record SubscriberDrainEnded(String subscriber) implements JournalRecord {}

    /**
     * A PEER keeps a session: replaces what is known under the five-tuple.
     *
     * @param subscriber the subscriber's id
     * @param clientIp the IPv4 address that asked, for notifications
     * @param clientPort its UDP port
     */
    record PeerGranted(
            InternalTuple internal,
            int remoteIp,
            int remotePort,
            String subscriber,
            int externalIp,
            int externalPort,
            Nonce nonce,
            int clientIp,
            int clientPort,
            long deadlineMillis)
            implements JournalRecord {}

    /** No PEER keeps the session any more. */
    record PeerEnded(InternalTuple internal, int remoteIp, int remotePort)
            implements JournalRecord {}

    /** A mark of time while nothing else happens, so that a clock set back is noticed at start. */
    record TimeMark(long wallMillis) implements JournalRecord {}
}
