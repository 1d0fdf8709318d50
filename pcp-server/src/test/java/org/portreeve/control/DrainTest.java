package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.control.view.DrainView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.event.EventKind;

/** External addresses that are taken out of use and put back. */
class DrainTest {
    private static final int LIFETIME = 3_600;

    private final ControlRig rig = new ControlRig(2);
    private final List<Integer> pool = rig.config.nat().pool().addresses();
    private final List<NodeEvent> told = new ArrayList<>();
    private int hosts;

    @BeforeEach
    void listen() {
        rig.control.events().listen(told::add);
    }

    @Test
    void newSubscribersDoNotGetADrainedAddressAndThoseWhoHaveItKeepIt() {
        InternalTuple early = host(0);
        int drained = rig.granted(ControlRig.wish(early, LIFETIME)).externalIp();
        assertEquals(DrainOutcome.DONE, drain(drained, 0));
        hosts = 1;
        assertFalse(addressesOfNext(12).contains(drained));
        InternalTuple later = InternalTuple.of(Protocol.TCP, early.internalIp(), 81);
        assertEquals(drained, rig.granted(ControlRig.wish(later, LIFETIME)).externalIp());
        assertEquals(1, rig.control.drains().list().getFirst().subscribers());

        assertEquals(DrainOutcome.DONE, end(drained));
        assertTrue(addressesOfNext(4).contains(drained));
        assertEquals(List.of(), rig.control.drains().list());
        assertEquals(
                List.of(EventKind.DRAIN_BEGUN, EventKind.DRAIN_ENDED),
                told.stream().map(NodeEvent::kind).toList());
        assertEquals(drained, told.getFirst().externalIp());
    }

    @Test
    void oneAddressStaysInUse() {
        for (int position = 0; position < pool.size() - 1; position++) {
            assertEquals(DrainOutcome.DONE, drain(pool.get(position), 0));
        }
        assertEquals(DrainOutcome.LAST_ADDRESS, drain(pool.getLast(), 0));
        assertEquals(Set.of(pool.getLast()), addressesOfNext(5));
        // What is drained already may still be told to rest.
        assertEquals(DrainOutcome.DONE, end(pool.getFirst()));
        assertEquals(DrainOutcome.DONE, drain(pool.getLast(), 60));
        assertEquals(DrainOutcome.DONE, drain(pool.getLast(), 90));
    }

    @Test
    void twoWishesAtOnceDoNotTakeTheLastAddress() {
        drain(pool.get(0), 0);
        drain(pool.get(1), 0);
        List<DrainOutcome> outcomes = new ArrayList<>();
        rig.control.drains().drain(pool.get(2), 0, outcomes::add);
        rig.control.drains().drain(pool.get(3), 0, outcomes::add);
        rig.settle();
        assertEquals(List.of(DrainOutcome.LAST_ADDRESS, DrainOutcome.DONE), outcomes);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertEquals(DrainOutcome.UNKNOWN_ADDRESS, drain(1, 0));
        assertEquals(DrainOutcome.UNKNOWN_ADDRESS, end(1));
        assertEquals(DrainOutcome.NOT_DRAINED, end(pool.getFirst()));
    }

    @Test
    void drainIsThereAfterARestartAndAfterACheckpoint() {
        drain(pool.get(0), 0);
        drain(pool.get(1), 60);
        drain(pool.get(2), 0);
        end(pool.get(2));
        List<DrainView> before = rig.control.drains().list();
        rig.restart();
        assertEquals(before, rig.control.drains().list());
        rig.journal.wantsCheckpoint = true;
        rig.settle();
        assertEquals(1, rig.journal.checkpoints);
        rig.restart();
        assertEquals(before, rig.control.drains().list());
        assertFalse(addressesOfNext(6).contains(pool.getFirst()));
    }

