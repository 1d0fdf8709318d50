package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.LiveRig.Endpoint;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.testkit.Conformance;

/** What owners are told of changes of the configuration, with the real translator. */
class OwnerNewsTest {
    private static final int FIRST = Ipv4.of("198.51.100.1");
    private static final int HOST = Ipv4.of("100.64.0.10");
    private static final InternalTuple WEB = InternalTuple.of(Protocol.TCP, HOST, 80);

    private static LiveRig rig(int shards) {
        return new LiveRig(nat(shards));
    }

    private static NatConfig nat(int shards) {
        NatConfig usual = ControlRig.nat(shards, new PortRange(1024, 2047));
        return new NatConfig(
                shards,
                usual.inside(),
                usual.pool().withAddresses(List.of(FIRST, FIRST + 1)),
                usual.timers(),
                new NatConfig.Capacity(1024, 1024, 512, 6),
                usual.rules());
    }

    private static void use(LiveRig rig, DrainMode mode, int externalIp) {
        PoolOutcome outcome =
                rig.answer(
                        (_, _, reply) -> rig.control.pool().use(List.of(externalIp), mode, reply));
        assertInstanceOf(PoolOutcome.Changed.class, outcome);
    }

    /** What is told while so many seconds pass. */
    private static List<MappingUpdate> told(LiveRig rig, int seconds) {
        List<MappingUpdate> all = new ArrayList<>();
        for (int i = 0; i < seconds; i++) {
            rig.pass(1);
            Optional<MappingUpdate> next = rig.control.updates().poll(rig.nowNs);
            while (next.isPresent()) {
                all.add(next.get());
                next = rig.control.updates().poll(rig.nowNs);
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @Conformance("PCP-UPD-001")
    void whoseAddressIsWithdrawnIsMovedAndToldWhere(int shards) {
        LiveRig rig = rig(shards);
        Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
        int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;

        use(rig, DrainMode.CUT, other);
        List<MappingUpdate> told = told(rig, 5);

        MappingUpdate last = told.getLast();
        assertEquals(WEB, last.internal());
        assertEquals(ControlRig.NONCE, last.nonce());
        assertEquals(other, last.externalIp());
        assertTrue(last.lifetimeSeconds() > 590 && last.lifetimeSeconds() <= 600, last::toString);
        var to = new Endpoint(last.externalIp(), last.externalPort());
        assertEquals(Optional.of(new Endpoint(HOST, 80)), rig.reply(0, to, 1000, LiveRig.SYN));
        Granted renewed = (Granted) rig.map(ControlRig.wish(WEB, 600));
        assertEquals(to, new Endpoint(renewed.externalIp(), renewed.externalPort()));
        assertNotEquals(lease.externalIp(), renewed.externalIp());
        assertEquals(List.of(), told(rig, 5));
    }

    @Test
    @Conformance("PCP-UPD-003")
    void whoInsistedStillDoesAfterARestart() {
        LiveRig rig = rig(1);
        Granted lease = (Granted) rig.map(ControlRig.wish(WEB, ControlRig.NONCE, 1500, true, 600));
        rig.restart();

        use(rig, DrainMode.CUT, lease.externalIp() == FIRST ? FIRST + 1 : FIRST);
        List<MappingUpdate> told = told(rig, 5);

        assertFalse(told.isEmpty());
        assertTrue(told.stream().allMatch(MappingUpdate::isImpossible), told::toString);
        assertEquals(0, rig.control.sizes().leases());
    }

    /** The journal takes its time, as with a slow disk: nobody hears that a mapping is gone. */
    @Test
    @Conformance("PCP-UPD-001")
    void whoseLeaseIsMadeAnewSlowlyHearsNothingElse() {
        LiveRig rig = rig(1);
        Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
        int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;
        rig.control.pool().use(List.of(other), DrainMode.CUT, _ -> {});
        List<MappingUpdate> told = new ArrayList<>();
        for (int steps = 0; steps < 40; steps++) {
            rig.step();
            rig.nowNs += Durations.NS_PER_SECOND;
            rig.control.updates().poll(rig.nowNs).ifPresent(told::add);
        }

        assertFalse(told.isEmpty());
        assertTrue(told.stream().noneMatch(MappingUpdate::isGone), told::toString);
    }

    /** Nowhere is room for it. */
    @Test
    @Conformance("PCP-UPD-006")
    void whoseLeaseCannotBeMadeAnewIsToldThatItIsGone() {
        LiveRig rig = rig(1);
        Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
        int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;
        rig.control.pool().use(List.of(other), DrainMode.CUT, _ -> {});
        for (int steps = 0; rig.control.sizes().leases() > 0 && steps < 40; steps++) {
            rig.step();
        }
        rig.journal.full = true;
        rig.settle();

        List<MappingUpdate> told = told(rig, 5);

        assertEquals(3, told.size());
        assertTrue(told.stream().allMatch(MappingUpdate::isGone), told::toString);
        assertEquals(lease.externalIp(), told.getFirst().externalIp());
    }

    /** Goal: others are served while many leases are made anew and the journal stands still. */
    @Test
    void leasesThatAreMadeAnewLeavePlacesToOthers() {
        LiveRig rig = new LiveRig(ControlConfig.of(nat(1)), 1024);
        int before = 0;
        for (int i = 0; i < 5 * Rehousing.AT_ONCE / 2; i++) {
            InternalTuple tuple = InternalTuple.of(Protocol.TCP, HOST + i / 2, 80 + i % 2);
            Granted granted = (Granted) rig.map(ControlRig.wish(tuple, 600));
            before += granted.externalIp() == FIRST ? 1 : 0;
        }
        assertTrue(before > Rehousing.AT_ONCE);
        rig.control.pool().use(List.of(FIRST + 1), DrainMode.CUT, _ -> {});
        int total = rig.control.sizes().leases();
        for (int steps = 0; rig.control.sizes().leases() > total - before; steps++) {
            assertTrue(steps < 100, "the leases do not end");
            rig.step();
        }

        int most = 0;
        for (int steps = 0; steps < 20; steps++) {
            rig.stepWithoutJournal();
            most = Math.max(most, rig.links.getFirst().openRequests());
        }

        assertEquals(Rehousing.AT_ONCE, most);
        rig.settle();
        assertEquals(total, rig.control.sizes().leases());
    }

    /** A profile lets others keep a mapping alive; that does not tell its owner where it is. */
    @Test
    @Conformance("PCP-UPD-005")
    void onlyTheOwnersOwnRequestEndsWhatItIsTold() {
        for (Nonce asker : List.of(new Nonce(7, 7), ControlRig.NONCE)) {
            Profile usual = ControlConfig.of(nat(1)).policy().profiles().get(Profile.DEFAULT);
            var map = new MapPolicy(NoncePolicy.RENEW_ONLY, 16, false, true);
            var renewable =
                    new Profile(
                            usual.name(), usual.rules(), usual.requests(), map, usual.withheld());
            var rig = new LiveRig(ControlRig.config(nat(1), List.of(renewable), List.of()));
            Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
            use(rig, DrainMode.CUT, lease.externalIp() == FIRST ? FIRST + 1 : FIRST);
            assertEquals(1, told(rig, 1).size());

            MapOutcome renewed = rig.map(ControlRig.wish(WEB, asker, 0, false, 900));

            assertEquals(900, ((Granted) renewed).lifetimeSeconds());
            boolean isOwner = asker.equals(ControlRig.NONCE);
            assertEquals(isOwner ? 0 : 2, told(rig, 5).size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whoKeepsItsLeaseUntilItEndsIsToldNothing(int shards) {
        LiveRig rig = rig(shards);
        Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
        int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;

        use(rig, DrainMode.WAIT, other);

        assertEquals(List.of(), told(rig, 620));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anOwnerByNatPmpIsNeitherMovedNorTold(int shards) {
        LiveRig rig = rig(shards);
        Granted lease = (Granted) rig.map(ControlRig.natPmp(WEB, 0, 600));
        int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;

        use(rig, DrainMode.CUT, other);

        assertEquals(List.of(), told(rig, 5));
        assertEquals(0, rig.control.sizes().leases());
    }

    /**
     * Goal: what an owner or staff ended while its address was being withdrawn stays ended, and
     * what they did not end is there. Method: they say so after each number of steps.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance("PCP-LIFE-007")
    void aDeletionThatWasAnsweredHoldsWheneverTheAddressIsWithdrawn(boolean isByStaff) {
        int deletedCount = 0;
        for (int steps = 0; steps < 24; steps++) {
            LiveRig rig = rig(1);
            Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
            int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;
            rig.control.pool().use(List.of(other), DrainMode.CUT, _ -> {});
            IntStream.range(0, steps).forEach(_ -> rig.step());

            boolean isDeleted =
                    isByStaff
                            ? rig.<Boolean>answer(
                                    (now, wall, reply) -> rig.control.drop(WEB, now, wall, reply))
                            : rig.map(ControlRig.wish(WEB, 0)) instanceof MapOutcome.Deleted;
            rig.pass(5);

            deletedCount += isDeleted ? 1 : 0;
            assertEquals(isDeleted ? 0 : 1, rig.control.sizes().leases(), steps + " steps");
        }
        assertTrue(deletedCount > 0);
    }

    /** RFC 7753 §4.4: whatever touches a set is about all of it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Conformance("PCP-PS-010")
    void theDeletionOfOnePortHoldsForItsSetWheneverTheAddressIsWithdrawn(boolean isMadeBefore) {
        InternalTuple inner = WEB.next(3);
        for (int steps = 0; steps < 24; steps++) {
            LiveRig rig = rig(1);
            MapCommand set = ControlRig.wish(WEB, 600).about(WEB, new PortSet(8, false));
            Granted lease = (Granted) rig.map(set);
            int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;
            rig.control.pool().use(List.of(other), DrainMode.CUT, _ -> {});
            IntStream.range(0, steps).forEach(_ -> rig.step());

            List<MapOutcome> answers = new ArrayList<>();
            for (int lifetime : isMadeBefore ? new int[] {700, 0} : new int[] {0}) {
                rig.control.map(
                        ControlRig.wish(inner, lifetime), rig.nowNs, rig.wallMillis, answers::add);
            }
            rig.pass(5);

            assertInstanceOf(MapOutcome.Deleted.class, answers.getLast(), steps + " steps");
            assertEquals(0, rig.control.sizes().leases(), steps + " steps");
        }
    }

    /** Its owner asked for it anew, elsewhere, and gave that up. */
    @Test
    void aLeaseThatWasMadeAndDeletedMeanwhileIsNotMadeAgain() {
        for (int steps = 0; steps < 24; steps++) {
            LiveRig rig = rig(1);
            Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
            int other = lease.externalIp() == FIRST ? FIRST + 1 : FIRST;
            rig.control.pool().use(List.of(other), DrainMode.CUT, _ -> {});
            IntStream.range(0, steps).forEach(_ -> rig.step());

            List<MapOutcome> answers = new ArrayList<>();
            for (int lifetime : new int[] {700, 0}) {
                rig.control.map(
                        ControlRig.wish(WEB, lifetime), rig.nowNs, rig.wallMillis, answers::add);
            }
            rig.pass(5);

            assertInstanceOf(MapOutcome.Deleted.class, answers.getLast(), steps + " steps");
            assertEquals(0, rig.control.sizes().leases(), steps + " steps");
        }
    }
}
