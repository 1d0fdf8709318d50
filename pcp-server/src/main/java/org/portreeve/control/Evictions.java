package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
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
        return begin(new Eviction(tuples, _ -> true, Optional.empty(), reply));
    }

    /**
     * The same of those alone whose address, by its index, is wanted: leases that are to go on
     * elsewhere.
     *
     * @param whenEnded hears of each lease that this ended
     */
    boolean move(
            Collection<InternalTuple> tuples,
            IntPredicate isWanted,
            Consumer<Lease> whenEnded,
            IntConsumer reply) {
        return begin(new Eviction(tuples, isWanted, Optional.of(whenEnded), reply));
    }

    private boolean begin(Eviction eviction) {
        if (underWay.size() == MAX_UNDER_WAY) {
            state.counters.increment(ControlCounter.QUESTIONS_REFUSED);
            return false;
        }
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
        private final IntPredicate isWanted;

        /** Who makes leases anew elsewhere once they have ended. */
        private final Optional<Consumer<Lease>> mover;

        private final IntConsumer reply;
        private int ending;
        private int ended;
        private boolean over;

        Eviction(
                Collection<InternalTuple> tuples,
                IntPredicate isWanted,
                Optional<Consumer<Lease>> mover,
                IntConsumer reply) {
            this.left = new ArrayDeque<>(tuples);
            this.isWanted = isWanted;
            this.mover = mover;
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
                Optional<Lease> lease =
                        state.leases.find(internal).filter(l -> isWanted.test(l.addressIndex()));
                if (!beginPeers(internal)) {
                    left.add(internal);
                } else if (lease.isEmpty() && !state.turns.isBusy(internal)) {
                    done++;
                } else if (lease.isPresent() && evict(lease.get())) {
                    ending++;
                    done++;
                } else {
                    left.add(internal);
                }
            }
            answerWhenOver();
            return done;
        }

        private boolean evict(Lease lease) {
            Runnable whenEnded =
                    () -> {
                        mover.ifPresent(m -> m.accept(lease));
                        ended();
                    };
            return state.turns.evict(lease, Ending.Aftermath.REST, mover.isPresent(), whenEnded);
        }

        /** The same of what PEERs keep of a tuple. Returns whether nothing of that is left. */
        private boolean beginPeers(InternalTuple internal) {
            for (PeerLease peer : wantedPeers(internal)) {
                if (state.peerTurns.evict(peer, this::ended)) {
                    ending++;
                }
            }
            return wantedPeers(internal).isEmpty() && !state.peerTurns.isBusy(internal);
        }

        private List<PeerLease> wantedPeers(InternalTuple internal) {
            return state.peers.of(internal).stream()
                    .filter(peer -> isWanted.test(peer.addressIndex))
                    .toList();
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
