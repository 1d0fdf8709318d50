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
     * @param size how many ports it has from the tuples' on
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
            List<PeerFilter> filters,
            int size)
            implements JournalRecord {
        /** Takes a copy of the list. */
        public LeaseGranted {
            filters = List.copyOf(filters);
        }

        /** One of one port. */
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
                String description,
                List<PeerFilter> filters) {
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
                    filters,
                    1);
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

    /** The same of an owner who insists on the external tuple (RFC 6887 §13.2). */
    record LeaseInsisted(LeaseGranted lease) implements JournalRecord {}

    /** The lease of this tuple is over; its port does not rest. */
    record LeaseEnded(InternalTuple internal) implements JournalRecord {}

    /**
     * An external port rests for its former owner: replaces what is known under the port.
     *
     * @param ofSet whether it was one of a set of ports
     */
    record PortHeld(
            InternalTuple internal,
            String subscriber,
            int externalIp,
            int externalPort,
            Nonce nonce,
            long untilMillis,
            boolean ofSet)
            implements JournalRecord {
        /** One that was alone. */
        public PortHeld(
                InternalTuple internal,
                String subscriber,
                int externalIp,
                int externalPort,
                Nonce nonce,
                long untilMillis) {
            this(internal, subscriber, externalIp, externalPort, nonce, untilMillis, false);
        }

        /** The same rest of the port so many further, for the tuple so many further. */
        public PortHeld next(int ports) {
            return new PortHeld(
                    internal.next(ports),
                    subscriber,
                    externalIp,
                    externalPort + ports,
                    nonce,
                    untilMillis,
                    ofSet);
        }
    }

    /**
     * A lease is over and its port rests for its owner. One record, so that no crash comes between:
     * a lease that ended without a rest would leave its port to the next who asks.
     *
     * @param hold its first port
     * @param size how many ports rest so from there on
     */
    record LeaseRested(PortHeld hold, int size) implements JournalRecord {
        /** One port. */
        public LeaseRested(PortHeld hold) {
            this(hold, 1);
        }
    }

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
     * The epoch of the clients at an address, and of all of the same subscriber, began later than
     * that of the node: replaces what was said of the address (RFC 6887 §8.5).
     *
     * @param laterMillis so much later, whatever the wall clock does
     */
    record ClientEpochStarted(int clientIp, long laterMillis) implements JournalRecord {}

    /** All clients have the epoch of the node again. */
    record ClientEpochsEnded() implements JournalRecord {}

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
     * @param description what its owner calls it, sanitised; empty for none
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
            long deadlineMillis,
            String description)
            implements JournalRecord {
        /** One without a description. */
        public PeerGranted(
                InternalTuple internal,
                int remoteIp,
                int remotePort,
                String subscriber,
                int externalIp,
                int externalPort,
                Nonce nonce,
                int clientIp,
                int clientPort,
                long deadlineMillis) {
            this(
                    internal,
                    remoteIp,
                    remotePort,
                    subscriber,
                    externalIp,
                    externalPort,
                    nonce,
                    clientIp,
                    clientPort,
                    deadlineMillis,
                    "");
        }
    }

    /** No PEER keeps the session any more. */
    record PeerEnded(InternalTuple internal, int remoteIp, int remotePort)
            implements JournalRecord {}

    /** A mark of time while nothing else happens, so that a clock set back is noticed at start. */
    record TimeMark(long wallMillis) implements JournalRecord {}
}
