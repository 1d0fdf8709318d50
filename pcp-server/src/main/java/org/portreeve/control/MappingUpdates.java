package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.portreeve.nat.InternalTuple;

/**
 * Decides when owners of mappings are told of a change that they did not ask for: three copies, the
 * second 250 ms after the first, the third 500 ms after that, and none any more once the owner has
 * asked for its mapping again (RFC 6887 §14.2). A later change of the same mapping takes the place
 * of the one before. Bounded by {@link #MAX_PENDING}. Event loop only; pure but for its queues.
 */
public final class MappingUpdates {
    /** Mappings whose owners are being told; beyond them an owner finds out by itself. */
    public static final int MAX_PENDING = 65_536;

    /**
     * How long a mapping that ended is not spoken of: a reservation or another external tuple that
     * takes its place is there by then, and is told in its stead.
     */
    public static final long SETTLING_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** From one copy to the next. */
    private static final long[] GAPS_NS = {
        TimeUnit.MILLISECONDS.toNanos(250), TimeUnit.MILLISECONDS.toNanos(500)
    };

    /** Those that wait for their copy of this number; each in the order of its due times. */
    private final List<Deque<Pending>> byCopy = new ArrayList<>();

    /** Those whose first copy waits until it is seen what becomes of the mapping. */
    private final Deque<Pending> settling = new ArrayDeque<>();

    /** Those whose last copy was taken in a turn of the loop that may not have been over yet. */
    private final Deque<Pending> leaving = new ArrayDeque<>();

    private final Map<InternalTuple, Pending> byInternal = new HashMap<>();

    /** Nobody is to be told anything. */
    public MappingUpdates() {
        for (int copy = 0; copy <= GAPS_NS.length; copy++) {
            byCopy.add(new ArrayDeque<>());
        }
    }

    /**
     * Begins to tell of a change. Returns false when too much is to be told already.
     *
     * @param nowNs monotonic; never less than in a call before
     */
    public boolean begin(MappingUpdate update, long nowNs) {
        cease(update.internal());
        if (byInternal.size() == MAX_PENDING) {
            return false;
        }
        Pending pending = new Pending(update, nowNs);
        byInternal.put(update.internal(), pending);
        if (update.isGone()) {
            pending.dueNs = nowNs + SETTLING_NS;
            settling.add(pending);
        } else {
            pending.dueNs = nowNs;
            byCopy.getFirst().add(pending);
        }
        return true;
    }

    /** What is being told of a mapping. */
    public Optional<MappingUpdate> find(InternalTuple internal) {
        return Optional.ofNullable(byInternal.get(internal)).map(pending -> pending.update);
    }

    /** The owner knows how its mapping is: nothing more is told of it. */
    public void cease(InternalTuple internal) {
        Pending pending = byInternal.remove(internal);
        if (pending != null) {
            pending.isOver = true;
        }
    }

    /** Nobody is told anything any more. */
    public void clear() {
        byInternal.clear();
        settling.clear();
        leaving.clear();
        byCopy.forEach(Deque::clear);
    }

    /** Mappings whose owners are being told. */
    public int size() {
        return byInternal.size();
    }

    /** A copy that is due, as it is now; it is then taken as sent. */
    public Optional<MappingUpdate> poll(long nowNs) {
        while (!leaving.isEmpty() && nowNs - leaving.peek().sentNs > 0) {
            left(leaving.poll(), nowNs);
        }
        Optional<Pending> due = due(settling, nowNs);
        for (Deque<Pending> queue : byCopy) {
            due = due.isPresent() ? due : due(queue, nowNs);
        }
        due.ifPresent(pending -> sent(pending, nowNs));
        return due.map(pending -> pending.at(nowNs));
    }

    private static Optional<Pending> due(Deque<Pending> queue, long nowNs) {
        while (!queue.isEmpty() && queue.peek().isOver) {
            queue.poll();
        }
        boolean isDue = !queue.isEmpty() && queue.peek().dueNs - nowNs <= 0;
        return isDue ? Optional.of(queue.poll()) : Optional.empty();
    }

    private void sent(Pending pending, long nowNs) {
        if (pending.sentCount == GAPS_NS.length) {
            cease(pending.update.internal());
        } else {
            pending.sentNs = nowNs;
            leaving.add(pending);
        }
    }

    /**
     * Its copy left between the turn that took it and this one: a busy loop does not make the gap
     * shorter.
     */
    private void left(Pending pending, long nowNs) {
        pending.dueNs = nowNs + GAPS_NS[pending.sentCount];
        pending.sentCount++;
        byCopy.get(pending.sentCount).add(pending);
    }

    /** One owner who is being told. */
    private static final class Pending {
        private final MappingUpdate update;
        private final long sinceNs;
        private long dueNs;
        private long sentNs;
        private int sentCount;
        private boolean isOver;

        Pending(MappingUpdate update, long sinceNs) {
            this.update = update;
            this.sinceNs = sinceNs;
        }

        MappingUpdate at(long nowNs) {
            return update.after(TimeUnit.NANOSECONDS.toSeconds(nowNs - sinceNs));
        }
    }
}
