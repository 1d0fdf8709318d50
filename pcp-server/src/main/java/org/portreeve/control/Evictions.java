package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.portreeve.nat.InternalTuple;

/**
 * Leases that staff want to end, whoever owns them: each as soon as nothing else is under way with
 * its tuple and its shard has a place. Event loop only.
 */
final class Evictions {
    /** Wishes of staff that may be under way. */
    static final int MAX_UNDER_WAY = 64;

    private final ControlState state;
    private final Deque<Eviction> underWay = new ArrayDeque<>();

    Evictions(ControlState state) {
        this.state = state;
    }

    /** Begins to end leases; the reply hears how many did. Returns false when too much goes on. */
    boolean take(Collection<InternalTuple> tuples, IntConsumer reply) {
        if (underWay.size() == MAX_UNDER_WAY) {
            state.counters.increment(ControlCounter.QUESTIONS_REFUSED);
            return false;
        }
        Eviction eviction = new Eviction(tuples, reply);
        eviction.advance(PortControl.EXPIRIES);
        if (!eviction.isOver()) {
            underWay.add(eviction);
        }
        return true;
    }

    /** Goes on with at most so many leases. Returns the work done. */
    int advance(int limit) {
        int done = 0;
        for (int left = underWay.size(); left > 0 && done < limit; left--) {
            Eviction eviction = underWay.poll();
            done += eviction.advance(limit - done);
            if (!eviction.isOver()) {
                underWay.add(eviction);
            }
        }
        return done;
    }

    /** One wish. */
    private final class Eviction {
        private final Deque<InternalTuple> left;
        private final IntConsumer reply;
        private int ending;
        private int ended;
        private boolean over;

        Eviction(Collection<InternalTuple> tuples, IntConsumer reply) {
            this.left = new ArrayDeque<>(tuples);
            this.reply = reply;
        }

        boolean isOver() {
            return over;
        }

        /** Looks at each that is left at most once. */
        int advance(int limit) {
            int done = 0;
            for (int i = Math.min(limit, left.size()); i > 0; i--) {
                InternalTuple internal = left.poll();
                Optional<Lease> lease = state.leases.find(internal);
                if (lease.isEmpty() && !state.turns.isBusy(internal)) {
                    done++;
                } else if (lease.isPresent() && state.turns.evict(lease.get(), this::ended)) {
                    ending++;
                    done++;
                } else {
                    left.add(internal);
                }
            }
            answerWhenOver();
            return done;
        }

        private void ended() {
            ending--;
            ended++;
            answerWhenOver();
        }

        private void answerWhenOver() {
            if (!over && ending == 0 && left.isEmpty()) {
                over = true;
                reply.accept(ended);
            }
        }
    }
}
