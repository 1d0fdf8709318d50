package org.portreeve.control;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.PolicyChange;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ModelShard;
import org.portreeve.nat.shard.ShardLink;

/** Port control with model shards and a simulated journal, on a clock that a test turns. */
final class ControlRig {
    static final int QUOTA = 4;
    static final int PLACES = 8;
    static final int HOST_A = Ipv4.of("100.64.0.10");
    static final int HOST_B = Ipv4.of("100.64.0.11");
    static final Nonce NONCE = new Nonce(1, 1);
    static final Nonce OTHER_NONCE = new Nonce(2, 2);
    static final InternalTuple WEB = InternalTuple.of(Protocol.TCP, HOST_A, 8080);
    static final InternalTuple DNS = InternalTuple.of(Protocol.UDP, HOST_A, 53);

    ControlConfig config;
    SimJournal journal = new SimJournal();
    Directory directory;
    List<ShardLink> links;
    List<ModelShard> shards;
    PortControl control;
    long nowNs = 1_000_000_000_000L;
    long wallMillis = 1_700_000_000_000L;

    ControlRig(int shardCount) {
        this(shardCount, ControlConfig.of(nat(shardCount, new PortRange(1024, 16_383))));
    }

    ControlRig(int shardCount, ControlConfig config) {
        this.config = config;
        start(shardCount, RecoveredState.empty());
        settle();
    }

    static NatConfig nat(int shardCount, PortRange incoming) {
        return new NatConfig(
                shardCount,
                List.of(Prefix.of("100.64.0.0/10")),
                Pool.of(
                        IntStream.range(0, 4)
                                .map(i -> Ipv4.of("198.51.100.1") + i)
                                .boxed()
                                .toList(),
                        new PortRange(1024, 65_535),
                        incoming,
                        new Pool.Block(512, 4, 180_000_000_000L)),
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(1024, 1024, 64),
                rules(new Rules.Quota(QUOTA, 2048, 4096, 200, 2000)));
    }

    private static Rules rules(Rules.Quota quota) {
        return Rules.of(
                quota,
                new PortRange(1024, 65_535),
                new Rules.Eif(1024, 50, 200, 30_000_000_000L, false));
    }

    /** Named subscribers, with the default profile and others. */
    static ControlConfig config(NatConfig nat, List<Profile> profiles, List<SubscriberPlan> plans) {
        return new ControlConfig(nat, policy(nat, profiles, plans));
    }

    static Policy policy(NatConfig nat, List<Profile> profiles, List<SubscriberPlan> plans) {
        Policy of = ControlConfig.of(nat).policy();
        Map<String, Profile> byName = new HashMap<>(of.profiles());
        profiles.forEach(p -> byName.put(p.name(), p));
        return new Policy(byName, plans, of.lifetime());
    }

    /** The same policy, but that subscribers may choose their external address. */
    static Policy honouring(Policy policy) {
        Map<String, Profile> changed = new HashMap<>();
        policy.profiles()
                .forEach((name, each) -> {
                    MapPolicy map = each.map();
                    var honours =
                            new MapPolicy(
                                    map.nonce(),
                                    map.filters(),
                                    map.isStrictlySimple(),
                                    map.isOpen(),
                                    true,
                                    map.sets());
                    changed.put(
                            name,
                            new Profile(
                                    name, each.rules(), each.requests(), honours, each.withheld()));
                });
        return new Policy(changed, policy.subscribers(), policy.lifetime());
    }

    static Profile profile(String name, int mappings) {
        Rules.Quota quota = new Rules.Quota(mappings, 2048, 4096, 200, 2000);
        return new Profile(name, rules(quota), new RequestRate(20, 100));
    }

    static SubscriberPlan plan(String id, String profile, String... prefixes) {
        return new SubscriberPlan(id, Stream.of(prefixes).map(Prefix::of).toList(), profile);
    }

    /** A process that finds this in the journal; shards are new too. */
    void start(int shardCount, RecoveredState found) {
        directory = new Directory();
        links = IntStream.range(0, shardCount).mapToObj(_ -> new ShardLink(PLACES)).toList();
        shards =
                IntStream.range(0, shardCount)
                        .mapToObj(i -> new ModelShard(i, config.nat(), directory, links.get(i)))
                        .toList();
        control = new PortControl(config, directory, links, journal, found, nowNs, wallMillis);
        control.peers().load(journal.durable().peers.values());
        control.insisted(journal.durable().insisted);
        control.epochs().load(journal.durable().clientEpochs.values());
        control.drains().load(journal.durable().drains.values());
        control.subscriberDrains().load(journal.durable().drainedSubscribers.values());
    }

    /** A reload. */
    PolicyChange apply(Policy policy) {
        config = new ControlConfig(config.nat(), policy);
        return control.apply(policy, nowNs, wallMillis);
    }

