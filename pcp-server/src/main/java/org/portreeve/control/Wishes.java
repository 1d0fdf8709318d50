package org.portreeve.control;

import org.portreeve.control.journal.JournalRecord;

/** What staff asked for and is not on record yet, of one kind. Thread of port control. */
final class Wishes {
    private final Recorder recorder;
    private int underWay;

    Wishes(Recorder recorder) {
        this.recorder = recorder;
    }

    /** How many there are. */
    int underWay() {
        return underWay;
    }

    /** Records one and tells whether that is durable. */
    void record(JournalRecord record, Recorder.Waiter then) {
        underWay++;
        Recorder.Waiter settled =
                durable -> {
                    underWay--;
                    then.recorded(durable);
                };
        if (!recorder.append(record, settled)) {
            settled.recorded(false);
        }
    }
}
