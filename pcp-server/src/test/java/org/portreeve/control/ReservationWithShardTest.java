package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.DNS;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.NONCE;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.wish;
import static org.portreeve.control.StaffRig.draft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.desk.MemoryReservations;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.testkit.Conformance;

/**
 * Goal: what staff were told is in force is so for packets. Method: the real translator; a datagram
 * or SYN of a host that was never contacted is sent from outside and looked for inside.
 */
class ReservationWithShardTest {
    private static final InternalTuple OTHER = InternalTuple.of(Protocol.TCP, HOST_B, 80);

    private final NatConfig nat = ControlRig.nat(1, new PortRange(1024, 2047));
    private final MemoryReservations store = new MemoryReservations();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private SimJournal journal = new SimJournal();
    private PacketShard shard;
    private PortControl control;
    private Reservations desk;
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    ReservationWithShardTest() {
        start();
    }

    private void start() {
        tasks.clear();
        var process = OneShard.start(nat, journal, journal.durable().state(), nowNs, wallMillis);
        shard = process.shard();
        control = process.control();
        control.statics().load(store.all());
        desk =
                new Reservations(
                        control, store, tasks::add, tasks::add, () -> nowNs, () -> wallMillis);
        settle();
        assertTrue(control.isReady());
    }

    @Test
    void aReservationLetsStrangersInFromTheAnswerOn() {
        for (InternalTuple internal : List.of(WEB, DNS)) {
            ReservationView view = saved(draft(internal, 443), Resolution.REFUSE);

            assertTrue(view.isInForce());
            assertTrue(forwards(view.reservation()));
        }
        pass(8000);
        store.all().forEach(r -> assertTrue(forwards(r)));
    }

    @Test
    @Conformance({"PCP-DEL-006", "PCP-MIX-006"})
    void theHostCannotDeleteIt() {
        Reservation saved = saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        List<MapOutcome> answers = new ArrayList<>();

        control.map(wish(WEB, 0), nowNs, wallMillis, answers::add);
        settle();

        assertInstanceOf(MapOutcome.Refused.class, answers.getFirst());
        assertTrue(forwards(saved));
    }

    @Test
    void itIsThereAgainAfterAKill() {
        saved(draft(WEB, 443), Resolution.REFUSE);
        journal = journal.crashed(new SplittableRandom(1));

        start();

        assertTrue(forwards(store.all().getFirst()));
    }

    @Test
    @Conformance("PCP-MIX-005")
    void aConflictLeavesTheOwnersMappingAsItWas() {
        Granted granted = granted(wish(OTHER, NONCE, 1443, false, 600));
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_B, 81);

        var outcome = await(desk.create(draft(same, 1443), Resolution.REFUSE, "ada"));

