package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;

/** A journal in memory that takes its time, and refuses and loses records when told so. */
public final class SimJournal implements LeaseJournal {
    private final List<Entry> written = new ArrayList<>();
    private final Deque<Entry> pending = new ArrayDeque<>();
    private final Deque<Fate> fates = new ArrayDeque<>();
    private long position;
    private int segment;
    public boolean full;
    public boolean wantsCheckpoint;
    int checkpoints;
    private boolean checkpointOpen;
    private boolean lostInCheckpoint;

    private record Entry(long position, int segment, JournalRecord record) {}

    private record Fate(long through, boolean durable) {}

    @Override
    public long append(JournalRecord record) {
        if (full) {
            return REFUSED;
        }
        pending.add(new Entry(++position, segment, record));
        return position;
    }

    @Override
    public int drain(Completion handler, int limit) {
        int done = 0;
        for (; done < limit && !fates.isEmpty(); done++) {
            Fate fate = fates.poll();
            handler.completed(fate.through, fate.durable);
        }
        return done;
    }

    @Override
    public boolean wantsCheckpoint() {
        return wantsCheckpoint;
    }

    @Override
    public boolean mayBeginCheckpoint() {
        return !checkpointOpen;
    }

    @Override
    public void beginCheckpoint() {
        assertTrue(mayBeginCheckpoint(), "a checkpoint was begun beside another");
        checkpointOpen = true;
        lostInCheckpoint = false;
        wantsCheckpoint = false;
        segment++;
    }

    @Override
    public void endCheckpoint() {
        assertTrue(checkpointOpen, "a checkpoint was ended twice");
        checkpointOpen = false;
        if (!lostInCheckpoint) {
            checkpoints++;
            written.removeIf(e -> e.segment < segment);
        }
    }

    @Override
    public void close() {
        force(true, Integer.MAX_VALUE);
    }

    /** What happens to the next records, as one group. Returns how many. */
    public int force(boolean durable, int limit) {
        long through = 0;
        int done = 0;
        for (; done < limit && !pending.isEmpty(); done++) {
            Entry entry = pending.poll();
            through = entry.position;
            if (durable) {
                written.add(entry);
            }
            lostInCheckpoint |= !durable;
        }
        if (done > 0) {
            fates.add(new Fate(through, durable));
        }
        return done;
    }

    public int pendingCount() {
        return pending.size();
    }

    /** The journal of the next process: some of what was not forced may be there. */
    public SimJournal crashed(RandomGenerator random) {
        SimJournal next = new SimJournal();
        next.written.addAll(written);
        pending.stream().limit(random.nextInt(pending.size() + 1)).forEach(next.written::add);
        next.segment = segment + 1;
        return next;
    }

    /** What a process that starts now would find. */
    public RecoveredState found() {
        return durable().state();
    }

    /** The addresses out of use that a process that starts now would find. */
    public Collection<JournalRecord.AddressDrained> drains() {
        return durable().drains.values();
    }

    /** The sessions that a process which starts now would find kept. */
    public Collection<JournalRecord.PeerGranted> peers() {
        return durable().peers.values();
    }

    /** The subscribers drained that a process that starts now would find. */
    public Collection<JournalRecord.SubscriberDrained> subscriberDrains() {
        return durable().drainedSubscribers.values();
    }

    /** What is durable now. */
    Fold durable() {
        Fold fold = new Fold();
        written.forEach(e -> fold.add(e.record));
        return fold;
    }
}
