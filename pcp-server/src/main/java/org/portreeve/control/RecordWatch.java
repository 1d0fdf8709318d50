package org.portreeve.control;

import org.portreeve.nat.event.EventKind;

/**
 * Tells when the journal begins and ceases to fail, and has everything written anew then, what was
 * used without a record too. Event loop only.
 */
final class RecordWatch {
    private final ControlState state;
    private final Checkpoint checkpoint;
    private boolean wasFailing;

    RecordWatch(ControlState state, Checkpoint checkpoint) {
        this.state = state;
        this.checkpoint = checkpoint;
    }

    /** To be called after the journal was heard. */
    void advance() {
        boolean isFailing = state.recorder.isFailing();
        if (isFailing == wasFailing) {
            return;
        }
        wasFailing = isFailing;
        if (isFailing) {
            state.events.tell(EventKind.RECORDS_FAILING);
        } else {
            state.events.tell(EventKind.RECORDS_RESTORED);
            // It writes everything that is in use, and again until nothing of it is lost; what
            // ended meanwhile without a record goes with the older segments.
            checkpoint.want();
        }
    }
}
