package org.portreeve.control;

import org.portreeve.control.notice.Notice;

/** Has the operator told when shards or the journal do not keep up. Event loop only. */
final class LoadWatch {
    private final ControlState state;
    private long shardsFull;
    private long journalFull;

    LoadWatch(ControlState state) {
        this.state = state;
    }

    /** To be called after counters were published. */
    void advance() {
        long shards = state.counters.value(ControlCounter.SHARD_FULL);
        long journal = state.counters.value(ControlCounter.JOURNAL_REFUSED);
        state.notices.addTimes(Notice.SHARDS_FULL, shards - shardsFull);
        state.notices.addTimes(Notice.JOURNAL_FULL, journal - journalFull);
        shardsFull = shards;
        journalFull = journal;
    }
}
