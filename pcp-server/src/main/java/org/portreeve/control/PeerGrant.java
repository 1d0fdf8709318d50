package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Serves one PEER (RFC 6887 §12.3): the translator finds the session, or makes it as a packet
 * would, and keeps it; then that becomes durable, and then it is answered. A session that was made
 * for nothing ends as one with a single packet does. Event loop only.
 */
final class PeerGrant {
    private final ControlState state;
    private final PeerTurn turn;
    private final Subscriber subscriber;
    private final PeerCommand command;

    /** What an earlier PEER got. */
    private final Optional<PeerLease> before;

    private Optional<Request> request = Optional.empty();
    private Step step = Step.SEARCH;
    private boolean keeps;
    private int addressIndex;
    private long sentNs;

    /** What a request hears whose session is kept no longer. */
    private PeerOutcome undone = PeerTurns.noResources();

    /** Whether the record goes with one of the pairing, and may be kept without that. */
    private boolean isWithPairing;

    /** What the translator was asked to do. */
    private enum Step {
        /** To look at the address that the subscriber was moved from. */
        SEARCH_FORMER,
        /** To find the session, but to make none: it would get another's reserved port. */
        SEARCH_ONLY,
        /** To find the session, or to keep it. */
        SEARCH,
        /** To keep it no longer. */
        UNDO
    }

    PeerGrant(
            ControlState state,
            PeerTurn turn,
            Subscriber subscriber,
            PeerCommand command,
            Optional<PeerLease> before) {
        this.state = state;
        this.turn = turn;
        this.subscriber = subscriber;
        this.command = command;
        this.before = before;
    }

    /** Only tells how long the session lives. Returns whether that is under way. */
    boolean ask() {
        subscriber.operations++;
        return search();
    }

    /** Keeps the session. Returns whether that is under way; else it was refused. */
    boolean keep() {
        keeps = true;
        state.pairings.reconsider(subscriber, command.suggestedIp());
        subscriber.operations++;
        subscriber.explicit += before.isEmpty() ? 1 : 0;
        return state.pairings.isParked(subscriber, this::resume) || reserve();
    }

    /** A pairing that was being given up is decided. */
    private void resume() {
        if (!reserve()) {
            state.peerTurns.end(turn);
        }
    }

    private boolean reserve() {
        if (before.isEmpty() && state.peers.isFull()) {
            state.counters.increment(ControlCounter.LEASES_FULL);
            return refuse(PeerTurns.noResources());
        }
        return state.pairings.pair(subscriber, command.suggestedIp())
                ? search()
                : refuse(PeerTurns.noResources());
    }

    private boolean search() {
        boolean hasFormer = subscriber.formerIndex != Subscriber.NO_FORMER;
        addressIndex = before.map(lease -> lease.addressIndex).orElse(subscriber.addressIndex);
        if (before.isEmpty() && hasFormer) {
            // Its sessions there go on there.
            step = Step.SEARCH_FORMER;
            addressIndex = subscriber.formerIndex;
        } else {
            step = firstStep();
        }
        return send() || refuse(PeerTurns.noResources());
    }

    private Step firstStep() {
        boolean wantsOthers = keeps && isOthers(addressIndex, command.suggestedPort());
        return wantsOthers ? Step.SEARCH_ONLY : Step.SEARCH;
    }

    private boolean isOthers(int addressIndex, int externalPort) {
        return state.statics.isForAnother(command.peer().internal(), addressIndex, externalPort);
    }

    private boolean send() {
        request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
        sentNs = state.nowNs;
        request.ifPresent(r -> r.send(this::shardCommand));
        return request.isPresent();
    }

    private ShardCommand shardCommand(long requestId) {
        PeerTuple peer = command.peer();
        return keeps && step == Step.SEARCH
                ? keepSession(requestId)
                : new ShardCommand.QuerySession(
                        requestId, peer.internal(), peer.remoteIp(), peer.remotePort());
    }

