package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.DNS;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.NONCE;
import static org.portreeve.control.ControlRig.OTHER_NONCE;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.wish;
import static org.portreeve.control.StaffRig.POOL;
import static org.portreeve.control.StaffRig.draft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapOutcome.Refused;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.Preview;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.testkit.Conformance;

class ReservationTest {
    private static final InternalTuple OTHER = InternalTuple.of(Protocol.TCP, HOST_B, 80);

    private final ControlRig rig = new ControlRig(1);
    private final StaffRig staff = new StaffRig(rig);

    @Test
    void whatIsSavedForwardsAtOnceAndIsStored() {
        ReservationView view = staff.saved(draft(WEB, 443), Resolution.REFUSE);

        assertTrue(view.isInForce());
        assertEquals("100.64.0.10", view.subscriber());
        assertTrue(staff.forwards(view.reservation()));
        assertEquals(List.of(view.reservation()), staff.store.all());
        assertEquals(Optional.of(view), staff.settled(staff.desk.find(1)));
        assertEquals(List.of(view), staff.all());
    }

    @Test
    void aListIsAPartOfWhatMatches() {
        Reservation first = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        Reservation second = staff.saved(draft(DNS, 5353), Resolution.REFUSE).reservation();
        Reservation other = staff.saved(draft(OTHER, 8443), Resolution.REFUSE).reservation();

        assertEquals(List.of(second), found(new ReservationQuery(Optional.empty(), "", 1, 1)));
        assertEquals(List.of(other), found(ReservationQuery.ofSubscriber("100.64.0.11")));
        assertEquals(
                List.of(first, other), found(new ReservationQuery(Optional.empty(), "443", 0, 9)));
        assertEquals(List.of(second), found(new ReservationQuery(Optional.empty(), "Udp", 0, 9)));
        assertEquals(
                2,
                staff.settled(
                                staff.desk.list(
                                        new ReservationQuery(
                                                Optional.of("100.64.0.10"), "in force", 0, 1)))
                        .total());
    }

    private List<Reservation> found(ReservationQuery query) {
        return staff.settled(staff.desk.list(query)).items().stream()
                .map(ReservationView::reservation)
                .toList();
    }

    @Test
    void aStoreThatFailsChangesNothing() {
        staff.store.fails(true);

        var outcome = staff.create(draft(WEB, 443), Resolution.REFUSE);

        assertEquals(
                new ReservationOutcome.NotKept(
                        "the store failed, nothing was changed: the disk is full"),
                outcome);
        assertEquals(List.of(), rig.shards.getFirst().statics());
        assertEquals(List.of(), staff.all());
        staff.pass(400);
        assertEquals(0, rig.control.sizes().subscribers(), "the pairing stayed");
        staff.store.fails(false);
        assertTrue(staff.saved(draft(WEB, 443), Resolution.REFUSE).isInForce());
    }

    @Test
    void aChangeWhoseCommitIsUnknownHoldsWhenTheStoreHasIt() {
        staff.store.hides(true);

        Reservation saved = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        assertTrue(staff.forwards(saved));
        assertEquals(List.of(saved), staff.store.all());

        var changed =
                assertInstanceOf(
                        ReservationOutcome.Saved.class,
                        staff.change(saved, draft(WEB, 444), Resolution.REFUSE));
        Reservation after = changed.view().reservation();
        assertEquals(444, after.externalPort());
        assertTrue(staff.forwards(after));
        assertFalse(staff.forwards(saved));

        assertInstanceOf(ReservationOutcome.Deleted.class, staff.delete(after));
        assertFalse(staff.forwards(after));
        assertEquals(List.of(), staff.all());
    }

    @Test
    void whatTheStoreHasLostWhenItIsAskedIsNoLongerInForce() throws StoreException {
        Reservation saved = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        staff.store.delete(saved.id(), saved.version(), "bob", 0);
        staff.store.hides(true);

        var outcome = staff.change(saved, draft(WEB, 444), Resolution.REFUSE);

        assertEquals(new ReservationOutcome.Stale(saved.id()), outcome);
        assertFalse(staff.forwards(saved));
        assertEquals(List.of(), staff.all());
    }