        assertInstanceOf(ReservationOutcome.Conflicting.class, outcome);
        assertTrue(forwards(OTHER, granted));
        assertEquals(List.of(), store.all());
    }

    @Test
    void evictionMovesAPortInUseAtOnce() {
        Granted granted = granted(wish(OTHER, NONCE, 1443, false, 600));
        assertTrue(forwards(OTHER, granted));
        shard.outbound(OTHER);
        settle();
        InternalTuple same = InternalTuple.of(Protocol.TCP, HOST_B, 81);

        ReservationView view = saved(draft(same, 1443), Resolution.EVICT);
        assertTrue(view.isInForce());
        assertTrue(forwards(view.reservation()));
        assertFalse(forwards(OTHER, granted));
    }

    @Test
    @Conformance("PCP-PS-010")
    void aReservationOfOneExternalPortMovesTheWholeSetThatHasIt() {
        Granted before = granted(set(OTHER, 1440));
        assertEquals(1440, before.externalPort());

        InternalTuple neighbour = InternalTuple.of(Protocol.TCP, HOST_B, 500);
        ReservationView view = saved(draft(neighbour, 1443), Resolution.EVICT);

        assertTrue(view.isInForce());
        assertTrue(forwards(view.reservation()));
        settle();
        Granted after = granted(wish(OTHER.next(5), 600));
        assertEquals(new PortSpan(OTHER.internalPort(), 8), after.span());
        assertTrue(after.externalPort() + 7 < 1443 || after.externalPort() > 1443);
        for (int i = 0; i < 8; i++) {
            var each = new Granted(after.externalIp(), after.externalPort() + i, 0);
            assertTrue(forwards(OTHER.next(i), each));
        }
        assertFalse(forwards(OTHER, before));
    }

    @Test
    @Conformance("PCP-PS-010")
    void aReservationOfOneInternalPortEndsTheSetThatHasIt() {
        Granted before = granted(set(OTHER, 1440));
        InternalTuple inner = OTHER.next(2);
        var outcome = await(desk.create(draft(inner, 1442), Resolution.REFUSE, "ada"));
        assertInstanceOf(ReservationOutcome.Conflicting.class, outcome);

        assertTrue(saved(draft(inner, 1442), Resolution.EVICT).isInForce());

        settle();
        assertFalse(forwards(OTHER, before));
        assertTrue(forwards(store.all().getFirst()));
    }

    /** The port is its own already, so that nothing need be cut for it. */
    @Test
    void aReservationInPlaceOfOnePortOfASetLeavesTheSessionsOfAll() {
        granted(set(OTHER, 1440));
        for (int i = 0; i < 8; i++) {
            assertEquals(OptionalInt.of(1440 + i), shard.leavesBy(OTHER.next(i), nowNs));
        }

        assertTrue(saved(draft(OTHER.next(2), 1442), Resolution.EVICT).isInForce());

        for (int i = 0; i < 8; i++) {
            assertEquals(OptionalInt.of(1440 + i), shard.leavesBy(OTHER.next(i), nowNs));
        }
    }

    @Test
    void whatWaitsForOnePortOfASetIsInForceWhenTheSetHasEnded() {
        granted(set(OTHER, 1440));
        InternalTuple inner = OTHER.next(2);
        assertFalse(saved(draft(inner, 443), Resolution.WAIT).isInForce());

        control.map(wish(inner, 0), nowNs, wallMillis, _ -> {});
        settle();

        // No time has passed: it was not tried again for that.
        assertTrue(forwards(store.all().getFirst()));
    }

    private static MapCommand set(InternalTuple first, int suggestedPort) {
        MapCommand plain = wish(first, NONCE, suggestedPort, false, 600);
        return plain.about(first, new PortSet(8, false));
    }

    @Test
    void evictionOfTheEndpointsOwnLeaseMovesIt() {
        Granted granted = granted(wish(WEB, NONCE, 1443, false, 600));
        assertTrue(forwards(WEB, granted));
        shard.outbound(WEB);
        settle();

        ReservationView view = saved(draft(WEB, 443), Resolution.EVICT);

        assertTrue(view.isInForce());
        assertTrue(forwards(view.reservation()));
    }

    @Test
    void aLeaseBecomesAReservationInItsPlace() {
        Granted granted = granted(wish(WEB, NONCE, 1443, false, 600));
        assertTrue(forwards(WEB, granted));

        assertTrue(saved(draft(WEB, 1443), Resolution.REFUSE).isInForce());

        pass(1000);
        assertTrue(forwards(WEB, granted));
    }

    @Test
    void anotherEndpointTakesThePortOfAReservationInUse() {
        Reservation first = saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        assertTrue(forwards(first));
        InternalTuple moved = InternalTuple.of(Protocol.TCP, HOST_A, 8081);

        var outcome = await(desk.change(1, 1, draft(moved, 443), Resolution.REFUSE, "ada"));
        ReservationView view = assertInstanceOf(ReservationOutcome.Saved.class, outcome).view();

        assertTrue(view.isInForce());
        assertTrue(forwards(view.reservation()));
        assertFalse(forwards(first));
    }

    @Test
    @Conformance("PCP-LIFE-011")
    void theRestOfADeletedReservationsPortDoesNotBindStaff() {
        Reservation first = saved(draft(WEB, 443), Resolution.REFUSE).reservation();

        await(desk.delete(1, 1, "ada"));

        assertFalse(forwards(first));
        InternalTuple another = InternalTuple.of(Protocol.TCP, HOST_A, 81);
        ReservationView view = saved(draft(another, 443), Resolution.REFUSE);
        assertTrue(view.isInForce());
        assertTrue(forwards(view.reservation()));
    }

    @Test
    @Conformance("PCP-LIFE-011")
    void theRestOfALeasesPortDoesNotBindStaff() {
        Granted granted = granted(wish(OTHER, NONCE, 1443, false, 600));
        control.map(wish(OTHER, 0), nowNs, wallMillis, _ -> {});
        settle();
        assertEquals(1, control.sizes().holds());

        InternalTuple another = InternalTuple.of(Protocol.TCP, HOST_B, 81);
        ReservationView view = saved(draft(another, 1443), Resolution.REFUSE);

        assertTrue(view.isInForce());
        assertTrue(forwards(view.reservation()));
        assertFalse(forwards(OTHER, granted));
        assertEquals(0, control.sizes().holds());
        pass(8000);
        assertTrue(forwards(view.reservation()));
    }

    @Test
    void aDeletedReservationLeavesNothing() {
        saved(draft(WEB, 443), Resolution.REFUSE);
        await(desk.delete(1, 1, "ada"));
        pass(300);
        assertEquals(0, control.sizes().subscribers());
    }

    @Test
    void aDeletedReservationLeavesItsPortToItsTuple() {
        saved(draft(WEB, 1443), Resolution.REFUSE);
        await(desk.delete(1, 1, "ada"));
        InternalTuple another = InternalTuple.of(Protocol.TCP, HOST_A, 81);

        assertFalse(granted(wish(another, NONCE, 1443, false, 600)).externalPort() == 1443);
        assertEquals(1443, granted(wish(WEB, 600)).externalPort());
    }

    @Test
    void aReservationWhoseAddressMovedCountsForItsNextSubscriberAlone() {
        Reservation saved = saved(draft(WEB, 443), Resolution.REFUSE).reservation();
        shard.outbound(WEB);
        settle();

        control.apply(
                ControlRig.policy(
                        nat,
                        List.of(),
                        List.of(ControlRig.plan("one", "default", "100.64.0.10/32"))),
                nowNs,
                wallMillis);
        settle();

        assertTrue(await(desk.find(1)).orElseThrow().isInForce());
        assertTrue(forwards(saved));
        assertEquals(1, control.sizes().subscribers(), "the one before is forgotten");
        assertEquals(0, portsOf("one"));
        await(desk.delete(1, 1, "ada"));
        assertEquals(1, portsOf("one"), "its session keeps the port");
        pass(8000);
        assertEquals(0, control.sizes().subscribers());
    }

    private int portsOf(String subscriber) {
        List<SubscriberView> found = new ArrayList<>();
        control.subscriber(subscriber, nowNs, wallMillis, view -> found.add(view.orElseThrow()));
        settle();
        return found.getFirst().ports();
    }

    @Test
    void aPortInABlockOfAnotherWaitsForTheBlock() {
        // Blocks are leased for packets; all of the pool's addresses are in this shard.
        outbound(OTHER);
        InternalTuple neighbour = InternalTuple.of(Protocol.TCP, HOST_A, 80);
        int externalIp = nat.pool().addresses().getFirst();
        int port = 65_535;
        var blocked = blockedPort(neighbour, externalIp);
        if (blocked != 0) {
            port = blocked;
        }
        ReservationView view = saved(draft(neighbour, externalIp, port), Resolution.WAIT);
        assertFalse(view.isInForce());
        assertInstanceOf(Conflict.BlockHeld.class, view.waitsFor().getFirst());

        pass(8000);

        assertTrue(await(desk.find(1)).orElseThrow().isInForce());
        assertTrue(forwards(view.reservation()));
    }

    /** A port in somebody else's block. */
    private int blockedPort(InternalTuple internal, int externalIp) {
        for (int port = 65_535; port > 2048; port -= 512) {
            var outcome =
                    await(desk.preview(draft(internal, externalIp, port), OptionalLong.empty()));
            if (outcome.toString().contains("BlockHeld")) {
                return port;
            }
        }
        return 0;
    }

    private void outbound(InternalTuple internal) {
        for (int i = 0; i < 3; i++) {
            shard.outbound(internal);
            settle();
        }
    }

    private ReservationView saved(ReservationDraft draft, Resolution resolution) {
        var outcome = await(desk.create(draft, resolution, "ada"));
        return assertInstanceOf(ReservationOutcome.Saved.class, outcome).view();
    }

    private Granted granted(MapCommand command) {
        List<MapOutcome> answers = new ArrayList<>();
        control.map(command, nowNs, wallMillis, answers::add);
        settle();
        return assertInstanceOf(Granted.class, answers.getFirst());
    }

    private boolean forwards(Reservation reservation) {
        return shard.forwards(
                reservation.internal(),
                reservation.externalIp(),
                reservation.externalPort(),
                nowNs);
    }

    private boolean forwards(InternalTuple internal, Granted granted) {
        return shard.forwards(internal, granted.externalIp(), granted.externalPort(), nowNs);
    }

    private void pass(int seconds) {
        for (int i = 0; i < 2 * seconds; i++) {
            nowNs += Durations.NS_PER_SECOND / 2;
            wallMillis += 500;
            shard.run(nowNs);
            journal.force(true, Integer.MAX_VALUE);
            control.doWork(nowNs, wallMillis);
        }
        settle();
    }

    private <T> T await(CompletionStage<T> stage) {
        settle();
        return stage.toCompletableFuture().getNow(null);
    }

    private void settle() {
        int quiet = 0;
        while (quiet < 3) {
            int done = journal.force(true, Integer.MAX_VALUE);
            while (!tasks.isEmpty()) {
                tasks.poll().run();
                done++;
            }
            done += shard.run(nowNs);
            done += control.doWork(nowNs, wallMillis);
            quiet = done == 0 ? quiet + 1 : 0;
        }
    }
}
