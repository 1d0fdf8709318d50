package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.DNS;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.NONCE;
import static org.portreeve.control.ControlRig.OTHER_NONCE;
import static org.portreeve.control.ControlRig.QUOTA;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.natPmp;
import static org.portreeve.control.ControlRig.wish;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Deleted;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapOutcome.Refused;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.view.Sizes;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.testkit.Conformance;

class PortControlTest {
    private final ControlRig rig = new ControlRig(1);

    @Test
    void whatIsGrantedForwardsAndIsDurable() {
        Granted granted = rig.granted(wish(WEB, 3600));

        assertEquals(3600, granted.lifetimeSeconds());
        assertTrue(rig.forwards(WEB, granted));
        var record = rig.journal.durable().leases.get(WEB);
        assertEquals(granted.externalPort(), record.externalPort());
        assertEquals(rig.wallMillis + 3_600_000, record.deadlineMillis());
    }

    @Test
    void nothingIsAnsweredBeforeItIsDurable() {
        List<MapOutcome> answers = rig.ask(wish(WEB, 3600));
        for (int i = 0; i < 10; i++) {
            rig.shards.getFirst().run(10, rig.nowNs);
            rig.control.doWork(rig.nowNs, rig.wallMillis);
        }

        assertEquals(List.of(), answers);
        assertTrue(rig.active(WEB).isEmpty());
        rig.settle();
        assertEquals(1, answers.size());
    }

    @Test
    @Conformance("PCP-MAP-020")
    void anotherNonceIsToldTheRemainingLifetimeAndChangesNothing() {
        Granted granted = rig.granted(wish(WEB, 600));
        rig.advance(100);

        for (long lifetime : new long[] {0, 120, 3600}) {
            assertEquals(
                    new Refused(Reason.NOT_AUTHORIZED, 500),
                    rig.map(wish(WEB, OTHER_NONCE, 9999, lifetime != 0, lifetime)));
        }
        assertTrue(rig.forwards(WEB, granted));
        rig.advance(499);
        rig.settle();
        assertTrue(rig.forwards(WEB, granted));
        rig.advance(1);
        rig.settle();
        assertFalse(rig.forwards(WEB, granted));
    }

    @Test
    @Conformance("PCP-MAP-021")
    void nonceZeroIsANonceLikeAnyOther() {
        rig.granted(wish(WEB, Nonce.ZERO, 0, false, 600));

        assertEquals(600, rig.granted(wish(WEB, Nonce.ZERO, 0, false, 600)).lifetimeSeconds());
        assertInstanceOf(Refused.class, rig.map(wish(WEB, NONCE, 0, false, 600)));
        assertEquals(new Deleted(0), rig.map(wish(WEB, Nonce.ZERO, 0, false, 0)));
        assertTrue(rig.active(WEB).isEmpty());
    }

    @Test
    @Conformance("PCP-MAP-024")
    void anotherTupleWithPreferFailureIsRefusedAndTheMappingStaysAsItWas() {
        Granted granted = rig.granted(wish(WEB, NONCE, 8080, false, 600));

        MapOutcome outcome = rig.map(wish(WEB, NONCE, 8081, true, 3600));

        assertEquals(Reason.CANNOT_PROVIDE_EXTERNAL, ((Refused) outcome).reason());
        assertTrue(rig.forwards(WEB, granted));
        rig.advance(600);
        rig.settle();
        assertFalse(rig.forwards(WEB, granted));
    }

    @Test
    @Conformance({"PCP-MAP-025", "PCP-LIFE-003"})
    void renewalKeepsTheTupleWhateverIsSuggestedAndExtendsTheLifetime() {
        Granted first = rig.granted(wish(WEB, NONCE, 8080, false, 600));
        rig.advance(300);

        Granted second = rig.granted(wish(WEB, NONCE, 9090, false, 900));

        assertEquals(new Granted(first.externalIp(), 8080, 900), second);
        rig.advance(899);
        rig.settle();
        assertTrue(rig.forwards(WEB, second));
        rig.advance(1);
        rig.settle();
        assertFalse(rig.forwards(WEB, second));
    }

