package org.portreeve.pcp;

import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;

/** A journal that keeps nothing and says that everything is durable, one cycle later. */
final class MemoryJournal implements LeaseJournal {
    private long appended;
    private long reported;

    @Override
    public long append(JournalRecord record) {
        return ++appended;
    }

    @Override
    public int drain(Completion handler, int limit) {
        if (reported == appended) {
            return 0;
        }
        reported = appended;
        handler.completed(reported, true);
        return 1;
    }

    @Override
    public boolean wantsCheckpoint() {
        return false;
    }

    @Override
    public boolean mayBeginCheckpoint() {
        return true;
    }

    @Override
    public void beginCheckpoint() {}

    @Override
    public void endCheckpoint() {}

    @Override
    public void close() {}
}
