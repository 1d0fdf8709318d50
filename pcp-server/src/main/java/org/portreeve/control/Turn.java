package org.portreeve.control;

import org.portreeve.nat.InternalTuple;

/** The one operation under way on an internal tuple. Event loop only. */
final class Turn extends Waiting<MapCommand, MapOutcome> {
    final InternalTuple internal;

    /**
     * Whether the deadline of the tuple's lease passed, so that a lease that stays has no timer.
     */
    boolean hasLostTimer;

    Turn(InternalTuple internal) {
        super(Turns.noResources());
        this.internal = internal;
    }
}
