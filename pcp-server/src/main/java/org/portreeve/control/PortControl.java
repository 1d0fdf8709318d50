package org.portreeve.control;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.Waiting.Wish;
import org.portreeve.control.event.EventFeed;
import org.portreeve.control.journal.LeaseJournal;
import org.portreeve.control.notice.Notices;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.Service;
import org.portreeve.control.view.BlockEvent;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.PolicyChange;
import org.portreeve.control.view.Sizes;
import org.portreeve.control.view.SubscriberQuery;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ShardLink;

/**
 * The one place where requests for ports are decided, whoever asks.
 *
 * <p>A single writer: all methods belong to one event loop and none blocks. Time is passed in,
 * {@code nowNs} from a monotonic clock and {@code wallMillis} since 1970. A mapping is reserved in
 * the translator, made durable, made active, and only then granted; each step holds what its undo
 * needs. {@link #doWork} is to be called whenever shards or the journal may have something, again
 * at once after it did something, and now and then because of the time. RFC 6887 §11 to §16.
 */
public final class PortControl {
    /** Outcomes taken from one shard in one turn of the loop. */
    static final int OUTCOMES = 1024;

    /** Reports, and retries, taken from the journal in one turn. */
    static final int COMPLETIONS = 1024;

    /** Leases of one shard, and resting ports, that end in one turn. */
    static final int EXPIRIES = 256;

    /** Records that a checkpoint or a recovery handles in one turn. */
    static final int SLICE = 1024;

    private final ControlState state;
    private final Blocks blocks;
    private final EpochRecord epoch;
    private final ClientEpochs epochs;
    private final Checkpoint checkpoint;
    private final RecordWatch recordWatch;
    private final LoadWatch loadWatch;
    private final Recovery recovery;
    private final StaticControl statics;
    private final PeerControl peers;
    private final Expiry expiry;
    private final Admission admission;
    private final Clearances clearances;
    private final PolicyWalk policyWalk;
    private final Evictions evictions;
    private final PairingSweep sweep;
    private final PoolControl pool;
    private final SubscriberDrains subscriberDrains;
    private final Questions questions;
    private final Questions hostQuestions;
    private final ShardEvents events;
    private boolean ready;

    /**
     * Port control that begins to put back what the journal kept; {@link #isReady} says when that
     * is done. Packets should not flow before.
     *
     * @param directory this becomes its only writer
     * @param links one for each shard, by index
     * @param found what the journal says, folded
     */
    public PortControl(
            ControlConfig config,
            Directory directory,
            List<ShardLink> links,
            LeaseJournal journal,
            RecoveredState found,
            long nowNs,
            long wallMillis) {
        state = new ControlState(config, directory, links, journal, nowNs);
        state.at(nowNs, wallMillis);
        blocks = new Blocks(state);
        events = new ShardEvents(state, blocks);
        epoch = new EpochRecord(state);
        epochs = new ClientEpochs(state, epoch);
        sweep = new PairingSweep(state);
        evictions = new Evictions(state);
        pool = new PoolControl(state, evictions, epochs);
        subscriberDrains = new SubscriberDrains(state, evictions);
        state.isDrained = subscriberDrains::isDrained;
        checkpoint =
                new Checkpoint(
                        state, journal, epoch, epochs, blocks, pool.drains(), subscriberDrains);
        recordWatch = new RecordWatch(state, checkpoint);
        loadWatch = new LoadWatch(state);
        recovery = new Recovery(state, found, epochs::lost);
        peers = new PeerControl(state, recovery.peers(), this);
        questions = Questions.ofStaff(state.counters);
        statics = new StaticControl(state, questions);
        clearances = new Clearances(state);
        expiry = new Expiry(state);
        admission = new Admission(state);
        policyWalk = new PolicyWalk(state);
        hostQuestions = Questions.ofHosts(state.counters);
        epoch.begin(found);
    }

    /** What of PCP and NAT-PMP the subscriber of an internal address does not get. */
    public Set<Service> withheldFrom(int internalIp) {
        Profile profile = state.subscribers.profileOf(state.subscribers.ownerOf(internalIp));
        return isDedicated(internalIp) ? profile.withheldFromDedicated() : profile.withheld();
    }