    private ShardCommand keepSession(long requestId) {
        PeerTuple peer = command.peer();
        long askedSeconds = command.lifetimeSeconds();
        long grantedNs =
                state.subscribers.policy().lifetime().granted(askedSeconds)
                        * Durations.NS_PER_SECOND;
        MapPolicy policy = state.subscribers.profileOf(subscriber.key).map();
        return new ShardCommand.KeepSession(
                requestId,
                subscriber.index,
                addressIndex,
                peer.internal(),
                peer.remoteIp(),
                peer.remotePort(),
                command.suggestedIp(),
                command.suggestedPort(),
                askedSeconds * Durations.NS_PER_SECOND,
                policy.boundedNs(grantedNs, peer.internal().protocol(), state.nat.timers()));
    }

    private void onOutcome(ShardOutcome outcome) {
        switch (outcome) {
            case ShardOutcome.SessionKept kept -> found(kept);
            case ShardOutcome.Refused refused -> fail(refused(refused.reason()));
            case ShardOutcome.Ended _ -> notFound();
            default -> throw new AssertionError("not an outcome of a PEER: " + outcome);
        }
    }

    private void found(ShardOutcome.SessionKept kept) {
        if (!keeps) {
            done(
                    outcome(
                            kept.addressIndex(),
                            kept.externalPort(),
                            kept.remainingNs(),
                            before.map(b -> b.owner().description()).orElse(Description.NONE)));
        } else if (step == Step.SEARCH_FORMER || step == Step.SEARCH_ONLY) {
            addressIndex = kept.addressIndex();
            step = Step.SEARCH;
            sentNs = state.nowNs;
            request.orElseThrow().send(this::keepSession);
        } else if (before.isEmpty() && isOthers(kept.addressIndex(), kept.externalPort())) {
            undone = refused(ShardOutcome.Refusal.CANNOT_PROVIDE);
            subscriber.hadPort = true;
            undo();
        } else {
            turn.sessionEnded = false;
            subscriber.hadPort = true;
            record(kept);
        }
    }

    private void notFound() {
        if (step == Step.SEARCH_FORMER) {
            request.ifPresent(Request::close);
            addressIndex = subscriber.addressIndex;
            step = firstStep();
            if (!send()) {
                refuse(PeerTurns.noResources());
                state.peerTurns.end(turn);
            }
        } else if (step == Step.SEARCH_ONLY) {
            turn.sessionEnded = true;
            fail(refused(ShardOutcome.Refusal.CANNOT_PROVIDE));
        } else if (step == Step.UNDO) {
            fail(undone);
        } else {
            turn.sessionEnded = true;
            done(new PeerOutcome.NotThere());
        }
    }

    private void record(ShardOutcome.SessionKept kept) {
        PeerLease lease =
                new PeerLease(
                        command.peer(),
                        subscriber,
                        kept.addressIndex(),
                        kept.externalPort(),
                        PeerLease.Owner.of(command, before),
                        deadlineNs(kept.remainingNs()));
        before.ifPresent(b -> b.recording(true));
        if (!append(lease)) {
            recorded(lease, false);
        }
    }

    /**
     * Not later than the translator's, which counted from some time after the question was sent;
     * nor, for the time that took, sooner than what was promised before, if that is still kept.
     */
    private long deadlineNs(long remainingNs) {
        long soonestNs = sentNs + remainingNs;
        return before.map(PeerLease::deadlineNs)
                .filter(promisedNs -> promisedNs - soonestNs > 0)
                .filter(promisedNs -> promisedNs - state.nowNs <= remainingNs)
                .orElse(soonestNs);
    }

    private boolean append(PeerLease lease) {
        Recorder.Waiter waiter = durable -> recorded(lease, durable);
        isWithPairing = subscriber.isUnrecorded;
        return state.pairings.appendWith(subscriber, state.granted(lease), waiter);
    }

