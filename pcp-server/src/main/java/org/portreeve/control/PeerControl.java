package org.portreeve.control;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.Waiting.Wish;
import org.portreeve.control.journal.JournalRecord;

/**
 * The part of port control that PEER requests go through (RFC 6887 §12). Like all of it: one event
 * loop, no method blocks, time is passed in.
 */
public final class PeerControl {
    private final ControlState state;
    private final PeerRecovery recovery;
    private final PortControl control;

    PeerControl(ControlState state, PeerRecovery recovery, PortControl control) {
        this.state = state;
        this.recovery = recovery;
        this.control = control;
    }

    /** Takes what the journal found live. To be called before the first turn of port control. */
    public void load(Collection<JournalRecord.PeerGranted> found) {
        recovery.load(found);
    }

    /**
     * Keeps a session, makes it, or tells how long it lives. The reply is called exactly once, now
     * or in a later turn of port control; it must not call back.
     */
    public void peer(
            PeerCommand command, long nowNs, long wallMillis, Consumer<PeerOutcome> reply) {
        state.at(nowNs, wallMillis);
        state.counters.increment(ControlCounter.COMMANDS);
        Consumer<PeerOutcome> told = state.records.of(command, reply);
        if (control.isReady()) {
            state.dedicated
                    .outcome(command)
                    .ifPresentOrElse(
                            told, () -> state.peerTurns.request(new Wish<>(command, told)));
        } else {
            told.accept(
                    new PeerOutcome.Refused(Reason.NETWORK_FAILURE, MapRules.SHORT_ERROR_SECONDS));
        }
    }

    /** How many sessions PEERs keep. */
    public int size() {
        return state.peers.size();
    }

    /** Ends some of those whose time is over. Returns how many. */
    int advance() {
        int done = 0;
        Optional<PeerLease> due = state.peers.due(state.nowNs);
        while (due.isPresent() && done < PortControl.EXPIRIES) {
            state.peerTurns.expire(due.get());
            done++;
            due = state.peers.due(state.nowNs);
        }
        return done;
    }
}
