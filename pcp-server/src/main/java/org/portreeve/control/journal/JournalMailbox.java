package org.portreeve.control.journal;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;

/**
 * Both ways between the port-control thread and the journal thread, both bounded: records in, fates
 * out. A record has a place from its appending until its fate was drained, and a batch has at least
 * one record, so neither ring can be full for what may enter it.
 */
final class JournalMailbox {
    /** What enters the queue besides records. */
    sealed interface Mark {
        /**
         * A checkpoint begins. Port control wrote it knowing all fates up to this position; when a
         * later one turns out lost, what the checkpoint says is not what the journal has.
         */
        record CheckpointBegun(long drainedPosition) implements Mark {}

        /** The checkpoint is complete. */
        record CheckpointEnded() implements Mark {}
    }

    /** What has become of the records up to a position. Immutable. */
    record Fate(long throughPosition, boolean durable) {}

    /** A checkpoint begins when the one before has ended: two marks at most are under way. */
    private static final int MARK_PLACES = 2;

    private final int recordPlaces;
    private final SpscAtomicArrayQueue<Object> entries;
    private final SpscAtomicArrayQueue<Fate> fates;

    // Port-control thread.
    private long lastPosition = LeaseJournal.REFUSED;
    private long drainedPosition = LeaseJournal.REFUSED;
    private long checkpointsBegun;
    private boolean checkpointOpen;

    // Journal thread.
    private long checkpointsDone;

    private volatile long checkpointsOver;
    private volatile boolean checkpointDue;
    private volatile boolean asleep;
    private volatile boolean closing;
    private volatile boolean gone;

    /** Records that may be under way at once. */
    JournalMailbox(int recordPlaces) {
        this.recordPlaces = recordPlaces;
        this.entries = new SpscAtomicArrayQueue<>(recordPlaces + MARK_PLACES);
        this.fates = new SpscAtomicArrayQueue<>(recordPlaces);
    }

    /** Takes a record and returns its position, or {@link LeaseJournal#REFUSED}. */
    long append(JournalRecord record) {
        if (gone || closing || lastPosition - drainedPosition >= recordPlaces) {
            return LeaseJournal.REFUSED;
        }
        enter(record);
        return ++lastPosition;
    }

    /** Whether the journal thread has seen the end of every checkpoint that was begun. */
    boolean mayBeginCheckpoint() {
        return checkpointsBegun == checkpointsOver;
    }

    /** Takes the mark of a checkpoint's begin. */
    void beginCheckpoint() {
        if (!mayBeginCheckpoint()) {
            throw new IllegalStateException("a checkpoint is under way");
        }
        checkpointsBegun++;
        checkpointOpen = true;
        enter(new Mark.CheckpointBegun(drainedPosition));
    }

    /** Takes the mark of a checkpoint's end. */
    void endCheckpoint() {
        if (!checkpointOpen) {
            throw new IllegalStateException("no checkpoint was begun");
        }
        checkpointOpen = false;
        enter(new Mark.CheckpointEnded());
    }

    private void enter(Object entry) {
        boolean taken = entries.offer(entry);
        assert taken : "an entry had no place";
        // The queue publishes lazily: without the fence both sides could miss each other.
        VarHandle.fullFence();
    }

    /** Whether a checkpoint would pay and none is under way. */
    boolean wantsCheckpoint() {
        return checkpointsBegun == checkpointsOver && checkpointDue;
    }

    /** Hands at most so many fates to the handler and returns how many. */
    int drain(LeaseJournal.Completion handler, int limit) {
        int done = 0;
        while (done < limit) {
            Fate fate = fates.poll();
            if (fate == null) {
                break;
            }
            drainedPosition = fate.throughPosition();
            handler.completed(fate.throughPosition(), fate.durable());
            done++;
        }
        return done;
    }

    /** Wakes the journal thread when it sleeps. */
    void wake(Thread thread) {
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    /** Takes no further records; those that were taken will be written. */
    void close() {
        closing = true;
    }

    /** The next entry, or null. Journal thread. */
    Object poll() {
        return entries.poll();
    }

    /** Sleeps until there is an entry; returns false when there will be none. Journal thread. */
    boolean await() {
        while (entries.isEmpty()) {
            if (closing) {
                // Nothing enters after this flag was set, but something may have just before.
                return !entries.isEmpty();
            }
            asleep = true;
            if (entries.isEmpty() && !closing) {
                LockSupport.park(this);
            }
            asleep = false;
        }
        return true;
    }

    /** Reports the fate of a batch. Journal thread. */
    void report(long throughPosition, boolean durable) {
        boolean taken = fates.offer(new Fate(throughPosition, durable));
        assert taken : "a fate had no place";
    }

    /** Says whether a checkpoint would pay now. Journal thread. */
    void checkpointDue(boolean due) {
        if (checkpointDue != due) {
            checkpointDue = due;
        }
    }

    /** The checkpoint under way has ended, with or without effect. Journal thread. */
    void checkpointOver() {
        checkpointsOver = ++checkpointsDone;
    }

    /** The journal thread ends: nothing more is taken. Journal thread. */
    void gone() {
        gone = true;
    }
}