    private void recorded(PeerLease lease, boolean durable) {
        // The record of the pairing, on its way when this one was queued, was lost meanwhile.
        boolean isAlone = durable && subscriber.isUnrecorded && !isWithPairing;
        if (isAlone && append(lease)) {
            return;
        }
        before.ifPresent(b -> b.recording(false));
        if (durable && !isAlone && isStillThere()) {
            book(lease);
        } else if (before.isPresent()) {
            // It stays as it was, or ends; that the translator keeps it for longer does no harm.
            fail(PeerTurns.noResources());
        } else if (durable || isWithPairing) {
            unrecord();
        } else {
            undo();
        }
    }

    /** Not what ended, or was cut, before it was durable, nor what is another's by now. */
    private boolean isStillThere() {
        return !turn.sessionEnded
                && subscriber.isPaired()
                && state.subscribers.isOwn(subscriber, command.peer().internal());
    }

    private void book(PeerLease lease) {
        subscriber.isUnrecorded = false;
        subscriber.idle = false;
        // A session that ended unnoticed was made again, perhaps at another port.
        before.ifPresent(state.peers::remove);
        state.peers.add(lease);
        endOthersHold(lease);
        state.pairings.publish(subscriber, command.peer().internal().internalIp());
        done(
                outcome(
                        lease.addressIndex,
                        lease.externalPort,
                        lease.deadlineNs() - state.nowNs,
                        lease.owner().description()));
    }

    /** Port control counts a rest from a moment later than the translator, which gave the port. */
    private void endOthersHold(PeerLease lease) {
        InternalTuple internal = lease.peer.internal();
        state.holds
                .findExternal(internal.protocol(), lease.addressIndex, lease.externalPort)
                .filter(hold -> !hold.internal().equals(internal))
                .ifPresent(state::endHold);
    }

    private PeerOutcome outcome(
            int addressIndex, int externalPort, long remainingNs, String description) {
        return new PeerOutcome.Kept(
                state.externalIp(addressIndex),
                externalPort,
                Durations.secondsUp(remainingNs),
                description);
    }

    /** Undoes the record first: a restart would keep what nobody was told of. */
    private void unrecord() {
        PeerTuple peer = command.peer();
        turn.answer(PeerTurns.noResources());
        state.recorder.insist(
                durable -> {
                    if (durable) {
                        undo();
                    } else {
                        turn.stall();
                    }
                },
                new JournalRecord.PeerEnded(peer.internal(), peer.remoteIp(), peer.remotePort()));
    }

    private void undo() {
        PeerTuple peer = command.peer();
        step = Step.UNDO;
        request.orElseThrow()
                .send(id ->
                        new ShardCommand.ReleaseSession(
                                id, peer.internal(), peer.remoteIp(), peer.remotePort()));
    }

    private static PeerOutcome refused(ShardOutcome.Refusal refusal) {
        return switch (refusal) {
            case INVALID_PEER -> new PeerOutcome.InvalidPeer();
            case CANNOT_PROVIDE ->
                    new PeerOutcome.Refused(
                            Reason.CANNOT_PROVIDE_EXTERNAL, MapRules.SHORT_ERROR_SECONDS);
            case QUOTA ->
                    new PeerOutcome.Refused(Reason.USER_EX_QUOTA, MapRules.SHORT_ERROR_SECONDS);
            case NO_PORTS, TABLE_FULL, PORT_USED, BLOCK_HELD, INTERNAL_USED ->
                    PeerTurns.noResources();
        };
    }

    private void done(PeerOutcome outcome) {
        request.ifPresent(Request::close);
        subscriber.operations--;
        turn.answer(outcome);
        state.pairings.forgetIfUnused(subscriber);
        state.peerTurns.end(turn);
    }

    /** Ends the operation when it was under way. */
    private void fail(PeerOutcome outcome) {
        request.ifPresent(Request::close);
        refuse(outcome);
        state.peerTurns.end(turn);
    }

    private boolean refuse(PeerOutcome outcome) {
        subscriber.operations--;
        subscriber.explicit -= keeps && before.isEmpty() ? 1 : 0;
        turn.answer(outcome);
        state.pairings.onRefusal(subscriber);
        return false;
    }
}