    @Test
    void wishThatIsNotRecordedChangesNothing() {
        rig.journal.full = true;
        List<DrainOutcome> outcomes = new ArrayList<>();
        rig.control.drains().drain(pool.getFirst(), 0, outcomes::add);
        rig.journal.full = false;
        rig.control.drains().drain(pool.getFirst(), 0, outcomes::add);
        rig.journal.force(false, Integer.MAX_VALUE);
        rig.settle();
        assertEquals(List.of(DrainOutcome.NOT_RECORDED, DrainOutcome.NOT_RECORDED), outcomes);
        assertEquals(List.of(), rig.control.drains().list());
        assertTrue(addressesOfNext(4).contains(pool.getFirst()));
    }

    @Test
    void quarantineBeginsToRestWhenNobodyHasTheAddressAndEndsByItself() {
        InternalTuple host = host(0);
        int address = rig.granted(ControlRig.wish(host, 120)).externalIp();
        assertEquals(DrainOutcome.DONE, drain(address, 600));
        pass(60);
        DrainView held = rig.control.drains().list().getFirst();
        assertEquals(1, held.subscribers());
        assertEquals(DrainView.FOREVER, held.remainingSeconds());
        // The lease ends, and its port rests for the longest idle time of its protocol.
        pass(120 + 7_440 + 60);
        DrainView resting = rig.control.drains().list().getFirst();
        assertEquals(0, resting.subscribers());
        assertNotEquals(DrainView.FOREVER, resting.remainingSeconds());
        pass(resting.remainingSeconds() - 2);
        assertEquals(1, rig.control.drains().list().size());
        pass(4);
        assertEquals(List.of(), rig.control.drains().list());
        assertTrue(addressesOfNext(4).contains(address));
    }

    @Test
    void drainThatIsAskedForWhenAQuarantineIsOverHoldsOverARestart() {
        int address = pool.getFirst();
        drain(address, 60);
        pass(30);
        List<DrainOutcome> outcomes = new ArrayList<>();
        rig.control.drains().drain(address, 0, outcomes::add);
        rig.advance(60);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.settle();
        assertEquals(List.of(DrainOutcome.DONE), outcomes);

        rig.restart();
        assertEquals(1, rig.control.drains().list().size());
    }

    /** Against a set: whatever comes when, nobody new has an address that was out of use. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void nobodyNewHasADrainedAddress(long seed) {
        var random = new SplittableRandom(seed);
        Set<Integer> out = new HashSet<>();
        for (int step = 0; step < 50; step++) {
            int address = pool.get(random.nextInt(pool.size()));
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    boolean isLast = !out.contains(address) && out.size() == pool.size() - 1;
                    DrainOutcome expected = isLast ? DrainOutcome.LAST_ADDRESS : DrainOutcome.DONE;
                    assertEquals(expected, drain(address, 0));
                    if (!isLast) {
                        out.add(address);
                    }
                }
                case 2 -> {
                    boolean isOut = out.remove(address);
                    assertEquals(
                            isOut ? DrainOutcome.DONE : DrainOutcome.NOT_DRAINED, end(address));
                }
                case 3 -> rig.restart();
                default -> {
                    Set<Integer> given = addressesOfNext(1);
                    given.retainAll(out);
                    assertEquals(Set.of(), given);
                }
            }
            assertEquals(out.size(), rig.control.drains().list().size());
        }
    }

    private Set<Integer> addressesOfNext(int count) {
        Set<Integer> addresses = new HashSet<>();
        for (int i = 0; i < count; i++) {
            addresses.add(rig.granted(ControlRig.wish(host(hosts++), LIFETIME)).externalIp());
        }
        return addresses;
    }

    private DrainOutcome drain(int externalIp, long restSeconds) {
        return rig.answer(
                (_, _, reply) -> rig.control.drains().drain(externalIp, restSeconds, reply));
    }

    private DrainOutcome end(int externalIp) {
        return rig.answer((_, _, reply) -> rig.control.drains().end(externalIp, reply));
    }

    private void pass(long seconds) {
        for (long left = seconds; left > 0; left--) {
            rig.advance(1);
            rig.settle();
        }
    }

    private static InternalTuple host(int number) {
        return InternalTuple.of(Protocol.TCP, ControlRig.HOST_A + number, 80);
    }
}