    @Test
    void aStoreThatCannotBeAskedAboutAnUnknownCommitIsSaidSo() {
        staff.store.hides(true);
        staff.store.isGone();

        var outcome = staff.create(draft(WEB, 443), Resolution.REFUSE);

        String reason = ((ReservationOutcome.NotKept) outcome).reason();
        assertTrue(reason.contains("unknown"), reason);
        assertTrue(reason.contains("restart the node"), reason);
        assertEquals(List.of(), rig.shards.getFirst().statics());
        staff.store.hides(false);
        staff.restart();
        assertTrue(staff.forwards(staff.store.all().getFirst()));
    }

    @Test
    void nothingIsSavedWhileTheJournalDoesNotKeepThePairing() {
        var stage = staff.desk.create(draft(WEB, 443), Resolution.REFUSE, StaffRig.EDITOR);
        staff.loop.poll().run();
        rig.journal.force(false, Integer.MAX_VALUE);

        assertInstanceOf(ReservationOutcome.NotKept.class, staff.settled(stage));
        assertEquals(List.of(), staff.store.all());
    }

    @Test
    void aLeaseAtThePortIsShownBeforeAnythingIsSaved() {
        Granted granted = rig.granted(wish(OTHER, NONCE, 8443, false, 600));
        rig.granted(wish(WEB, NONCE, 9000, false, 300));

        Conflict port =
                new Conflict.PortLeased(
                        "100.64.0.11", OTHER, MappingOrigin.PCP, "", rig.wallMillis + 600_000);
        assertEquals(
                new Preview.Possible("100.64.0.12", granted.externalIp(), List.of(port)),
                staff.preview(
                        draft(
                                InternalTuple.of(Protocol.TCP, HOST_B + 1, 80),
                                granted.externalIp(),
                                8443)));
        var outcome = staff.create(draft(WEB, granted.externalIp(), 8443), Resolution.REFUSE);
        List<Conflict> conflicts =
                assertInstanceOf(ReservationOutcome.Conflicting.class, outcome).conflicts();
        assertTrue(conflicts.contains(port));
        assertTrue(
                conflicts.stream()
                        .anyMatch(c ->
                                c instanceof Conflict.InternalLeased l
                                        && l.externalPort() == 9000
                                        && l.untilMillis() == rig.wallMillis + 300_000));
        assertEquals(List.of(), staff.store.all());
        assertTrue(rig.forwards(OTHER, granted));
    }

    @Test
    void evictionMovesTheLeaseForGoodAndForwardsAtOnce() {
        List<MappingEvent> events = new ArrayList<>();
        rig.control.listen(events::add);
        Granted granted = rig.granted(wish(OTHER, NONCE, 8443, false, 600));
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_B, 81);

        ReservationView view = staff.saved(draft(same, 8443), Resolution.EVICT);

