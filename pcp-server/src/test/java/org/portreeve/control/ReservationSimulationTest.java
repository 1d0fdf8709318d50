package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.shard.ModelShard;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.testkit.Seeds;

/**
 * Goal: whatever the order in which staff, store, shards, journal, clock and requesters move, what
 * staff were told is saved stays so, each reservation in the store is in force or says what it
 * waits for, no restart puts one out of force, and no external tuple has two owners. Method: some
 * thousand random steps with a model of the translator, a store and a journal that fail, reloads
 * and kills.
 */
class ReservationSimulationTest {
    private static final int STEPS = 4000;
    private static final List<Resolution> RESOLUTIONS = List.of(Resolution.values());

    private SplittableRandom random;
    private ControlRig rig;
    private StaffRig staff;
    private List<Policy> policies;
    private boolean journalFails;

    /** Whether what is given belongs to others by a policy that has not been followed yet. */
    private boolean reloaded;

    private int asked;
    private int answered;

    /** What staff were told last of each reservation, empty for deleted; by id. */
    private final Map<Long, List<Reservation>> told = new HashMap<>();

    /** Changes of each reservation whose outcome staff have not heard yet. */
    private final Map<Long, Integer> underWay = new HashMap<>();

    static Stream<Arguments> runs() {
        return LongStream.of(1, 3)
                .boxed()
                .flatMap(n -> Seeds.all().mapToObj(seed -> Arguments.of(seed, n.intValue())));
    }

    @ParameterizedTest(name = "-Dseed={0} shards {1}")
    @MethodSource("runs")
    void whatIsSavedHoldsWhateverHappens(long seed, int shardCount) {
        random = new SplittableRandom(seed);
        NatConfig nat = ControlRig.nat(shardCount, new PortRange(1024, 1031));
        rig = new ControlRig(shardCount, ControlConfig.of(nat));
        staff = new StaffRig(rig);
        policies = Staff.policies(nat);
        for (int step = 0; step < STEPS; step++) {
            step();
            checkAlways();
        }
        checkAtRest();
    }

    private void step() {
        switch (random.nextInt(24)) {
            case 0, 1 -> change();
            case 2, 3, 4, 5 -> ask();
            case 6 -> shard().outbound(tuple(), rig.nowNs);
            case 7, 8, 9 -> shard().run(1 + random.nextInt(4), rig.nowNs);
            case 10, 11, 12 -> rig.journal.force(isKept(), 1 + random.nextInt(10));
            case 13, 14, 15, 16 -> rig.control.doWork(rig.nowNs, rig.wallMillis);
            case 17, 18, 19 -> run(staff.loop);
            case 20, 21 -> run(staff.worker);
            case 22 -> advance();
            default -> seldom();
        }
    }

    private void seldom() {
        switch (random.nextInt(40)) {
            case 0 -> kill();
            case 1 -> journalFails = true;
            case 2 -> rig.journal.full = true;
            case 3, 4 -> rig.journal.wantsCheckpoint = true;
            case 5 -> checkAtRest();
            case 6, 7 -> staff.store.fails(true);
            case 8, 9 -> staff.store.hides(true);
            case 10, 11 -> reload();
            default -> heal();
        }
    }

    private void heal() {
        journalFails = false;
        rig.journal.full = false;
        staff.store.fails(false);
        staff.store.hides(false);
    }

    private void reload() {
        reloaded = true;
        rig.apply(policies.get(random.nextInt(policies.size())));
    }

    private boolean isKept() {
        return !journalFails || random.nextInt(3) > 0;
    }

