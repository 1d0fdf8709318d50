package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.plan;
import static org.portreeve.control.ControlRig.wish;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.view.BlockEvent;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.testkit.Conformance;

/** Subscribers that get an external address for themselves, and give it back, by a reload. */
class DedicatedHostsTest {
    private static final NatConfig NAT = ControlRig.nat(1, new PortRange(1024, 16_383));
    private static final int OWN = Ipv4.of("192.0.2.77");
    private static final InternalTuple WEB = InternalTuple.of(Protocol.TCP, HOST_A, 80);

    private final ControlRig rig = new ControlRig(1, config(shared("ann", HOST_A)));
    private final List<Object> events = new ArrayList<>();

    private static SubscriberPlan shared(String id, int host) {
        return plan(id, "default", Ipv4.format(host) + "/32");
    }

    private static SubscriberPlan dedicated(String id, int host) {
        return new SubscriberPlan(id, List.of(new Prefix(host, 32)), "default", OWN);
    }

    private static ControlConfig config(SubscriberPlan... plans) {
        return new ControlConfig(NAT, policy(plans));
    }

    private static Policy policy(SubscriberPlan... plans) {
        return ControlRig.policy(NAT, List.of(), List.of(plans));
    }

    @Test
    @Conformance("PCP-MAP-043")
    void leasesAndPairingEndWhenAHostGetsAnAddressAndAreMadeAgainWhenItLosesIt() {
        Granted before = rig.granted(wish(WEB, 600));
        rig.control.listen(events::add);
        rig.apply(policy(dedicated("ann", HOST_A)));
        rig.settle();

        assertEquals(List.of(), rig.listed());
        assertInstanceOf(MappingEvent.Ended.class, events.getFirst());
        assertEquals(Directory.NONE, rig.directory.find(0, HOST_A));
        assertEquals(OWN, rig.directory.dedicated().externalOf(HOST_A));
        assertEquals(new Granted(OWN, 80, 600), rig.map(wish(WEB, 600)));
        assertEquals(List.of(), rig.listed());
        assertEquals(OptionalInt.of(OWN), externalIp(HOST_A));
        var view = rig.subscriber("ann").orElseThrow();
        assertTrue(view.isDedicated());
        assertEquals(OptionalInt.of(OWN), view.externalIp());

        rig.apply(policy(shared("ann", HOST_A)));
        rig.settle();
        assertTrue(rig.directory.dedicated().isEmpty());
        Granted after = rig.granted(wish(WEB, 600));
        assertNotEquals(OWN, after.externalIp());
        assertTrue(NAT.pool().addresses().contains(before.externalIp()));
        assertFalse(rig.subscriber("ann").orElseThrow().isDedicated());
    }

    private OptionalInt externalIp(int host) {
        return rig.answer((now, wall, reply) -> rig.control.externalIp(host, now, wall, reply));
    }

    @Test
    void theWholeAddressIsTheSubscribersToWhoeverLooksBack() {
        rig.control.listenBlocks(events::add);
        var anns = new BlockView("ann", OWN, 0, 65_536);
        var bobs = new BlockView("bob", OWN, 0, 65_536);

        rig.apply(policy(dedicated("ann", HOST_A), shared("bob", HOST_B)));
        rig.apply(policy(dedicated("ann", HOST_A), shared("bob", HOST_B)));
        assertEquals(List.of(new BlockEvent.Leased(anns)), events);
        assertEquals(List.of(anns), roll());

        rig.apply(policy(shared("ann", HOST_A), dedicated("bob", HOST_B)));
        assertEquals(
                List.of(
                        new BlockEvent.Leased(anns),
                        new BlockEvent.Released(anns),
                        new BlockEvent.Leased(bobs)),
                events);
        assertEquals(List.of(bobs), roll());
    }

    private List<BlockView> roll() {
        List<BlockView> blocks = new ArrayList<>();
        List<MappingView> mappings = new ArrayList<>();
        var attempts = new int[1];
        // Who cannot take one at once is told again.
        assertTrue(
                rig.control.callRoll(
                        mappings::add, block -> attempts[0]++ > 0 && blocks.add(block), () -> {}));
        rig.settle();
        rig.settle();
        return blocks;
    }

    @Test
    void aRestartKeepsNothingOfWhatIsShared() {
        rig.granted(wish(WEB, 600));
        rig.apply(policy(dedicated("ann", HOST_A)));
        rig.restart();
        rig.settle();

        assertEquals(List.of(), rig.listed());
        assertEquals(OWN, rig.directory.dedicated().externalOf(HOST_A));
        assertEquals(Directory.NONE, rig.directory.find(0, HOST_A));
    }

    @Test
    void theLongestPrefixOfAnotherSubscriberDoesNotTakeTheHost() {
        rig.apply(policy(dedicated("ann", HOST_A), plan("rest", "default", "100.64.0.0/10")));
        assertEquals("ann", rig.control.subscriberOf(HOST_A).orElseThrow());
        assertEquals("rest", rig.control.subscriberOf(HOST_B).orElseThrow());
        assertTrue(rig.control.isDedicated(HOST_A));
        assertFalse(rig.control.isDedicated(HOST_B));
    }
}
