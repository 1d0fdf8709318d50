package org.portreeve.control;

/** Finds pairings whose packets never came to anything, some at a time. Event loop only. */
final class PairingSweep {
    /** How often some subscribers are looked at. */
    static final long SWEEP_NS = Durations.NS_PER_SECOND;

    /** How many. */
    static final int SWEEP = 256;

    private final ControlState state;
    private long nextSweepNs;
    private int slot;

    PairingSweep(ControlState state) {
        this.state = state;
        nextSweepNs = state.nowNs + SWEEP_NS;
    }

    void advance() {
        if (state.nowNs - nextSweepNs < 0) {
            return;
        }
        nextSweepNs = state.nowNs + SWEEP_NS;
        int count = Math.min(SWEEP, state.subscribers.slotCount());
        for (int i = 0; i < count; i++) {
            slot = (slot + 1) % state.subscribers.slotCount();
            state.subscribers
                    .slot(slot)
                    .filter(Subscriber::isPerhapsOver)
                    .ifPresent(state.pairings::onIdle);
        }
    }
}