    /** Whether an internal address has an external one for itself, with all ports and protocols. */
    public boolean isDedicated(int internalIp) {
        return state.dedicated.externalIpOf(internalIp).isPresent();
    }

    /** Whether an internal address belongs to a subscriber. */
    public boolean isSubscriber(int internalIp) {
        return state.subscribers.ownerOf(internalIp) != Subscribers.UNKNOWN;
    }

    /**
     * Creates, renews or deletes a mapping. The reply is called exactly once, now or in a later
     * {@link #doWork}; of a set once for each mapping that it touches (RFC 7753 §4.4.1). It must
     * not call back.
     */
    public void map(MapCommand command, long nowNs, long wallMillis, Consumer<MapOutcome> reply) {
        state.at(nowNs, wallMillis);
        state.counters.increment(ControlCounter.COMMANDS);
        if (!ready) {
            refuse(command, Reason.NETWORK_FAILURE, MapRules.SHORT_ERROR_SECONDS, reply);
            return;
        }
        Consumer<MapOutcome> told = state.records.of(command, reply);
        state.dedicated
                .outcome(command)
                .ifPresentOrElse(told, () -> state.turns.request(new Wish<>(command, told)));
    }

    /**
     * Deletes all mappings of the command's host for its protocol (RFC 6886 §3.4), as {@link #map}
     * would each of them. Refused when one of them stays.
     *
     * @param command a deletion of internal port 0
     */
    public void deleteAll(
            MapCommand command, long nowNs, long wallMillis, Consumer<MapOutcome> reply) {
        state.at(nowNs, wallMillis);
        state.counters.increment(ControlCounter.COMMANDS);
        InternalTuple host = command.internal();
        if (!ready) {
            refuse(command, Reason.NETWORK_FAILURE, MapRules.SHORT_ERROR_SECONDS, reply);
        } else if (isDedicated(host.internalIp())) {
            state.records.of(command, reply).accept(new MapOutcome.Deleted(0));
        } else if (state.subscribers.keyOf(host.realm(), host.internalIp())
                == Subscribers.UNKNOWN) {
            refuse(command, Reason.NOT_AUTHORIZED, MapRules.LONG_ERROR_SECONDS, reply);
        } else {
            clearances.begin(command, reply);
        }
    }

    private void refuse(
            MapCommand command, Reason reason, long seconds, Consumer<MapOutcome> reply) {
        state.records.of(command, reply).accept(new MapOutcome.Refused(reason, seconds));
    }

