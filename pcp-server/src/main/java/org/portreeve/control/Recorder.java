package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;

/**
 * Hands records to the journal and tells whoever waits for them what became of them, in order.
 * Event loop only.
 */
final class Recorder {
    /** How long a record that must not be lost waits before it is tried again. */
    static final long RETRY_NS = 50_000_000L;

    private static final Waiter NOBODY = _ -> {};

    private final LeaseJournal journal;
    private final RecordHealth health = new RecordHealth();
    private final ControlCounters counters;
    private final Deque<Ticket> tickets = new ArrayDeque<>();
    private final Deque<Fate> fates = new ArrayDeque<>();
    private final Deque<Insisted> retries = new ArrayDeque<>();
    private long lastPosition;
    private long settledPosition;
    private long losses;
    private long retryAtNs;
    private long nowNs;
    private boolean hasRetried;

    Recorder(LeaseJournal journal, ControlCounters counters, long nowNs) {
        this.nowNs = nowNs;
        this.journal = journal;
        this.counters = counters;
    }

    /** Queues a record, or returns false and forgets the waiter: the journal is full. */
    boolean append(JournalRecord record, Waiter waiter) {
        return append(waiter, record);
    }

    /** The same with several records, which are durable when all of them are. */
    boolean append(Waiter waiter, JournalRecord... records) {
        long first = 0;
        long last = 0;
        for (JournalRecord record : records) {
            last = offer(record);
            if (last == LeaseJournal.REFUSED) {
                return false;
            }
            first = first == 0 ? last : first;
        }
        return expect(first, last, waiter);
    }

    /** Queues a record that does no harm when it is lost: a restart would find it out. */
    void note(JournalRecord record) {
        append(record, NOBODY);
    }

    /**
     * Queues records that must become durable, however long it takes. The waiter hears of each
     * failure, and once of success.
     */
    void insist(Waiter waiter, JournalRecord... records) {
        insist(new Insisted(waiter, List.of(records)));
    }

    /** Settles what the journal reports, and tries again what failed. Returns the work done. */
    int drain(int limit, long nowNs) {
        this.nowNs = nowNs;
        int done = journal.drain(this::completed, limit);
        while (!fates.isEmpty()) {
            settle(fates.poll());
        }
        if (!tickets.isEmpty()) {
            health.waitsSince(tickets.peek().sinceNs, nowNs);
        }
        // The clock may be anywhere, below zero too.
        if (!retries.isEmpty() && (!hasRetried || nowNs - retryAtNs >= 0)) {
            hasRetried = true;
            retryAtNs = nowNs + RETRY_NS;
            for (int left = Math.min(limit, retries.size()); left > 0; left--) {
                insist(retries.poll());
                done++;
            }
        }
        return done;
    }

    /** Whether the journal does not keep records at present. */
    boolean isFailing() {
        return health.isFailing();
    }

    /** The position of the last record that was taken. */
    long lastPosition() {
        return lastPosition;
    }

    /** All records up to here have been settled with their waiters. */
    long settledPosition() {
        return settledPosition;
    }

    /** How often the journal reported a loss. */
    long losses() {
        return losses;
    }

    private void insist(Insisted insisted) {
        JournalRecord[] records = insisted.records.toArray(JournalRecord[]::new);
        if (!append(durable -> settle(insisted, durable), records)) {
            failed(insisted);
        }
    }

    private void settle(Insisted insisted, boolean durable) {
        if (durable) {
            insisted.waiter.recorded(true);
        } else {
            failed(insisted);
        }
    }

    private void failed(Insisted insisted) {
        retries.add(insisted);
        insisted.waiter.recorded(false);
    }

    private long offer(JournalRecord record) {
        long position = journal.append(record);
        if (position == LeaseJournal.REFUSED) {
            counters.increment(ControlCounter.JOURNAL_REFUSED);
            health.failed(nowNs);
        } else {
            lastPosition = position;
        }
        return position;
    }

    private boolean expect(long first, long last, Waiter waiter) {
        tickets.add(new Ticket(first, last, nowNs, waiter));
        return true;
    }

    /** Only notes it down, so that nobody appends while the journal reports. */
    private void completed(long throughPosition, boolean durable) {
        fates.add(new Fate(throughPosition, durable));
    }

    private void settle(Fate fate) {
        if (!fate.durable) {
            losses++;
            counters.increment(ControlCounter.JOURNAL_LOST);
            health.failed(nowNs);
        } else {
            health.kept(nowNs);
        }
        while (!tickets.isEmpty() && tickets.peek().last <= fate.through) {
            Ticket ticket = tickets.poll();
            ticket.waiter.recorded(fate.durable && !ticket.failed);
        }
        if (!tickets.isEmpty() && tickets.peek().first <= fate.through) {
            tickets.peek().failed |= !fate.durable;
        }
        settledPosition = fate.through;
    }

    /** Hears what became of a record. */
    @FunctionalInterface
    interface Waiter {
        void recorded(boolean durable);
    }

    private record Fate(long through, boolean durable) {}

    private record Insisted(Waiter waiter, List<JournalRecord> records) {}

    /** Who waits for the records from one position through another. */
    private static final class Ticket {
        final long first;
        final long last;
        final long sinceNs;
        final Waiter waiter;
        boolean failed;

        Ticket(long first, long last, long sinceNs, Waiter waiter) {
            this.first = first;
            this.last = last;
            this.sinceNs = sinceNs;
            this.waiter = waiter;
        }
    }
}
