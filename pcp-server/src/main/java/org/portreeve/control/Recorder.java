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
    private final ControlCounters counters;
    private final Deque<Ticket> tickets = new ArrayDeque<>();
    private final Deque<Fate> fates = new ArrayDeque<>();
    private final Deque<Insisted> retries = new ArrayDeque<>();
    private long lastPosition;
    private long settledPosition;
    private long losses;
    private long retryAtNs;

    Recorder(LeaseJournal journal, ControlCounters counters) {
        this.journal = journal;
        this.counters = counters;
    }

    /** Queues a record, or returns false and forgets the waiter: the journal is full. */
    boolean append(JournalRecord record, Waiter waiter) {
        long position = offer(record);
        return position != LeaseJournal.REFUSED && expect(position, position, waiter);
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
        int done = journal.drain(this::completed, limit);
        while (!fates.isEmpty()) {
            settle(fates.poll());
        }
        if (!retries.isEmpty() && nowNs - retryAtNs >= 0) {
            retryAtNs = nowNs + RETRY_NS;
            for (int left = Math.min(limit, retries.size()); left > 0; left--) {
                insist(retries.poll());
                done++;
            }
        }
        return done;
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
        long first = 0;
        long last = 0;
        for (JournalRecord record : insisted.records) {
            last = offer(record);
            if (last == LeaseJournal.REFUSED) {
                failed(insisted);
                return;
            }
            first = first == 0 ? last : first;
        }
        expect(first, last, durable -> settle(insisted, durable));
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
        } else {
            lastPosition = position;
        }
        return position;
    }

    private boolean expect(long first, long last, Waiter waiter) {
        tickets.add(new Ticket(first, last, waiter));
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
        final Waiter waiter;
        boolean failed;

        Ticket(long first, long last, Waiter waiter) {
            this.first = first;
            this.last = last;
            this.waiter = waiter;
        }
    }
}