    /** The external port of an explicit mapping; empty when there is none. */
    public OptionalInt externalPortOf(InternalTuple internal) {
        return Stream.concat(
                        state.leases.find(internal).map(l -> l.externalPort(internal)).stream(),
                        state
                                .statics
                                .inForce(internal)
                                .map(fixed -> fixed.reservation().externalPort())
                                .stream())
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    /**
     * Tells the external address of an internal one, paired for that when it was not; empty when it
     * belongs to no subscriber, none can be had, or leases are still being restored.
     */
    public void externalIp(
            int internalIp, long nowNs, long wallMillis, Consumer<OptionalInt> reply) {
        state.at(nowNs, wallMillis);
        if (ready && isDedicated(internalIp)) {
            reply.accept(state.dedicated.externalIpOf(internalIp));
            return;
        }
        long key = state.subscribers.keyOf(InternalTuple.DEFAULT_REALM, internalIp);
        Optional<Subscriber> subscriber =
                ready && key != Subscribers.UNKNOWN
                        ? state.subscribers.findOrAdd(key)
                        : Optional.empty();
        subscriber.ifPresentOrElse(
                s -> state.pairings.ask(s, reply), () -> reply.accept(OptionalInt.empty()));
    }

    /**
     * The external address that all subscribers on the link of a listen address have in common;
     * empty when there is none that can be told. That is the pool's only address, or the one of the
     * named subscriber whom the link belongs to, paired now if it was not.
     */
    public void linkExternalIp(
            int listenIp, long nowNs, long wallMillis, Consumer<OptionalInt> reply) {
        state.at(nowNs, wallMillis);
        long key = state.subscribers.ownerOf(listenIp);
        if (state.pool.size() == 1 && state.dedicated.isEmpty()) {
            reply.accept(OptionalInt.of(state.pool.addresses().getFirst()));
        } else if (state.subscribers.isNamed(key)) {
            externalIp(listenIp, nowNs, wallMillis, reply);
        } else {
            reply.accept(OptionalInt.empty());
        }
    }

    /**
     * Finds mappings; the reply is called once, now or in a later {@link #doWork}, and must not
     * call back.
     *
     * @return false when too many questions are under way; there is no reply then
     */
    public boolean mappings(
            MappingQuery query, long nowNs, long wallMillis, Consumer<Listing<MappingView>> reply) {
        state.at(nowNs, wallMillis);
        return questions.take(new MappingSearch(state, query, true, reply));
    }

    /** The same for a host's question: those of all hosts together take no place of staff's. */
    public boolean mappingsForHost(
            MappingQuery query, long nowNs, long wallMillis, Consumer<Listing<MappingView>> reply) {
        state.at(nowNs, wallMillis);
        return hostQuestions.take(new MappingSearch(state, query, false, reply));
    }

    /** The id of the subscriber that an internal address belongs to; empty for nobody. */
    public Optional<String> subscriberOf(int internalIp) {
        long key = state.subscribers.ownerOf(internalIp);
        return key == Subscribers.UNKNOWN
                ? Optional.empty()
                : Optional.of(state.subscribers.id(key));
    }

    /** Finds subscribers, as {@link #mappings}. */
    public boolean subscribers(
            SubscriberQuery query,
            long nowNs,
            long wallMillis,
            Consumer<Listing<SubscriberView>> reply) {
        state.at(nowNs, wallMillis);
        return questions.take(new SubscriberSearch(state, query, reply));
    }

    /** Looks at one subscriber, as {@link #mappings}; empty when nobody is called so. */
    public boolean subscriber(
            String id, long nowNs, long wallMillis, Consumer<Optional<SubscriberView>> reply) {
        state.at(nowNs, wallMillis);
        long key = state.subscribers.keyOf(id);
        if (key == Subscribers.UNKNOWN) {
            reply.accept(Optional.empty());
            return true;
        }
        return questions.take(
                new SubscriberSearch(
                        state, key, found -> reply.accept(Optional.of(found.items().getFirst()))));
    }

    /**
     * Ends a lease whoever owns it; its port rests. What PEERs keep of the tuple is left to its
     * traffic. The reply is called once, now or in a later {@link #doWork}, when that is durable;
     * false says that there was none.
     *
     * @return false when too much of this kind is under way; there is no reply then
     */
    public boolean drop(
            InternalTuple internal, long nowNs, long wallMillis, Consumer<Boolean> reply) {
        state.at(nowNs, wallMillis);
        return evictions.take(List.of(internal), ended -> reply.accept(ended > 0));
    }

    /**
     * Ends all leases of an internal address, as {@link #drop}, those too whose grant is under way,
     * and what its traffic keeps; the reply hears how many leases. Reservations stay.
     */
    public boolean release(int internalIp, long nowNs, long wallMillis, Consumer<Integer> reply) {
        state.at(nowNs, wallMillis);
        return new Release(state, internalIp, reply).begin(evictions);
    }

    /**
     * Sets aside what the translator needs for a policy, so that {@link #apply} cannot fail; false
     * when there is not memory enough, and then the policy before stays in force.
     */
    public boolean prepare(Policy policy) {
        try {
            state.pairings.entries().prepare(policy);
            return true;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /**
     * Puts a new policy in force, for which {@link #prepare} was asked: limits hold for what is
     * asked from now on and nothing is cut but what its subscriber lost. Leases of addresses that
     * moved or belong to nobody now end in the course of later {@link #doWork}. Takes time in
     * proportion to the named subscribers.
     */
    public PolicyChange apply(Policy policy, long nowNs, long wallMillis) {
        state.at(nowNs, wallMillis);
        PolicyChange change = state.subscribers.apply(policy);
        state.pairings.apply(policy, policyWalk.isIdle());
        state.dedicated.follow(policy);
        state.turns.use(new ControlConfig(state.nat, policy));
        state.statics.followPolicy();
        policyWalk.begin();
        return change;
    }

    /** The part that staff's reservations go through. */
    public StaticControl statics() {
        return statics;
    }

    /** The part that knows what was asked and answered. */
    public RequestRecords requests() {
        return state.records;
    }

    /** The part that PEER requests go through. */
    public PeerControl peers() {
        return peers;
    }

    /** The part that takes external addresses out of use. */
    public DrainControl drains() {
        return pool.drains();
    }

    /** The part that staff drain subscribers by. */
    public SubscriberDrains subscriberDrains() {
        return subscriberDrains;
    }

    /** The part that external addresses come and go by. */
    public PoolControl pool() {
        return pool;
    }

    /** Calls a listener at every change of a mapping; it must not throw. */
    public void listen(Consumer<MappingEvent> listener) {
        state.listeners.add(listener);
    }

    /** Calls a listener whenever a port block changes hands; it must not throw. */
    public void listenBlocks(Consumer<BlockEvent> listener) {
        state.listeners.addBlocks(listener);
    }

    /**
     * Tells of all mappings and port blocks that are there, as {@link #mappings}; of what changes
     * meanwhile the listeners hear.
     *
     * @param onMapping whether it takes one; else it is told that one again later
     * @param onBlock the same for blocks
     */
    public boolean callRoll(
            Predicate<MappingView> onMapping, Predicate<BlockView> onBlock, Runnable reply) {
        return questions.take(new RollCall(state, blocks, onMapping, onBlock, reply));
    }

    /** Does a bounded amount of what is due and returns how much that was. */
    public int doWork(long nowNs, long wallMillis) {
        state.at(nowNs, wallMillis);
        int done = state.events.drain() + state.recorder.drain(COMPLETIONS, nowNs);
        if (recovery.knowsPairings()) {
            done += state.requests.drain(OUTCOMES, events);
        }
        blocks.advance();
        state.pairings.advance();
        recordWatch.advance();
        if (ready) {
            sweep.advance();
            pool.advance();
            done += expiry.advance() + peers.advance();
            done += epoch.mark(checkpoint::want) + checkpoint.advance(SLICE);
            done += policyWalk.advance(SLICE) + evictions.advance(EXPIRIES);
            done += clearances.advance(EXPIRIES) + state.rehousing.advance(EXPIRIES);
        } else {
            done += recover();
        }
        if (recovery.takesReservations()) {
            done += state.statics.advance(SLICE);
        }
        done += questions.advance(SLICE) + hostQuestions.advance(SLICE);
        state.counters.publish();
        loadWatch.advance();
        return done;
    }

    /** Says what becomes of new port blocks and pairings while the journal fails. */
    public void use(OnFailure onFailure) {
        state.onFailure = onFailure;
    }

    /** Events of the node, those of the shards among them when it watches their telemetry. */
    public EventFeed events() {
        return state.events;
    }

    /**
     * Says whose mappings a snapshot brings back, by internal address: when {@link #isReady}, those
     * hosts are in the directory, as far as they are still paired. To be called before the first
     * {@link #doWork}.
     */
    public void expect(List<Integer> hosts) {
        recovery.expect(hosts);
    }

    /** The same of leases whose owners insist on their external tuples. */
    public void insisted(Set<InternalTuple> internals) {
        recovery.insisted(internals);
    }

    /** Whether everything found at start is back in the translator. */
    public boolean isReady() {
        return ready;
    }

    /** The epoch of the node, for those who have none of their own (RFC 6887 §8.5). */
    public long epochSeconds(long nowNs) {
        return epoch.epoch().seconds(nowNs);
    }

    /** The epochs that answers carry. */
    public ClientEpochs epochs() {
        return epochs;
    }

    /** The clients that can be told of a restart one by one. */
    public KnownClients clients() {
        return state.clients;
    }

    /** What owners are to be told unasked of their mappings. */
    public MappingUpdates updates() {
        return state.news.updates();
    }

    /** What an operator is to read of overload and abuse. */
    public Notices notices() {
        return state.notices;
    }

    /** The part that says which requests are looked at. */
    public Admission admission() {
        return admission;
    }

    /** What was counted; readable from any thread. */
    public ControlCounters counters() {
        return state.counters;
    }

    /** How much there is. */
    public Sizes sizes() {
        return new Sizes(
                state.leases.size(),
                state.statics.book().size(),
                state.holds.size(),
                state.subscribers.size(),
                state.turns.busyCount() + state.peerTurns.busyCount());
    }

    private int recover() {
        int done = recovery.advance(SLICE);
        if (recovery.isDone()) {
            ready = true;
        }
        return done;
    }
}