    @Test
    @Conformance("PCP-MAP-036")
    void quotaRefusesOneMoreButNeverARenewal() {
        for (int port = 1; port <= QUOTA; port++) {
            rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A, port), 600));
        }

        InternalTuple more = InternalTuple.of(Protocol.TCP, HOST_A, QUOTA + 1);
        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), rig.map(wish(more, 600)));
        assertInstanceOf(
                Granted.class, rig.map(wish(InternalTuple.of(Protocol.TCP, HOST_A, 1), 900)));
        assertInstanceOf(
                Granted.class, rig.map(wish(InternalTuple.of(Protocol.TCP, HOST_B, 1), 600)));
    }

    @Test
    @Conformance({"PCP-LIFE-001", "PCP-LIFE-002"})
    void lifetimesAreClampedToTheBounds() {
        assertEquals(120, rig.granted(wish(WEB, 10)).lifetimeSeconds());
        assertEquals(86_400, rig.granted(wish(WEB, 4_000_000_000L)).lifetimeSeconds());
    }

    @Test
    @Conformance("PCP-LIFE-004")
    void shorteningStopsAtTheIdleTimeOfOutboundTraffic() {
        rig.granted(wish(DNS, 3600));
        rig.outbound(DNS);

        assertEquals(300, rig.granted(wish(DNS, 120)).lifetimeSeconds());
        rig.advance(299);
        assertEquals(120, rig.granted(wish(DNS, 120)).lifetimeSeconds());
        rig.advance(119);
        rig.settle();
        assertTrue(rig.active(DNS).isPresent());
        rig.advance(1);
        rig.settle();
        assertTrue(rig.active(DNS).isEmpty());
    }

    @Test
    void shorteningNeverLengthens() {
        rig.granted(wish(DNS, 3600));
        rig.advance(3450);
        rig.outbound(DNS);

        assertEquals(150, rig.granted(wish(DNS, 120)).lifetimeSeconds());
    }

    @Test
    @Conformance("PCP-SEC-004")
    void portsThatRestAreLimitedToo() {
        for (int i = 0; i < 2 * ControlRig.QUOTA; i++) {
            InternalTuple internal = InternalTuple.of(Protocol.TCP, HOST_A, 1000 + i);
            rig.granted(wish(internal, 600));
            rig.map(wish(internal, 0));
        }

        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), rig.map(wish(WEB, 600)));
        rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A, 1000), 600));
        rig.granted(wish(InternalTuple.of(Protocol.TCP, ControlRig.HOST_B, 80), 600));
    }

    @Test
    @Conformance("PCP-LIFE-009")
    void aReleasedPortRestsForItsOwnerAlone() {
        rig.granted(wish(DNS, NONCE, 5000, false, 600));
        rig.map(wish(DNS, 0));
        rig.advance(60);

        InternalTuple sameAddress = InternalTuple.of(Protocol.UDP, HOST_A, 54);
        Granted other = rig.granted(wish(sameAddress, NONCE, 5000, false, 600));
        assertNotEquals(5000, other.externalPort());
        Granted otherNonce = rig.granted(wish(DNS, OTHER_NONCE, 5000, false, 600));
        assertNotEquals(5000, otherNonce.externalPort());
        rig.map(wish(DNS, OTHER_NONCE, 0, false, 0));
    }

    @Test
    @Conformance("PCP-LIFE-009")
    void theSameNonceGetsItsPortBackEvenWithoutAskingForIt() {
        rig.granted(wish(DNS, NONCE, 5000, false, 600));
        rig.map(wish(DNS, 0));
        rig.advance(299);

        assertEquals(5000, rig.granted(wish(DNS, 600)).externalPort());
        assertEquals(0, rig.control.sizes().holds());
    }

    @Test
    @Conformance("PCP-LIFE-011")
    void natPmpGetsItsPortBackWithoutANonce() {
        rig.granted(natPmp(WEB, 8080, 600));
        rig.map(natPmp(WEB, 0, 0));
        rig.advance(10);

        assertEquals(8080, rig.granted(natPmp(WEB, 8080, 600)).externalPort());
    }

    @Test
    @Conformance({"PCP-DEL-001", "PCP-DEL-002"})
    void deletionOfAnIdleMappingEndsItWhateverIsSuggested() {
        Granted granted = rig.granted(wish(WEB, 600));

        assertEquals(new Deleted(0), rig.map(wish(WEB, NONCE, 1234, false, 0)));

        assertFalse(rig.forwards(WEB, granted));
        assertTrue(rig.journal.durable().leases.isEmpty());
        assertEquals(1, rig.journal.durable().holds.size());
    }

    @Test
    @Conformance("PCP-DEL-005")
    void deletionOfNothingIsDoneAlready() {
        assertEquals(new Deleted(0), rig.map(wish(WEB, 0)));
        rig.granted(wish(WEB, 600));
        assertEquals(new Deleted(0), rig.map(wish(DNS, 0)));
        assertEquals(new Deleted(0), rig.map(wish(WEB, 0)));
        assertEquals(new Deleted(0), rig.map(wish(WEB, 0)));
    }

    @Test
    @Conformance("PCP-DEL-005")
    void aRepeatedDeletionLooksTheSameThoughTheHostStillSends() {
        rig.granted(wish(DNS, 120));
        rig.advance(119);
        rig.outbound(DNS);
        rig.advance(1);
        rig.settle();

        assertTrue(rig.active(DNS).isEmpty());
        assertEquals(new Deleted(0), rig.map(wish(DNS, 0)));
        assertEquals(
                new Refused(Reason.NOT_AUTHORIZED, 1800),
                rig.map(wish(DNS, OTHER_NONCE, 0, false, 0)));
    }

    @Test
    @Conformance("PCP-DEL-006")
    void anOutboundMappingIsNotTheirsToDelete() {
        rig.outbound(DNS);

        assertEquals(new Refused(Reason.NOT_AUTHORIZED, 1800), rig.map(wish(DNS, 0)));
    }

    @Test
    @Conformance("PCP-DEL-007")
    void deletionWithAnotherNonceIsRefused() {
        Granted granted = rig.granted(wish(WEB, 600));

        assertEquals(
                new Refused(Reason.NOT_AUTHORIZED, 600),
                rig.map(wish(WEB, OTHER_NONCE, 0, false, 0)));
        assertTrue(rig.forwards(WEB, granted));
    }

    @Test
    @Conformance("PCP-DEL-008")
    void deletionOfAUsedMappingNamesTheRemainingIdleTimeAndEndsItThen() {
        Granted granted = rig.granted(wish(DNS, 3600));
        rig.outbound(DNS);
        rig.advance(100);

        assertEquals(new Deleted(200), rig.map(wish(DNS, 0)));
        rig.advance(199);
        rig.settle();
        assertTrue(rig.forwards(DNS, granted));
        rig.advance(1);
        rig.settle();
        assertFalse(rig.forwards(DNS, granted));
    }

    @Test
    void natPmpDoesNotWaitForOutboundTraffic() {
        Granted granted = rig.granted(natPmp(DNS, 0, 3600));
        rig.outbound(DNS);

        assertEquals(new Deleted(0), rig.map(natPmp(DNS, 0, 0)));
        assertFalse(rig.forwards(DNS, granted));
    }

    @Test
    @Conformance({"NPM-052", "NPM-064"})
    void natPmpReadsWhatPcpOwnsAndPcpTakesOverWhatNatPmpOwns() {
        Granted owned = rig.granted(wish(WEB, 600));
        rig.advance(100);
        assertEquals(
                new Granted(owned.externalIp(), owned.externalPort(), 500),
                rig.map(natPmp(WEB, 0, 3600)));
        assertEquals(Reason.NOT_AUTHORIZED, ((Refused) rig.map(natPmp(WEB, 0, 0))).reason());
        assertEquals(600, rig.granted(wish(WEB, 600)).lifetimeSeconds());

        rig.granted(natPmp(DNS, 0, 600));
        rig.granted(wish(DNS, 600));
        assertEquals(
                Reason.NOT_AUTHORIZED,
                ((Refused) rig.map(wish(DNS, OTHER_NONCE, 0, false, 600))).reason());
    }

    @Test
    @Conformance("PCP-RC-005")
    void aTakenPortIsRefusedForAsLongAsItWillBeTakenAndRest() {
        rig.granted(wish(DNS, NONCE, 5000, false, 600));

        InternalTuple other = InternalTuple.of(Protocol.UDP, HOST_A, 54);
        assertEquals(
                new Refused(Reason.CANNOT_PROVIDE_EXTERNAL, 900),
                rig.map(wish(other, NONCE, 5000, true, 600)));
        assertEquals(
                new Refused(Reason.CANNOT_PROVIDE_EXTERNAL, 1800),
                rig.map(wish(other, NONCE, 80, true, 600)));
    }

    @Test
    void aRepeatedRequestSharesTheAnswerOfTheFirst() {
        List<MapOutcome> first = rig.ask(wish(WEB, 600));
        List<MapOutcome> second = rig.ask(wish(WEB, 600));
        rig.settle();

        assertEquals(1, first.size());
        assertEquals(first, second);
        assertEquals(1, rig.shards.getFirst().explicit().size());
        assertEquals(1, rig.journal.durable().leases.size());
    }

    @Test
    void requestsOfOneTupleAreServedInTheirOrder() {
        List<MapOutcome> created = rig.ask(wish(WEB, 600));
        List<MapOutcome> foreign = rig.ask(wish(WEB, OTHER_NONCE, 0, false, 600));
        List<MapOutcome> deleted = rig.ask(wish(WEB, 0));
        List<MapOutcome> again = rig.ask(wish(WEB, OTHER_NONCE, 0, false, 900));
        rig.settle();

        assertInstanceOf(Granted.class, created.getFirst());
        assertEquals(List.of(new Refused(Reason.NOT_AUTHORIZED, 600)), foreign);
        assertEquals(List.of(new Deleted(0)), deleted);
        assertEquals(900, ((Granted) again.getFirst()).lifetimeSeconds());
    }

    @Test
    void tooManyForOneTupleAreRefused() {
        for (int i = 0; i <= Turn.MAX_WAITING; i++) {
            rig.ask(wish(WEB, 600 + i));
        }
        assertEquals(List.of(new Refused(Reason.NO_RESOURCES, 30)), rig.ask(wish(WEB, 9000)));
        assertEquals(1, rig.counted(ControlCounter.WAITING_FULL));
    }

    @Test
    void aFullMailboxRefusesAndCounts() {
        for (int i = 0; i < ControlRig.PLACES; i++) {
            rig.ask(wish(InternalTuple.of(Protocol.TCP, HOST_A + i, 80), 600));
        }
        assertEquals(
                List.of(new Refused(Reason.NO_RESOURCES, 30)),
                rig.ask(wish(InternalTuple.of(Protocol.TCP, HOST_A + 100, 80), 600)));
        rig.settle();
        assertTrue(rig.counted(ControlCounter.SHARD_FULL) >= 1);
        assertEquals(0, rig.links.stream().mapToInt(ShardLink::openRequests).sum());
    }

    @Test
    void aFullJournalUndoesTheReservation() {
        rig.granted(wish(DNS, 600));
        rig.journal.full = true;

        assertEquals(new Refused(Reason.NO_RESOURCES, 30), rig.map(wish(WEB, 600)));
        assertEquals(new Refused(Reason.NO_RESOURCES, 30), rig.map(wish(DNS, 900)));

        assertEquals(1, rig.shards.getFirst().explicit().size());
        rig.journal.full = false;
        assertInstanceOf(Granted.class, rig.map(wish(WEB, 600)));
    }

    @Test
    void aLostRecordUndoesTheReservation() {
        rig.granted(wish(DNS, 600));
        List<MapOutcome> answers = rig.ask(wish(WEB, 600));
        rig.shards.getFirst().run(10, rig.nowNs);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.journal.force(false, Integer.MAX_VALUE);
        rig.settle();

        assertEquals(List.of(new Refused(Reason.NO_RESOURCES, 30)), answers);
        assertTrue(rig.active(WEB).isEmpty());
        assertEquals(1, rig.shards.getFirst().explicit().size());
    }

    @Test
    void aLeaseWhoseTimeIsOverDuringARenewalThatIsLostEnds() {
        rig.granted(wish(WEB, 600));
        rig.advance(599);
        List<MapOutcome> answers = rig.ask(wish(WEB, 600));
        rig.advance(2);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.journal.force(false, Integer.MAX_VALUE);
        rig.settle();

        assertEquals(List.of(new Refused(Reason.NO_RESOURCES, 30)), answers);
        assertTrue(rig.active(WEB).isEmpty());
        assertEquals(0, rig.control.sizes().leases());
    }

    @Test
    void anEndThatCannotBeWrittenIsTriedUntilItIs() {
        rig.granted(wish(WEB, 600));
        rig.journal.full = true;
        List<MapOutcome> answers = rig.ask(wish(WEB, 0));
        rig.settle();
        assertEquals(List.of(new Refused(Reason.NO_RESOURCES, 30)), answers);
        assertEquals(new Refused(Reason.NO_RESOURCES, 30), rig.map(wish(WEB, 700)));

        rig.journal.full = false;
        rig.advance(1);
        rig.settle();

        assertTrue(rig.journal.durable().leases.isEmpty());
        assertInstanceOf(Granted.class, rig.map(wish(WEB, 700)));
    }

    @Test
    void noCrashEndsALeaseWithoutARest() {
        rig.granted(wish(WEB, 600));
        rig.ask(wish(WEB, 0));
        rig.shards.getFirst().run(10, rig.nowNs);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.journal.force(true, 1);

        assertTrue(rig.journal.found().leases().isEmpty());
        assertEquals(1, rig.journal.found().holds().size());
    }

    @Test
    void whoIsNoSubscriberIsNotAuthorized() {
        InternalTuple foreign = InternalTuple.of(Protocol.TCP, Ipv4.of("192.0.2.1"), 80);

        assertEquals(new Refused(Reason.NOT_AUTHORIZED, 1800), rig.map(wish(foreign, 600)));
        assertFalse(rig.control.isSubscriber(Ipv4.of("192.0.2.1")));
        assertTrue(rig.control.isSubscriber(HOST_A));
    }

    @Test
    void aMappingTakesTheTupleThatTheFlowHas() {
        rig.outbound(DNS);
        Granted granted = rig.granted(wish(DNS, 600));
        Granted other = rig.granted(wish(WEB, 600));

        assertTrue(granted.externalPort() > 16_383, "the port of the flow's block");
        assertEquals(granted.externalIp(), other.externalIp());
    }

    @Test
    void subscribersSpreadOverThePool() {
        for (int i = 0; i < 8; i++) {
            rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A + i, 80), 600));
        }
        for (int index = 0; index < 4; index++) {
            int addressIndex = index;
            assertEquals(
                    2,
                    rig.shards.getFirst().active().stream()
                            .filter(m -> m.addressIndex == addressIndex)
                            .count());
        }
    }

    private static ControlConfig tenAddresses(int subscribers) {
        NatConfig usual = ControlRig.nat(1, new PortRange(1024, 16_383));
        int first = Ipv4.of("198.51.100.16");
        return ControlConfig.of(
                new NatConfig(
                        1,
                        usual.inside(),
                        usual.pool()
                                .withAddresses(IntStream.range(first, first + 10).boxed().toList()),
                        usual.timers(),
                        new NatConfig.Capacity(subscribers, subscribers, subscribers),
                        usual.rules()));
    }

    @Test
    @Conformance("SEED-A-133")
    void aThousandSubscribersBurdenTenAddressesAlike() {
        var many = new ControlRig(1, tenAddresses(1024));
        Map<Integer, Integer> loads = new HashMap<>();
        for (int host = 0; host < 1000; host++) {
            var internal = InternalTuple.of(Protocol.TCP, HOST_A + 3 * host, 80);
            loads.merge(many.granted(wish(internal, 600)).externalIp(), 1, Integer::sum);
        }
        assertEquals(10, loads.size());
        assertTrue(loads.values().stream().allMatch(n -> 80 <= n && n <= 120), loads::toString);
    }

    @Test
    @Conformance("SEED-A-040")
    void aPortStaysTheSameOverRenewalsTrafficAndARestart() {
        Granted web = rig.granted(wish(WEB, 600));
        for (int renewal = 0; renewal < 20; renewal++) {
            rig.advance(500);
            rig.settle();
            rig.outbound(DNS);
            if (renewal == 10) {
                rig.restart();
            }
            Granted again = rig.granted(wish(WEB, NONCE, 2_000 + renewal, false, 600));
            assertEquals(web, again);
            assertTrue(rig.forwards(WEB, web));
        }
    }

    @Test
    void aSubscriberWithoutAnythingLeftIsForgotten() {
        rig.granted(wish(DNS, 120));
        assertEquals(1, rig.journal.durable().pairings.size());
        rig.advance(120);
        rig.settle();
        rig.advance(300);
        rig.settle();
        rig.advance(2);
        rig.settle();

        assertEquals(new Sizes(0, 0, 0, 0, 0), rig.control.sizes());
        assertTrue(rig.journal.durable().pairings.isEmpty());
        assertEquals(0, rig.directory.size());
    }

    @Test
    @Conformance("PCP-EPO-005")
    void aClockSetBackOverARestartBeginsAnotherEpoch() {
        rig.granted(wish(WEB, 600));
        rig.advance(500);
        rig.settle();
        RecoveredState found = rig.journal.durable().state();

        rig.wallMillis -= 400_000;
        rig.start(1, found);
        rig.settle();

        assertEquals(0, rig.control.epochSeconds(rig.nowNs));
    }

    @Test
    @Conformance({"PCP-EPO-005", "PCP-MIX-008"})
    void aRestartKeepsEveryLeaseAndTheEpoch() {
        Granted web = rig.granted(wish(WEB, 600));
        Granted dns = rig.granted(wish(DNS, 600));
        rig.advance(50);
        rig.settle();
        long epochBefore = rig.control.epochSeconds(rig.nowNs);

        rig.settle();
        RecoveredState found = rig.journal.durable().state();
        rig.advance(100);
        rig.start(1, found);
        assertEquals(new Refused(Reason.NETWORK_FAILURE, 30), rig.ask(wish(WEB, 1)).getFirst());
        rig.settle();

        assertTrue(rig.control.isReady());
        assertTrue(rig.forwards(WEB, web));
        assertTrue(rig.forwards(DNS, dns));
        assertEquals(epochBefore + 100, rig.control.epochSeconds(rig.nowNs));
        rig.advance(449);
        rig.settle();
        assertTrue(rig.forwards(WEB, web));
        rig.advance(1);
        rig.settle();
        assertFalse(rig.forwards(WEB, web));
    }

    @Test
    void aDescriptionSurvivesRestartAndCheckpoint() {
        MapCommand game =
                new MapCommand(
                        WEB, Nonce.ZERO, LeaseOrigin.UPNP, 0, 0, false, 600, HOST_A, 0, "a game");
        rig.granted(game);
        rig.restart();
        RecoveredState found = rig.journal.durable().state();
        rig.journal = new SimJournal();
        rig.start(1, found);
        rig.journal.wantsCheckpoint = true;
        rig.settle();

        assertEquals("a game", rig.journal.durable().leases.get(WEB).description());
    }

    @Test
    @Conformance("PCP-EPO-002")
    void aRestartThatLosesALeaseResetsTheEpochOfItsClient() {
        rig.granted(wish(WEB, 600));
        rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_B, 80), 600));
        rig.advance(500);
        rig.settle();
        Fold fold = rig.journal.durable();
        fold.leases.put(
                DNS,
                new org.portreeve.control.journal.JournalRecord.LeaseGranted(
                        DNS,
                        Ipv4.format(HOST_A),
                        Ipv4.of("203.0.113.1"),
                        5000,
                        NONCE,
                        LeaseOrigin.PCP,
                        HOST_A,
                        0,
                        rig.wallMillis + 100_000,
                        ""));

        rig.start(1, fold.state());
        rig.settle();

        assertEquals(0, rig.control.epochs().seconds(HOST_A, rig.nowNs));
        assertEquals(500, rig.control.epochs().seconds(HOST_B, rig.nowNs));
        assertEquals(1, rig.counted(ControlCounter.LOST_AT_RESTORE));
        assertEquals(1, rig.counted(ControlCounter.CLIENT_EPOCH_RESETS));
        rig.advance(20);
        rig.restart();
        assertEquals(20, rig.control.epochs().seconds(HOST_A, rig.nowNs));
        assertEquals(520, rig.control.epochs().seconds(HOST_B, rig.nowNs));
    }

    @Test
    void aPortThatRestedStillRestsAfterARestart() {
        rig.granted(wish(DNS, NONCE, 5000, false, 600));
        rig.granted(wish(WEB, NONCE, 5001, false, 6000));
        rig.map(wish(DNS, 0));
        rig.restart();
        rig.advance(100);

        InternalTuple other = InternalTuple.of(Protocol.UDP, HOST_A, 54);
        assertNotEquals(5000, rig.granted(wish(other, NONCE, 5000, false, 600)).externalPort());
        assertEquals(5000, rig.granted(wish(DNS, 600)).externalPort());
    }

    @Test
    void aLeaseThatEndedWhileDownLeavesItsPortAtRest() {
        rig.granted(wish(DNS, NONCE, 5000, false, 120));
        rig.granted(wish(WEB, NONCE, 5001, false, 6000));
        rig.settle();
        RecoveredState found = rig.journal.durable().state();
        rig.advance(200);
        rig.start(1, found);
        rig.settle();

        assertTrue(rig.active(DNS).isEmpty());
        assertEquals(1, rig.control.sizes().holds());
        InternalTuple other = InternalTuple.of(Protocol.UDP, HOST_A, 54);
        assertNotEquals(5000, rig.granted(wish(other, NONCE, 5000, false, 600)).externalPort());
    }

    @Test
    void aCheckpointKeepsEverythingLiveAndNothingElse() {
        Granted web = rig.granted(wish(WEB, 600));
        rig.outbound(DNS);
        rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_B, 80), 600));
        rig.map(wish(InternalTuple.of(Protocol.TCP, HOST_B, 80), 0));
        Fold before = rig.journal.durable();
        rig.journal.wantsCheckpoint = true;
        rig.settle();

        assertEquals(1, rig.journal.checkpoints);
        Fold after = rig.journal.durable();
        assertEquals(before.leases, after.leases);
        assertEquals(before.holds, after.holds);
        assertEquals(before.pairings, after.pairings);
        assertEquals(before.blocks, after.blocks);
        assertEquals(before.epochStartMillis, after.epochStartMillis);
        rig.restart();
        assertTrue(rig.forwards(WEB, web));
    }

    @Test
    void recordsOfClientsWaitBehindASliceOfACheckpointAtMost() {
        int leases = 3_000;
        var many = new ControlRig(1, tenAddresses(4096));
        for (int host = 0; host < leases; host++) {
            many.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A + host, 80), 600));
        }
        many.settle();
        many.journal.wantsCheckpoint = true;
        int most = 0;
        for (int turn = 0; turn < 10 * leases && many.journal.checkpoints == 0; turn++) {
            many.control.doWork(many.nowNs, many.wallMillis);
            most = Math.max(most, many.journal.pendingCount());
            // As slow as a disk under load.
            if (turn % 10 == 9) {
                many.journal.force(true, Integer.MAX_VALUE);
            }
        }

        assertEquals(1, many.journal.checkpoints);
        assertTrue(most > 0 && most <= PortControl.SLICE + 2, most + " records under way");
        assertEquals(leases, many.journal.durable().leases.size());
    }

    @Test
    @Conformance("PCP-EPO-001")
    void aStepOfTheWallClockMovesNeitherEpochNorDeadlines() {
        Granted web = rig.granted(wish(WEB, 600));
        long before = rig.control.epochSeconds(rig.nowNs);
        rig.wallMillis += 3_600_000;
        rig.advance(20);
        rig.settle();

        assertEquals(before + 20, rig.control.epochSeconds(rig.nowNs));
        rig.restart();
        assertEquals(before + 20, rig.control.epochSeconds(rig.nowNs));
        assertTrue(rig.forwards(WEB, web));
        rig.advance(579);
        rig.settle();
        assertTrue(rig.forwards(WEB, web));
        rig.advance(1);
        rig.settle();
        assertFalse(rig.forwards(WEB, web));
    }

    @Test
    void tooManyRequestsGetNoAnswer() {
        int burst = rig.config.policy().profiles().get(Profile.DEFAULT).requests().burst();
        for (int i = 0; i < burst; i++) {
            assertTrue(rig.control.admission().admits(HOST_A, rig.nowNs));
        }
        assertFalse(rig.control.admission().admits(HOST_A, rig.nowNs));
        assertTrue(rig.control.admission().admits(HOST_B, rig.nowNs));
        assertEquals(1, rig.counted(ControlCounter.RATE_LIMITED));
    }
}