        assertTrue(view.isInForce());
        assertTrue(staff.forwards(view.reservation()));
        assertFalse(rig.forwards(OTHER, granted));
        rig.settle();
        assertTrue(
                rig.journal.durable().state().leases().stream()
                        .noneMatch(lease -> lease.externalPort() == 8443));
        assertTrue(rig.journal.durable().state().holds().isEmpty());
        assertEquals(0, rig.control.sizes().holds());
        assertEquals(1, rig.control.sizes().leases());
        assertTrue(
                events.stream()
                        .anyMatch(e ->
                                e instanceof MappingEvent.Ended(var m, var cause)
                                        && m.internal().equals(OTHER)
                                        && cause == MappingEvent.Cause.STAFF));
        // The former owner's proof brings it another port.
        assertFalse(rig.granted(wish(OTHER, NONCE, 8443, false, 600)).externalPort() == 8443);
        assertTrue(staff.forwards(view.reservation()));
    }

    @Test
    void evictionOfTheEndpointsOwnLeaseLetsItsPortRest() {
        rig.granted(wish(WEB, NONCE, 9000, false, 600));

        ReservationView view = staff.saved(draft(WEB, 443), Resolution.EVICT);

        assertTrue(view.isInForce());
        assertEquals(1, rig.control.sizes().holds());
        assertEquals(0, rig.control.sizes().leases());
    }

    @Test
    void aLeaseBecomesAReservationInItsPlace() {
        Granted granted = rig.granted(wish(WEB, NONCE, 9000, false, 600));

        ReservationView view = staff.saved(draft(WEB, 9000), Resolution.REFUSE);

        assertTrue(view.isInForce());
        assertTrue(rig.forwards(WEB, granted));
        assertEquals(0, rig.control.sizes().leases());
        assertEquals(0, rig.control.sizes().holds());
        staff.pass(700);
        assertTrue(staff.forwards(view.reservation()));
    }

    @Test
    void whatWaitsIsInForceWhenTheLeaseIsOver() {
        Granted granted = rig.granted(wish(OTHER, NONCE, 8443, false, 600));
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_B, 81);

        ReservationView view = staff.saved(draft(same, 8443), Resolution.WAIT);

        assertFalse(view.isInForce());
        assertInstanceOf(Conflict.PortLeased.class, view.waitsFor().getFirst());
        assertTrue(rig.forwards(OTHER, granted));
        staff.pass(600);
        view = staff.settled(staff.desk.find(1)).orElseThrow();
        assertTrue(view.isInForce());
        assertTrue(staff.forwards(view.reservation()));
    }

    @Test
    void whatWaitsForTheEndpointsOwnLeaseIsInForceAtItsEnd() {
        rig.granted(wish(WEB, NONCE, 9000, false, 600));
        ReservationView view = staff.saved(draft(WEB, 443), Resolution.WAIT);
        assertFalse(view.isInForce());

        rig.map(wish(WEB, 0));

        assertTrue(staff.forwards(view.reservation()));
    }

    @Test
    void aPortOfAnotherReservationIsRefusedWhateverIsDecided() {
        Reservation first = staff.saved(draft(WEB, POOL, 443), Resolution.REFUSE).reservation();

        for (Resolution resolution : Resolution.values()) {
            var outcome = staff.create(draft(OTHER, POOL, 443), resolution);
            assertTrue(
                    assertInstanceOf(ReservationOutcome.Conflicting.class, outcome)
                            .conflicts()
                            .contains(new Conflict.PortReserved(first.id(), WEB)));
            outcome = staff.create(draft(WEB, POOL, 444), resolution);
            assertTrue(
                    assertInstanceOf(ReservationOutcome.Conflicting.class, outcome)
                            .conflicts()
                            .contains(new Conflict.InternalReserved(first.id(), POOL, 443)));
        }
        assertEquals(1, staff.store.all().size());
    }

    @Test
    void anotherAddressThanThePairedOneIsAConflict() {
        Granted granted = rig.granted(wish(WEB, 600));
        int other = granted.externalIp() == POOL ? POOL + 1 : POOL;

        var outcome = staff.create(draft(DNS, other, 5353), Resolution.REFUSE);

        assertEquals(
                new ReservationOutcome.Conflicting(
                        List.of(new Conflict.PairedElsewhere("100.64.0.10", granted.externalIp()))),
                outcome);
    }

    @Test
    void anUnpairedSubscriberGetsTheAskedAddressForEver() {
        ReservationView view = staff.saved(draft(WEB, POOL + 3, 443), Resolution.REFUSE);
        assertTrue(view.isInForce());

        staff.pass(10_000);

        assertEquals(POOL + 3, rig.granted(wish(DNS, 600)).externalIp());
        staff.restart();
        staff.pass(10_000);
        assertEquals(POOL + 3, rig.granted(wish(DNS, 600)).externalIp());
    }

    @Test
    void thePairingGoesWhenTheLastReservationIsDeleted() {
        Reservation saved = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();

        assertEquals(new ReservationOutcome.Deleted(1), staff.delete(saved));

        assertFalse(staff.forwards(saved));
        assertEquals(List.of(), staff.store.all());
        staff.pass(10_000);
        assertEquals(0, rig.control.sizes().subscribers());
    }

    @Test
    void aDeletionThatTheStoreDidNotKeepLeavesItInForce() {
        Reservation saved = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        staff.store.fails(true);

        assertInstanceOf(ReservationOutcome.NotKept.class, staff.delete(saved));

        assertTrue(staff.forwards(saved));
    }

    @Test
    void aChangeOfPortOrEndpointIsInForceAtOnce() {
        Reservation first = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();

        var outcome = staff.change(first, draft(WEB, 444), Resolution.REFUSE);
        Reservation second =
                assertInstanceOf(ReservationOutcome.Saved.class, outcome).view().reservation();
        assertEquals(2, second.version());
        assertTrue(staff.forwards(second));
        assertFalse(staff.forwards(first));

        InternalTuple moved = InternalTuple.of(Protocol.TCP, HOST_A, 8081);
        outcome = staff.change(second, draft(moved, 444), Resolution.REFUSE);
        ReservationView third = assertInstanceOf(ReservationOutcome.Saved.class, outcome).view();
        assertTrue(third.isInForce());
        assertTrue(staff.forwards(third.reservation()));
        assertFalse(staff.forwards(second));
        assertEquals(List.of(third.reservation()), staff.store.all());
    }

    @Test
    void whoSawAnOlderVersionChangesNothing() {
        Reservation first = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        staff.change(first, draft(WEB, 444), Resolution.REFUSE);

        assertEquals(
                new ReservationOutcome.Stale(1),
                staff.change(first, draft(WEB, 445), Resolution.REFUSE));
        assertEquals(new ReservationOutcome.Stale(1), staff.delete(first));
        assertEquals(444, staff.store.all().getFirst().externalPort());
    }

    @Test
    @Conformance({"PCP-MAP-023", "PCP-MIX-006"})
    void aRequestForAStaticMappingIsToldItsTupleForEver() {
        Reservation saved = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        Granted expected = new Granted(saved.externalIp(), 443, MappingView.FOREVER);

        for (Nonce nonce : List.of(NONCE, OTHER_NONCE)) {
            assertEquals(expected, rig.map(wish(WEB, nonce, 9999, false, 600)));
            assertEquals(expected, rig.map(wish(WEB, nonce, 443, true, 600)));
        }
        assertEquals(0, rig.control.sizes().leases());
        staff.pass(1000);
        assertTrue(staff.forwards(saved));
    }

    @Test
    @Conformance("PCP-MAP-024")
    void preferFailureWithAnotherTupleThanTheStaticOneIsRefused() {
        Reservation saved = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();

        assertEquals(
                new Refused(Reason.CANNOT_PROVIDE_EXTERNAL, 1800),
                rig.map(wish(WEB, NONCE, 444, true, 600)));
        assertTrue(staff.forwards(saved));
    }

    @Test
    @Conformance({"PCP-DEL-006", "PCP-MIX-006"})
    void aStaticMappingIsNotTheHostsToDelete() {
        Reservation saved = staff.saved(draft(WEB, 443), Resolution.REFUSE).reservation();

        assertEquals(new Refused(Reason.NOT_AUTHORIZED, 1800), rig.map(wish(WEB, 0)));
        assertEquals(
                new Refused(Reason.NOT_AUTHORIZED, 1800), rig.map(ControlRig.natPmp(WEB, 0, 0)));
        assertTrue(staff.forwards(saved));
    }

    @Test
    @Conformance("PCP-RC-005")
    void thePortOfAStaticForwardIsRefusedForLong() {
        int externalIp = rig.granted(wish(OTHER, 600)).externalIp();
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_B, 81);
        staff.saved(draft(same, externalIp, 8443), Resolution.REFUSE);
        InternalTuple another = InternalTuple.of(Protocol.TCP, HOST_B, 82);

        assertEquals(
                new Refused(Reason.CANNOT_PROVIDE_EXTERNAL, 1800),
                rig.map(wish(another, NONCE, 8443, true, 600)));
        assertFalse(rig.granted(wish(another, NONCE, 8443, false, 600)).externalPort() == 8443);
    }

    @Test
    void aReservationCountsAgainstNoQuota() {
        staff.saved(draft(WEB, 443), Resolution.REFUSE);

        for (int port = 1; port <= ControlRig.QUOTA; port++) {
            rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A, port), 600));
        }
    }

    @Test
    void whatWasSavedIsInForceAfterAKill() {
        ReservationView view = staff.saved(draft(WEB, 443), Resolution.REFUSE);
        rig.journal = rig.journal.crashed(new SplittableRandom(1));

        staff.restart();

        assertTrue(rig.control.isReady());
        assertTrue(staff.forwards(view.reservation()));
        assertEquals(List.of(view), staff.all());
    }

    @Test
    void portControlIsNotReadyBeforeReservationsAreInForce() {
        ReservationView view = staff.saved(draft(WEB, 443), Resolution.REFUSE);
        staff.begin();

        for (int i = 0; i < 10; i++) {
            rig.control.doWork(rig.nowNs, rig.wallMillis);
        }
        assertFalse(rig.control.isReady());
        staff.settle();
        assertTrue(rig.control.isReady());
        assertTrue(staff.forwards(view.reservation()));
    }

    @Test
    void aReservationBeatsALeaseOnLoad() {
        Granted granted = rig.granted(wish(OTHER, NONCE, 8443, false, 600));
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_B, 81);
        ReservationView view = staff.saved(draft(same, 8443), Resolution.WAIT);
        assertFalse(view.isInForce());

        staff.restart();

        assertTrue(staff.forwards(view.reservation()));
        assertFalse(rig.forwards(OTHER, granted));
        assertTrue(rig.journal.durable().leases.isEmpty());
        assertEquals(1, rig.counted(ControlCounter.BEATEN_AT_RESTORE));
        assertEquals(0, rig.counted(ControlCounter.LOST_AT_RESTORE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoseLeaseIsBeatenOnLoadIsToldSo(boolean insists) {
        rig.granted(wish(OTHER, NONCE, 8443, insists, 600));
        staff.saved(draft(InternalTuple.of(Protocol.TCP, HOST_B, 81), 8443), Resolution.WAIT);

        staff.restart();

        MappingUpdate update =
                rig.control.updates().poll(rig.nowNs + MappingUpdates.SETTLING_NS).orElseThrow();
        assertEquals(OTHER, update.internal());
        assertEquals(8443, update.externalPort());
        assertEquals(insists, update.isImpossible());
        assertEquals(!insists, update.isGone());
        assertEquals(insists ? 1800 : 0, update.lifetimeSeconds());
    }

    @Test
    void aLostJournalDoesNotLoseReservations() {
        ReservationView view = staff.saved(draft(WEB, POOL + 2, 443), Resolution.REFUSE);
        rig.journal = new SimJournal();

        staff.restart();

        assertTrue(staff.forwards(view.reservation()));
        assertEquals(POOL + 2, rig.granted(wish(DNS, 600)).externalIp());
    }

    @Test
    void staffSeeItAmongTheMappings() {
        rig.granted(wish(OTHER, 600));
        staff.saved(draft(WEB, 443), Resolution.REFUSE);
        List<MappingView> found = new ArrayList<>();

        rig.control.mappings(
                MappingQuery.all(10),
                rig.nowNs,
                rig.wallMillis,
                listing -> found.addAll(listing.items()));
        rig.settle();

        assertEquals(List.of(WEB, OTHER), found.stream().map(MappingView::internal).toList());
        assertEquals(MappingOrigin.STATIC, found.getFirst().origin());
        assertEquals(MappingView.FOREVER, found.getFirst().remainingSeconds());
    }

    @Test
    void changesOneAfterTheOtherSeeEachOther() {
        var first = staff.desk.create(draft(WEB, POOL, 443), Resolution.REFUSE, "ada");
        var second = staff.desk.create(draft(WEB, POOL, 443), Resolution.REFUSE, "bob");

        staff.settle();

        assertInstanceOf(ReservationOutcome.Saved.class, staff.settled(first));
        assertInstanceOf(ReservationOutcome.Conflicting.class, staff.settled(second));
    }

    @Test
    @Conformance("PCP-LIFE-011")
    void aPortThatRestsIsWarnedOfAndTakenAtOnce() {
        Granted granted = rig.granted(wish(OTHER, NONCE, 8443, false, 600));
        rig.map(wish(OTHER, 0));
        assertEquals(1, rig.control.sizes().holds());
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_B, 81);

        Preview preview = staff.preview(draft(same, 8443));
        ReservationView view = staff.saved(draft(same, 8443), Resolution.REFUSE);

        assertInstanceOf(
                Conflict.PortResting.class,
                assertInstanceOf(Preview.Possible.class, preview).conflicts().getFirst());
        assertTrue(view.isInForce());
        assertTrue(staff.forwards(view.reservation()));
        assertEquals(0, rig.control.sizes().holds());
        assertEquals(List.of(), rig.journal.durable().state().holds());
        assertFalse(rig.granted(wish(OTHER, NONCE, 8443, false, 600)).equals(granted));
    }

    @Test
    void aBlockLeasedRoundItDoesNotPutAReservationOutOfForce() {
        Reservation saved = amidABlock();

        staff.restart();
        assertTrue(staff.forwards(saved), "after a restart");
        assertEquals(List.of(), waitsFor(saved));

        rig.apply(
                ControlRig.policy(
                        rig.config.nat(),
                        List.of(),
                        List.of(
                                ControlRig.plan("one", "default", "100.64.0.10/32"),
                                ControlRig.plan("100.64.0.11", "default", "100.64.0.11/32"))));
        staff.settle();
        assertTrue(staff.forwards(saved), "after its address went to another subscriber");
        assertEquals(List.of(), waitsFor(saved));
    }

    @Test
    void aRequestDuringAReloadDoesNotPutAReservationOutOfForce() {
        Reservation saved = staff.saved(draft(WEB, POOL, 8443), Resolution.REFUSE).reservation();
        var plan = ControlRig.plan("one", "default", "100.64.0.10/32");
        rig.apply(ControlRig.policy(rig.config.nat(), List.of(), List.of(plan)));
        rig.control.doWork(rig.nowNs, rig.wallMillis);

        List<MapOutcome> answers = rig.ask(wish(WEB, 600));
        assertEquals(List.of(), answers, "the reservation is on its way out");
        staff.settle();

        assertEquals(List.of(new Refused(Reason.NO_RESOURCES, 30)), answers);
        assertTrue(staff.forwards(saved));
    }

    @Test
    void aBlockLeasedRoundItDoesNotHinderItsChange() {
        Reservation saved = amidABlock();
        int port = saved.externalPort();

        var outcome =
                staff.change(
                        saved,
                        new ReservationDraft(WEB, OptionalInt.of(POOL), port, "shop"),
                        Resolution.REFUSE);
        ReservationView view = assertInstanceOf(ReservationOutcome.Saved.class, outcome).view();
        assertTrue(view.isInForce(), "another description");
        assertTrue(staff.forwards(saved));

        InternalTuple moved = InternalTuple.of(Protocol.TCP, HOST_A, 8081);
        outcome = staff.change(view.reservation(), draft(moved, POOL, port), Resolution.REFUSE);
        view = assertInstanceOf(ReservationOutcome.Saved.class, outcome).view();
        assertTrue(view.isInForce(), "another endpoint");
        assertTrue(staff.forwards(view.reservation()));
    }

    /** A reservation of WEB; the block that its port lies in is leased to HOST_B by now. */
    private Reservation amidABlock() {
        staff.saved(draft(OTHER, POOL, 80), Resolution.REFUSE);
        Reservation saved = staff.saved(draft(WEB, POOL, 65_100), Resolution.REFUSE).reservation();
        rig.outbound(InternalTuple.of(Protocol.UDP, HOST_B, 7));
        InternalTuple neighbour = InternalTuple.of(Protocol.TCP, HOST_A, 80);
        Preview preview = staff.preview(draft(neighbour, POOL, 65_101));
        assertInstanceOf(
                Conflict.BlockHeld.class,
                assertInstanceOf(Preview.Possible.class, preview).conflicts().getFirst());
        return saved;
    }

    private List<Conflict> waitsFor(Reservation reservation) {
        return staff.settled(staff.desk.find(reservation.id())).orElseThrow().waitsFor();
    }

    @Test
    void anotherDescriptionIsSavedWhateverTheReservationWaitsFor() {
        rig.granted(wish(WEB, NONCE, 9000, false, 600));
        ReservationView waiting = staff.saved(draft(WEB, 443), Resolution.WAIT);
        assertFalse(waiting.isInForce());
        int externalIp = waiting.reservation().externalIp();

        var outcome =
                staff.change(
                        waiting.reservation(),
                        new ReservationDraft(WEB, OptionalInt.of(externalIp), 443, "shop"),
                        Resolution.REFUSE);

        ReservationView view = assertInstanceOf(ReservationOutcome.Saved.class, outcome).view();
        assertEquals("shop", view.reservation().description());
        assertFalse(view.isInForce());
    }

    @Test
    void aChangeUnderWayIsTriedBeforeAllThatWait() throws StoreException {
        crowdWithWaiting(1000);
        Reservation wanted = evictionBehindARenewal();
        List<ReservationView> told = new ArrayList<>();
        rig.control.statics().put(wanted, Resolution.EVICT, rig.nowNs, rig.wallMillis, told::add);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.settle();
        assertEquals(List.of(), told, "the tuple was busy");

        rig.nowNs += StaticMappings.RETRY_NS;
        rig.settle();

        assertEquals(1, told.size());
        assertTrue(told.getFirst().isInForce());
    }

    @Test
    void nobodyWaitsLongForAChange() {
        Reservation wanted = evictionBehindARenewal();
        List<ReservationView> told = new ArrayList<>();
        rig.control.statics().put(wanted, Resolution.EVICT, rig.nowNs, rig.wallMillis, told::add);

        rig.control.doWork(rig.nowNs, rig.wallMillis);
        assertEquals(List.of(), told);
        rig.nowNs += StaticMappings.PATIENCE_NS;
        rig.control.doWork(rig.nowNs, rig.wallMillis);

        assertEquals(wanted, told.getFirst().reservation());
        assertFalse(told.getFirst().isInForce());
        rig.settle();
        assertEquals(1, told.size());
    }

    private void crowdWithWaiting(int count) throws StoreException {
        for (int port = 1; port <= count; port++) {
            InternalTuple nobodys = InternalTuple.of(Protocol.TCP, 1, port);
            staff.store.add(new Reservation(0, 0, nobodys, POOL, port, "", "ada", 0));
        }
        staff.restart();
    }

    /** A reservation at another port than the lease of its tuple, which is just being renewed. */
    private Reservation evictionBehindARenewal() {
        Granted granted = rig.granted(wish(WEB, NONCE, 9000, false, 600));
        rig.ask(wish(WEB, NONCE, 9000, false, 1200));
        return new Reservation(5000, 1, WEB, granted.externalIp(), 4430, "", "ada", 0);
    }

    @Test
    void whatWasDeletedLeavesItsPortToItsTuple() {
        Reservation saved = staff.saved(draft(WEB, 8443), Resolution.REFUSE).reservation();
        staff.delete(saved);
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_A, 81);

        assertFalse(rig.granted(wish(same, NONCE, 8443, false, 600)).externalPort() == 8443);
        assertEquals(8443, rig.granted(wish(WEB, 600)).externalPort());
    }

    @Test
    void aPortThatAReservationWaitsForIsNotGivenToWhoeverAsksForAny() {
        rig.granted(wish(WEB, NONCE, 9000, false, 600));
        // The first one that the translator would give.
        assertFalse(staff.saved(draft(WEB, 1024), Resolution.WAIT).isInForce());

        Granted granted = rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A, 81), 600));

        assertFalse(granted.externalPort() == 1024);
        rig.map(wish(WEB, 0));
        assertTrue(staff.forwards(staff.store.all().getFirst()));
    }

    @Test
    void anAddressThatLeftThePoolIsNamedAndPairsNobody() throws StoreException {
        int gone = Ipv4.of("203.0.113.1");
        staff.store.add(new Reservation(0, 0, WEB, gone, 443, "", "ada", 0));

        staff.restart();
        staff.pass(60);

        Conflict conflict = waitsFor(staff.store.all().getFirst()).getFirst();
        assertInstanceOf(Conflict.PairedElsewhere.class, conflict);
        assertEquals(0, rig.counted(ControlCounter.PAIRINGS_MADE));
    }

    @Test
    void aReservationAtAnotherAddressCostsNoLease() throws StoreException {
        Granted granted = rig.granted(wish(WEB, 600));
        int other = granted.externalIp() == POOL ? POOL + 1 : POOL;
        staff.store.add(new Reservation(0, 0, DNS, other, 5353, "", "ada", 0));

        staff.restart();

        assertTrue(rig.forwards(WEB, granted));
        assertEquals(0, rig.counted(ControlCounter.LOST_AT_RESTORE));
        assertInstanceOf(
                Conflict.PairedElsewhere.class, waitsFor(staff.store.all().getFirst()).getFirst());
    }

    @Test
    void anEndpointThatIsChangedBeforeItIsInForceGivesItsPortAtOnce() {
        rig.granted(wish(DNS, 600));
        int externalIp = rig.granted(wish(DNS, 600)).externalIp();
        Reservation first = new Reservation(1, 1, WEB, externalIp, 4430, "", "ada", 0);
        InternalTuple moved = InternalTuple.of(Protocol.TCP, HOST_A, 8081);
        Reservation second = new Reservation(1, 2, moved, externalIp, 4430, "", "ada", 0);
        StaticControl statics = rig.control.statics();
        statics.put(first, Resolution.REFUSE, rig.nowNs, rig.wallMillis, _ -> {});
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.shards.getFirst().run(10, rig.nowNs);
        assertTrue(staff.forwards(first));
        rig.shards.getFirst().outbound(WEB, rig.nowNs);

        statics.change(second, Resolution.REFUSE, rig.nowNs, rig.wallMillis, _ -> {});
        rig.settle();

        assertTrue(staff.forwards(second));
        assertFalse(staff.forwards(first));
    }
}