    /** The answer of a question that is asked with the time. */
    <T> T answer(Question<T> question) {
        List<T> answers = new ArrayList<>();
        question.ask(nowNs, wallMillis, answers::add);
        settle();
        if (answers.size() != 1) {
            throw new AssertionError("answers: " + answers);
        }
        return answers.getFirst();
    }

    /** One of the questions of port control. */
    @FunctionalInterface
    interface Question<T> {
        void ask(long nowNs, long wallMillis, Consumer<T> reply);
    }

    /** All mappings that staff see. */
    List<MappingView> listed() {
        return this.<Listing<MappingView>>answer((now, wall, reply) ->
                        control.mappings(MappingQuery.all(1000), now, wall, reply))
                .items();
    }

    Optional<SubscriberView> subscriber(String id) {
        return answer((now, wall, reply) -> control.subscriber(id, now, wall, reply));
    }

    /** The process ends and another begins with what is durable. */
    void restart() {
        restart(List.of());
    }

    /** The same when these hosts are to have mappings back. */
    void restart(List<Integer> hosts) {
        settle();
        RecoveredState found = journal.durable().state();
        start(links.size(), found);
        control.expect(hosts);
        settle();
    }

    void advance(long seconds) {
        nowNs += seconds * Durations.NS_PER_SECOND;
        wallMillis += seconds * 1000;
    }

    /** Lets everything run until nothing moves. */
    void settle() {
        int quiet = 0;
        while (quiet < 3) {
            int done = journal.force(true, Integer.MAX_VALUE);
            for (ModelShard shard : shards) {
                done += shard.run(Integer.MAX_VALUE, nowNs);
            }
            done += control.doWork(nowNs, wallMillis);
            quiet = done == 0 ? quiet + 1 : 0;
        }
    }

    /** A request and its answer. */
    MapOutcome map(MapCommand command) {
        List<MapOutcome> answers = ask(command);
        settle();
        if (answers.size() != 1) {
            throw new AssertionError("answers: " + answers);
        }
        return answers.getFirst();
    }

    /** A request whose answers come into the list. */
    List<MapOutcome> ask(MapCommand command) {
        List<MapOutcome> answers = new ArrayList<>();
        control.map(command, nowNs, wallMillis, answers::add);
        return answers;
    }

    /** A request that must be granted. */
    MapOutcome.Granted granted(MapCommand command) {
        return (MapOutcome.Granted) map(command);
    }

    /** A packet of an inside host, as often as its way needs. */
    void outbound(InternalTuple internal) {
        settle();
        for (int i = 0; i < 3; i++) {
            shards.forEach(s -> s.outbound(internal, nowNs));
            settle();
        }
    }

    /** Whether what was granted forwards packets now. */
    boolean forwards(InternalTuple internal, MapOutcome.Granted granted) {
        int addressIndex = config.nat().pool().addresses().indexOf(granted.externalIp());
        return shards.get(config.nat().shardOf(addressIndex))
                .forwards(internal, addressIndex, granted.externalPort());
    }

    /** The explicit mappings of all shards that forward packets. */
    List<ModelShard.Mapping> active() {
        return shards.stream().flatMap(s -> s.active().stream()).toList();
    }

    Optional<ModelShard.Mapping> active(InternalTuple internal) {
        return shards.stream()
                .flatMap(s -> s.active().stream())
                .filter(m -> m.internal.equals(internal))
                .findFirst();
    }

    long counted(ControlCounter counter) {
        control.doWork(nowNs, wallMillis);
        return control.counters().value(counter);
    }

    static MapCommand wish(InternalTuple internal, long lifetimeSeconds) {
        return wish(internal, NONCE, 0, false, lifetimeSeconds);
    }

    static MapCommand wish(
            InternalTuple internal,
            Nonce nonce,
            int suggestedPort,
            boolean preferFailure,
            long lifetimeSeconds) {
        return new MapCommand(
                internal,
                nonce,
                LeaseOrigin.PCP,
                0,
                suggestedPort,
                preferFailure,
                lifetimeSeconds,
                internal.internalIp(),
                5350,
                Description.NONE);
    }

    /** The same for an external address that its requester would like. */
    static MapCommand at(int suggestedIp, MapCommand wish) {
        return new MapCommand(
                wish.internal(),
                wish.nonce(),
                wish.origin(),
                suggestedIp,
                wish.suggestedPort(),
                wish.preferFailure(),
                wish.lifetimeSeconds(),
                wish.clientIp(),
                wish.clientPort(),
                wish.description());
    }

    static MapCommand natPmp(InternalTuple internal, int suggestedPort, long lifetimeSeconds) {
        return new MapCommand(
                internal,
                Nonce.ZERO,
                LeaseOrigin.NAT_PMP,
                0,
                suggestedPort,
                false,
                lifetimeSeconds,
                internal.internalIp(),
                5350,
                Description.NONE);
    }
}
