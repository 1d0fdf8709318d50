package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.EventSettings;
import org.portreeve.nat.event.Marks;
import org.portreeve.nat.event.Resource;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;
import org.portreeve.testkit.Conformance;

/** What a node tells, with real shards: kinds, names and times, from packets to listeners. */
class EventsWithShardTest {
    private static final int PORTS_QUOTA = 100;
    private static final EventSettings ALL =
            EventSettings.of(EnumSet.allOf(EventKind.class), Durations.NS_PER_SECOND, Marks.USUAL);

    private final SimJournal journal = new SimJournal();
    private final List<NodeEvent> told = new ArrayList<>();
    private PacketShard shard;
    private PortControl control;
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    @Test
    @Conformance("NAT-ALLOC-002")
    void blocksMappingsAndQuotaAreToldWithNamesAddressesAndTimes() {
        start(ControlRig.nat(1, new PortRange(1024, 2047)));
        shard.outbound(host(5_000));
        settle();
        NodeEvent leased = one(EventKind.BLOCK_LEASED);
        NodeEvent active = one(EventKind.BLOCK_ACTIVE);
        NodeEvent made = one(EventKind.MAPPING_MADE);
        assertEquals("100.64.0.10", leased.subscriber());
        assertEquals(511, active.lastPort() - active.firstPort());
        assertEquals(leased.firstPort(), active.firstPort());
        assertEquals(ControlRig.HOST_A, made.internalIp());
        assertEquals(5_000, made.internalPort());
        assertEquals(active.externalIp(), made.externalIp());
        assertTrue(active.firstPort() <= made.firstPort() && made.firstPort() <= active.lastPort());
        assertEquals(wallMillis, made.wallMillis());
        assertTrue(told.indexOf(leased) < told.indexOf(active));
        assertTrue(told.indexOf(active) < told.indexOf(made));

        for (int port = 0; port < PORTS_QUOTA + 10; port++) {
            shard.outbound(host(6_000 + port));
            pass(20);
        }
        assertEquals("100.64.0.10", of(EventKind.PORT_QUOTA).getFirst().subscriber());
        assertEquals(1, of(EventKind.BLOCK_ACTIVE).size());
    }

    @Test
    void endsAreToldUnderTheSameNameThoughTheSubscriberIsForgotten() {
        start(ControlRig.nat(1, new PortRange(1024, 2047)));
        shard.outbound(host(5_000));
        settle();
        for (int second = 0; second < 2_000; second++) {
            pass(1_000);
        }
        assertEquals("100.64.0.10", one(EventKind.MAPPING_ENDED).subscriber());
        assertEquals("100.64.0.10", one(EventKind.BLOCK_RELEASED).subscriber());
        assertEquals(0, control.sizes().subscribers());
    }

    @Test
    @Conformance({"NAT-DET-009", "SEED-A-029"})
    void blocksOfAddressAndPoolAreToldAtTheirMarksAndWhenNothingIsLeft() {
        // Two blocks on each of four addresses.
        start(ControlRig.nat(1, new PortRange(1024, 64_511)));
        for (int i = 0; i < 9; i++) {
            shard.outbound(InternalTuple.of(Protocol.UDP, ControlRig.HOST_A + i, 5_000));
            settle();
        }
        List<NodeEvent> high = of(EventKind.USE_HIGH);
        assertEquals(4, high.stream().filter(e -> e.resource() == Resource.ADDRESS_BLOCKS).count());
        NodeEvent pool =
                high.stream()
                        .filter(e -> e.resource() == Resource.POOL_BLOCKS)
                        .findFirst()
                        .orElseThrow();
        assertEquals(7, pool.used());
        assertEquals(8, pool.capacity());
        assertEquals(8, one(EventKind.POOL_EXHAUSTED).used());
        assertEquals("100.64.0.18", one(EventKind.PORTS_EXHAUSTED).subscriber());

        for (int second = 0; second < 2_000; second++) {
            pass(1_000);
        }
        assertEquals(5, of(EventKind.USE_LOW).size());
    }

    @Test
    void kindsThatAreLeftOutAreNeitherToldNorCounted() {
        start(ControlRig.nat(1, new PortRange(1024, 2047)));
        control.events().use(EventSettings.USUAL);
        shard.outbound(host(5_000));
        settle();
        assertEquals(List.of(), of(EventKind.MAPPING_MADE));
        assertEquals(0, control.events().count(EventKind.MAPPING_MADE));
        assertEquals(1, control.events().count(EventKind.BLOCK_ACTIVE));
    }

    private void start(NatConfig nat) {
        var directory = new Directory();
        var links = IntStream.range(0, 1).mapToObj(_ -> new ShardLink(8)).toList();
        var secrets = ShardSecrets.of(new SplittableRandom(1));
        var handover = new Handover(1);
        shard = new PacketShard(0, nat, directory, links.get(0), handover, secrets, nowNs);
        control =
                new PortControl(
                        ControlRig.config(
                                nat,
                                List.of(
                                        new Profile(
                                                Profile.DEFAULT,
                                                nat.rules()
                                                        .with(
                                                                new Rules.Quota(
                                                                        4,
                                                                        PORTS_QUOTA,
                                                                        4096,
                                                                        200,
                                                                        2000)),
                                                new RequestRate(20, 100))),
                                List.of()),
                        directory,
                        links,
                        journal,
                        journal.durable().state(),
                        nowNs,
                        wallMillis);
        control.events().use(ALL);
        control.events().watch(List.of(shard.telemetry()));
        control.events().listen(told::add);
        settle();
    }

    private void settle() {
        int quiet = 0;
        while (quiet < 3) {
            int done = journal.force(true, Integer.MAX_VALUE);
            done += shard.run(nowNs);
            done += control.doWork(nowNs, wallMillis);
            quiet = done == 0 ? quiet + 1 : 0;
        }
    }

    private void pass(long millis) {
        nowNs += millis * Durations.NS_PER_MILLI;
        wallMillis += millis;
        settle();
    }

    private static InternalTuple host(int port) {
        return InternalTuple.of(Protocol.UDP, ControlRig.HOST_A, port);
    }

    private List<NodeEvent> of(EventKind kind) {
        return told.stream().filter(event -> event.kind() == kind).toList();
    }

    private NodeEvent one(EventKind kind) {
        List<NodeEvent> events = of(kind);
        assertEquals(1, events.size(), () -> kind + ": " + events);
        return events.getFirst();
    }
}
