package org.portreeve.control;

import java.util.OptionalLong;
import org.portreeve.control.journal.JournalRecord;

/**
 * The epoch over restarts: begun from what the journal knows, and kept there together with the
 * time, so that the next process finds the same one (RFC 6887 §8.5). Event loop only.
 */
final class EpochRecord {
    /** How often the journal gets a mark of time. */
    static final long MARK_NS = 10 * Durations.NS_PER_SECOND;

    private final ControlState state;
    private final Epoch epoch;
    private long nextMarkNs;
    private boolean goesOn;
    private long atStartMillis;

    EpochRecord(ControlState state) {
        this.state = state;
        epoch = new Epoch(state.nowNs, state.wallMillis);
        nextMarkNs = state.nowNs + MARK_NS;
    }

    Epoch epoch() {
        return epoch;
    }

    /** Whether the epoch is that of the journal. */
    boolean goesOn() {
        return goesOn;
    }

    /** How old the epoch was when this process began; 0 when it began later. */
    long atStartMillis() {
        return atStartMillis;
    }

    /** Goes on with the epoch of the journal, or begins another when it cannot be believed. */
    void begin(RecoveredState found) {
        OptionalLong startMillis = found.epochStartMillis();
        // A clock behind the journal's last time cannot tell how long the node was down.
        boolean believed =
                startMillis.isPresent()
                        && state.wallMillis >= found.lastWallMillis()
                        && state.wallMillis >= startMillis.getAsLong();
        if (believed) {
            epoch.resume(startMillis.getAsLong(), state.nowNs, state.wallMillis);
            goesOn = true;
            atStartMillis = epoch.millis(state.nowNs);
        } else {
            reset();
        }
    }

    /** Begins anew for all clients. */
    void reset() {
        epoch.reset(state.nowNs, state.wallMillis);
        goesOn = false;
        atStartMillis = 0;
        state.counters.increment(ControlCounter.EPOCH_RESETS);
        // No client's own is later than this one.
        state.recorder.insist(_ -> {}, new JournalRecord.ClientEpochsEnded(), started());
    }

    /**
     * Tells the journal the time, and anew what depends on it when the wall clock was stepped.
     *
     * @param onStep called when it was
     * @return the work done
     */
    int mark(Runnable onStep) {
        if (state.nowNs - nextMarkNs < 0) {
            return 0;
        }
        nextMarkNs = state.nowNs + MARK_NS;
        state.recorder.note(new JournalRecord.TimeMark(state.wallMillis));
        if (epoch.followWallClock(state.nowNs, state.wallMillis)) {
            state.recorder.insist(_ -> {}, started());
            onStep.run();
        }
        return 1;
    }

    /** What the journal knows of it. */
    JournalRecord started() {
        return new JournalRecord.EpochStarted(epoch.startMillis());
    }
}