    private static void run(Deque<Runnable> tasks) {
        if (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    private void advance() {
        boolean far = random.nextInt(10) == 0;
        long aheadNs = far ? random.nextLong(400_000_000_000L) : random.nextLong(300_000_000L);
        rig.nowNs += aheadNs;
        rig.wallMillis += aheadNs / Durations.NS_PER_MILLI;
    }

    private InternalTuple tuple() {
        return new Clients(random.split(), () -> rig.config).tuple();
    }

    private ModelShard shard() {
        return rig.shards.get(random.nextInt(rig.shards.size()));
    }

    private void ask() {
        MapCommand command = new Clients(random.split(), () -> rig.config).command();
        rig.control.map(
                command,
                rig.nowNs,
                rig.wallMillis,
                outcome -> {
                    if (outcome instanceof Granted granted) {
                        assertTrue(
                                rig.forwards(command.internal(), granted),
                                "granted but not active");
                    }
                });
    }

    private void change() {
        List<Reservation> stored = staff.store.all();
        Resolution resolution = RESOLUTIONS.get(random.nextInt(RESOLUTIONS.size()));
        if (stored.isEmpty() || random.nextInt(3) == 0) {
            follow(0, staff.desk.create(draft(), resolution, "ada"));
            return;
        }
        Reservation seen = stored.get(random.nextInt(stored.size()));
        underWay.merge(seen.id(), 1, Integer::sum);
        if (random.nextInt(3) == 0) {
            follow(seen.id(), staff.desk.delete(seen.id(), seen.version(), "ada"));
        } else {
            ReservationDraft draft =
                    random.nextInt(3) == 0
                            ? new ReservationDraft(
                                    seen.internal(),
                                    OptionalInt.of(seen.externalIp()),
                                    seen.externalPort(),
                                    "again")
                            : draft();
            follow(
                    seen.id(),
                    staff.desk.change(seen.id(), seen.version(), draft, resolution, "ada"));
        }
    }

    private ReservationDraft draft() {
        OptionalInt externalIp =
                random.nextInt(4) > 0
                        ? OptionalInt.empty()
                        : OptionalInt.of(StaffRig.POOL + random.nextInt(5));
        int[] ports = {80, 1024, 1025, 1026, 1027, 1028, 65_100, 5351};
        return new ReservationDraft(
                tuple(), externalIp, ports[random.nextInt(ports.length)], "web");
    }

    private void follow(long id, CompletionStage<ReservationOutcome> stage) {
        asked++;
        Reservations desk = staff.desk;
        var _ =
                stage.whenComplete((outcome, defect) -> {
                    if (defect != null) {
                        throw new AssertionError(defect);
                    }
                    assertEquals(desk, staff.desk, "a dead process answered");
                    answered++;
                    hear(id, outcome);
                });
    }

    private void hear(long id, ReservationOutcome outcome) {
        switch (outcome) {
            case ReservationOutcome.Saved(ReservationView view) -> {
                Reservation saved = view.reservation();
                assertTrue(staff.store.all().contains(saved), "saved but not stored");
                assertTrue(!view.isInForce() || staff.forwards(saved), "in force but closed");
                told.put(saved.id(), List.of(saved));
            }
            case ReservationOutcome.Deleted _ -> {
                assertTrue(staff.store.all().stream().noneMatch(r -> r.id() == id));
                told.put(id, List.of());
            }
            case ReservationOutcome.Conflicting conflicting ->
                    assertFalse(conflicting.conflicts().isEmpty());
            case ReservationOutcome.Invalid invalid -> assertFalse(invalid.faults().isEmpty());
            case ReservationOutcome.Stale _ -> {}
            case ReservationOutcome.NotKept notKept -> assertFalse(notKept.reason().isEmpty());
        }
        underWay.computeIfPresent(id, (_, n) -> n == 1 ? null : n - 1);
    }

    /** The process is gone, and with it what was not forced. */
    private void kill() {
        List<Reservation> inForce = reloaded ? List.of() : inForce();
        boolean mayLose = reloaded;
        rig.journal = rig.journal.crashed(random);
        heal();
        answered = asked;
        told.keySet().removeAll(underWay.keySet());
        underWay.clear();
        // What was on its way into the store may have come there.
        while (!staff.worker.isEmpty() && random.nextBoolean()) {
            staff.worker.poll().run();
        }
        long downNs = random.nextLong(30_000_000_000L);
        rig.nowNs += downNs;
        rig.wallMillis += downNs / Durations.NS_PER_MILLI;
        staff.restart();
        assertTrue(rig.control.isReady());
        assertTrue(mayLose || rig.counted(ControlCounter.LOST_AT_RESTORE) == 0);
        checkAtRest();
        inForce.stream()
                .filter(staff.store.all()::contains)
                .forEach(r -> assertTrue(staff.forwards(r), "out of force by a restart: " + r));
    }

    private List<Reservation> inForce() {
        return staff.store.all().stream()
                .flatMap(r -> rig.control.statics().find(r.id()).stream())
                .filter(ReservationView::isInForce)
                .map(ReservationView::reservation)
                .toList();
    }

    private void checkAlways() {
        Set<Long> external = new HashSet<>();
        for (ModelShard.Mapping m : owned()) {
            int protocol = m.internal.protocol();
            assertTrue(external.add(ExternalTuple.key(protocol, m.addressIndex, m.port)));
        }
    }

    private List<ModelShard.Mapping> owned() {
        List<ModelShard.Mapping> owned = new ArrayList<>();
        rig.shards.forEach(s -> owned.addAll(s.explicit()));
        rig.shards.forEach(s -> owned.addAll(s.statics()));
        return owned;
    }

    /** Everything came to rest: store, book, translator and what staff were told agree. */
    private void checkAtRest() {
        heal();
        for (int i = 0; i < 3; i++) {
            rig.nowNs += 2 * StaticMappings.RETRY_NS;
            rig.wallMillis += 2 * StaticMappings.RETRY_NS / Durations.NS_PER_MILLI;
            staff.settle();
        }
        assertEquals(asked, answered);
        assertEquals(0, rig.links.stream().mapToInt(ShardLink::openRequests).sum());
        assertEquals(0, rig.control.sizes().operations());
        List<ReservationView> views = staff.all();
        assertEquals(staff.store.all(), views.stream().map(ReservationView::reservation).toList());
        int inForce = 0;
        for (ReservationView view : views) {
            assertEquals(view.isInForce(), staff.forwards(view.reservation()), view.toString());
            boolean waits = !view.waitsFor().isEmpty() || view.subscriber().isEmpty();
            assertTrue(view.isInForce() || waits, "waits for nothing");
            inForce += view.isInForce() ? 1 : 0;
        }
        assertEquals(inForce, rig.shards.stream().mapToInt(s -> s.statics().size()).sum());
        told.forEach(this::checkTold);
        reloaded = false;
    }

    private void checkTold(long id, List<Reservation> expected) {
        if (!underWay.containsKey(id)) {
            List<Reservation> found = staff.store.all().stream().filter(r -> r.id() == id).toList();
            assertEquals(expected, found, "what staff were told was lost");
        }
    }
}
