package org.portreeve.control;

/**
 * Looks through what was given under an earlier policy, in slices: addresses that moved or were
 * taken away are no longer paired, and their leases end. Begins again whenever the policy changes.
 * Event loop only.
 */
final class PolicyWalk {
    private final ControlState state;
    private Phase phase = Phase.IDLE;
    private int slot;

    PolicyWalk(ControlState state) {
        this.state = state;
    }

    void begin() {
        phase = Phase.SUBSCRIBERS;
        slot = 0;
    }

    boolean isIdle() {
        return phase == Phase.IDLE;
    }

    /** Goes on, with about so many addresses and leases. Returns the work done. */
    int advance(int limit) {
        int done = 0;
        int step = -1;
        while (done < limit && step != 0) {
            step = step();
            done += step;
        }
        return done;
    }

    /** Returns the work done, 0 when it has to wait. */
    private int step() {
        return switch (phase) {
            case IDLE -> 0;
            case SUBSCRIBERS -> subscriber();
            case LEASES -> lease();
            case PEERS -> peer();
        };
    }

    private int subscriber() {
        if (slot == state.subscribers.slotCount()) {
            phase = Phase.LEASES;
            slot = 0;
            return 1;
        }
        return 1 + state.subscribers.slot(slot++).map(state.pairings::followPolicy).orElse(0);
    }

    private int lease() {
        if (slot >= state.leases.slotCount()) {
            phase = Phase.PEERS;
            slot = 0;
            return 1;
        }
        boolean settled = state.leases.at(slot).map(l -> !isMoved(l) || evict(l)).orElse(true);
        if (!settled) {
            return 0;
        }
        slot++;
        return 1;
    }

    private int peer() {
        if (slot >= state.peers.slotCount()) {
            phase = Phase.IDLE;
            return 1;
        }
        boolean settled =
                state.peers
                        .at(slot)
                        .filter(l -> !state.subscribers.isOwn(l.subscriber, l.peer.internal()))
                        .map(l -> state.peerTurns.evict(l, () -> {}))
                        .orElse(true);
        slot += settled ? 1 : 0;
        return settled ? 1 : 0;
    }

    private boolean isMoved(Lease lease) {
        return !state.subscribers.isOwn(lease.subscriber(), lease.internal());
    }

    /** Returns false while something else is under way with the tuple. */
    private boolean evict(Lease lease) {
        return state.turns.evict(lease, () -> {});
    }

    private enum Phase {
        IDLE,
        SUBSCRIBERS,
        LEASES,
        PEERS
    }
}
