package org.portreeve.control;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Port control's counters: written plainly by the event loop, published now and then for readers on
 * any thread.
 */
@SuppressWarnings("EnumOrdinal") // Ordinals are positions in arrays of this process.
public final class ControlCounters {
    private final long[] counts = new long[ControlCounter.values().length];
    private final AtomicLongArray published = new AtomicLongArray(counts.length);

    ControlCounters() {}

    /** The last published value. Any thread. */
    public long value(ControlCounter counter) {
        return published.getAcquire(counter.ordinal());
    }

    void increment(ControlCounter counter) {
        counts[counter.ordinal()]++;
    }

    /** Counts an answer by its kind. */
    void countAnswer(MapOutcome outcome) {
        increment(
                switch (outcome) {
                    case MapOutcome.Granted _ -> ControlCounter.GRANTED;
                    case MapOutcome.Deleted _ -> ControlCounter.DELETED;
                    case MapOutcome.Refused refused -> counterOf(refused.reason());
                });
    }

    /** The same of a PEER's. */
    void countAnswer(PeerOutcome outcome) {
        increment(
                switch (outcome) {
                    case PeerOutcome.Kept _ -> ControlCounter.GRANTED;
                    case PeerOutcome.NotThere _ -> ControlCounter.PEERS_NOT_THERE;
                    case PeerOutcome.InvalidPeer _ -> ControlCounter.PEERS_INVALID;
                    case PeerOutcome.Refused refused -> counterOf(refused.reason());
                });
    }

    void publish() {
        for (int i = 0; i < counts.length; i++) {
            published.setRelease(i, counts[i]);
        }
    }

    private static ControlCounter counterOf(MapOutcome.Reason reason) {
        return switch (reason) {
            case NOT_AUTHORIZED -> ControlCounter.REFUSED_NOT_AUTHORIZED;
            case NETWORK_FAILURE -> ControlCounter.REFUSED_NETWORK_FAILURE;
            case NO_RESOURCES -> ControlCounter.REFUSED_NO_RESOURCES;
            case USER_EX_QUOTA -> ControlCounter.REFUSED_QUOTA;
            case CANNOT_PROVIDE_EXTERNAL -> ControlCounter.REFUSED_CANNOT_PROVIDE;
            case EXCESSIVE_REMOTE_PEERS -> ControlCounter.REFUSED_FILTERS;
        };
    }
}
