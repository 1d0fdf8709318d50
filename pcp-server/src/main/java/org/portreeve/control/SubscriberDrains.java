package org.portreeve.control;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.SubscriberDrainOutcome;
import org.portreeve.control.view.SubscriberDrainView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Subscribers that staff drain: they get no new mapping, implicit or explicit. What they have ends
 * by its timers, leases at the end of the lifetime they have, or at once when that is wished.
 * Reservations stay: staff made them. A wish holds when its record is durable. Consumers are called
 * once, now or in a later {@link PortControl#doWork}. Event loop only.
 */
public final class SubscriberDrains {
    /** Subscribers that may be drained at a time. */
    static final int MAX_DRAINED = 65_536;

    private final ControlState state;
    private final Evictions evictions;

    /** By id, so that a reload that takes a subscriber away and one that brings it back are one. */
    private final Map<String, JournalRecord.SubscriberDrained> drained = new TreeMap<>();

    /** Wishes whose record is on its way. */
    private final Wishes wishes;

    SubscriberDrains(ControlState state, Evictions evictions) {
        this.state = state;
        wishes = new Wishes(state.recorder);
        this.evictions = evictions;
    }

    /** Hands over what the journal knows, once, before the first {@link PortControl#doWork}. */
    public void load(Collection<JournalRecord.SubscriberDrained> found) {
        found.forEach(record -> {
            drained.put(record.subscriber(), record);
            show(record.subscriber());
        });
    }

    /**
     * Drains a subscriber.
     *
     * @param id its id
     * @param mode what becomes of what it has
     */
    public void drain(String id, DrainMode mode, Consumer<SubscriberDrainOutcome> reply) {
        if (state.subscribers.keyOf(id) == Subscribers.UNKNOWN) {
            reply.accept(SubscriberDrainOutcome.UNKNOWN_SUBSCRIBER);
        } else if (!drained.containsKey(id) && drained.size() + wishes.underWay() >= MAX_DRAINED) {
            reply.accept(SubscriberDrainOutcome.TOO_MANY);
        } else {
            var record = new JournalRecord.SubscriberDrained(id, state.wallMillis);
            wishes.record(
                    record,
                    durable -> {
                        if (durable) {
                            begin(record, mode);
                        }
                        reply.accept(outcome(durable));
                    });
        }
    }

    /** Lets a subscriber have mappings again. */
    public void end(String id, Consumer<SubscriberDrainOutcome> reply) {
        if (!drained.containsKey(id)) {
            reply.accept(SubscriberDrainOutcome.NOT_DRAINED);
            return;
        }
        wishes.record(
                new JournalRecord.SubscriberDrainEnded(id),
                durable -> {
                    if (durable && drained.remove(id) != null) {
                        show(id);
                        state.events.tell(EventKind.SUBSCRIBER_DRAIN_ENDED, id);
                    }
                    reply.accept(outcome(durable));
                });
    }

    /** The subscribers that are drained, by id. */
    public List<SubscriberDrainView> list() {
        return drained.values().stream()
                .map(record -> {
                    int leases = row(record.subscriber()).map(s -> s.explicit).orElse(0);
                    return new SubscriberDrainView(
                            record.subscriber(), record.sinceMillis(), leases);
                })
                .toList();
    }

    /** Whether a subscriber is drained. */
    boolean isDrained(String id) {
        return drained.containsKey(id);
    }

    /** The same for a key. */
    boolean isDrained(long key) {
        return !drained.isEmpty()
                && key != Subscribers.UNKNOWN
                && isDrained(state.subscribers.id(key));
    }

    /** What a checkpoint writes of it; false when that must be tried again later. */
    boolean write(Recorder recorder) {
        return wishes.underWay() == 0
                && drained.values().stream().allMatch(record -> recorder.append(record, _ -> {}));
    }

    private static SubscriberDrainOutcome outcome(boolean durable) {
        return durable ? SubscriberDrainOutcome.DONE : SubscriberDrainOutcome.NOT_RECORDED;
    }

    private void begin(JournalRecord.SubscriberDrained record, DrainMode mode) {
        String id = record.subscriber();
        if (drained.put(id, record) == null) {
            state.events.tell(EventKind.SUBSCRIBER_DRAIN_BEGUN, id);
        }
        show(id);
        if (mode == DrainMode.CUT) {
            row(id).ifPresent(this::cut);
        }
    }

    private Optional<Subscriber> row(String id) {
        return state.subscribers.find(state.subscribers.keyOf(id));
    }

    /** Lets the translator know. */
    private void show(String id) {
        row(id).ifPresent(state.pairings.entries()::showProfile);
    }

    /** Leases first: what sessions keep of them is cut with the rest. */
    private void cut(Subscriber subscriber) {
        Set<InternalTuple> tuples = new LinkedHashSet<>();
        for (int i = 0; i < subscriber.addressCount(); i++) {
            int internalIp = subscriber.address(i);
            tuples.addAll(state.turns.busyOf(internalIp));
            state.leases.ofHost(internalIp).forEach(lease -> tuples.add(lease.internal()));
            tuples.addAll(state.peerTurns.busyOf(internalIp));
            state.peers.ofHost(internalIp).forEach(lease -> tuples.add(lease.peer.internal()));
        }
        subscriber.operations++;
        if (!evictions.take(tuples, _ -> cutSessions(subscriber))) {
            cutSessions(subscriber);
        }
    }

    private void cutSessions(Subscriber subscriber) {
        subscriber.operations--;
        if (subscriber.formerIndex != Subscriber.NO_FORMER) {
            new Cut(subscriber).begin(subscriber.formerIndex);
        }
        if (subscriber.isPaired()) {
            new Cut(subscriber).begin(subscriber.addressIndex);
        }
        state.pairings.forgetIfUnused(subscriber);
    }

    /** Sessions that one shard ends. */
    private final class Cut {
        private final Subscriber subscriber;
        private Optional<Request> request = Optional.empty();

        Cut(Subscriber subscriber) {
            this.subscriber = subscriber;
        }

        /** A shard without a place leaves them to their timers, which is counted. */
        void begin(int addressIndex) {
            request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
            subscriber.operations += request.isPresent() ? 1 : 0;
            int index = subscriber.index;
            request.ifPresent(r -> r.send(id -> new ShardCommand.CutSubscriber(id, index)));
        }

        private void onOutcome(ShardOutcome outcome) {
            assert outcome instanceof ShardOutcome.SubscriberUse : "not an outcome: " + outcome;
            request.ifPresent(Request::close);
            subscriber.operations--;
            state.pairings.forgetIfUnused(subscriber);
        }
    }
}
