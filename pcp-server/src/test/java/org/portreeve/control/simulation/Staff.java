package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.PortControl;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.control.view.DrainView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardAudit;

/** Those who reserve ports, end leases and change the policy, and what they were told. */
final class Staff {
    private static final int MOST_RESERVATIONS = 400;
    private static final int LONGEST_REST_SECONDS = 600;
    private static final List<Resolution> RESOLUTIONS = List.of(Resolution.values());

    private final SplittableRandom random;
    private final WholeNode node;
    private final Population population;
    private final Requesters requesters;
    private final ExternalWatch externals;
    private final QuotaWatch quotas;
    private final DrainWatch drains;
    private final Tally tally;
    private int asked;
    private int answered;

    /** Whether leases may be gone at a restart because their owner was just changed. */
    private boolean hasReloaded;

    /** So much was used without a record when everything was recorded last. */
    private long recorded;

    Staff(
            SplittableRandom random,
            WholeNode node,
            Population population,
            Requesters requesters,
            ExternalWatch externals,
            QuotaWatch quotas,
            DrainWatch drains,
            Tally tally) {
        this.random = random;
        this.node = node;
        this.population = population;
        this.requesters = requesters;
        this.externals = externals;
        this.quotas = quotas;
        this.drains = drains;
        this.tally = tally;
    }

    boolean hasReloaded() {
        return hasReloaded;
    }

    /** Whether something may be in use that the journal does not know. */
    boolean hasUnrecorded() {
        return unrecorded() > recorded;
    }

    private long unrecorded() {
        return node.control.counters().value(ControlCounter.BLOCKS_UNRECORDED)
                + node.control.counters().value(ControlCounter.PAIRINGS_UNRECORDED);
    }

    // ------------------------------------------------------------------ reservations

    void reserve() {
        for (int left = 1 + random.nextInt(6); left > 0; left--) {
            reserveOne();
        }
    }

    private void reserveOne() {
        List<Reservation> stored = node.store.all();
        boolean isNew = stored.isEmpty() || random.nextInt(3) == 0;
        Resolution resolution = RESOLUTIONS.get(random.nextInt(RESOLUTIONS.size()));
        ReservationDraft draft = draft();
        if (isNew && stored.size() < MOST_RESERVATIONS) {
            prepare(draft, resolution);
            follow(node.desk.create(draft, resolution, "ada"));
            return;
        }
        Reservation seen = stored.get(random.nextInt(stored.size()));
        if (random.nextInt(3) == 0) {
            follow(node.desk.delete(seen.id(), seen.version(), "ada"));
        } else {
            prepare(draft, resolution);
            follow(node.desk.change(seen.id(), seen.version(), draft, resolution, "ada"));
        }
    }

    private ReservationDraft draft() {
        var pool = node.config.nat().pool();
        OptionalInt externalIp =
                random.nextInt(4) > 0 ? OptionalInt.empty() : OptionalInt.of(address());
        int port =
                switch (random.nextInt(3)) {
                    case 0 -> 1 + random.nextInt(1_000);
                    case 1 -> pool.incomingPorts().first() + random.nextInt(40);
                    default -> pool.ports().last() - random.nextInt(5_000);
                };
        return new ReservationDraft(requesters.tuple(), externalIp, port, "web");
    }

    private int address() {
        List<Integer> addresses = node.addresses();
        return addresses.get(random.nextInt(addresses.size()));
    }

    private void prepare(ReservationDraft draft, Resolution resolution) {
        InternalTuple internal = draft.internal();
        externals.onReserved(internal, draft.externalPort());
        draft.externalIp().ifPresent(ip -> drains.onReserved(ip, internal.internalIp()));
        quotas.onReserved(Population.host(internal.internalIp()));
        if (resolution == Resolution.EVICT) {
            requesters.contest(internal, draft.externalPort());
        }
    }

    private void follow(CompletionStage<ReservationOutcome> stage) {
        asked++;
        Reservations desk = node.desk;
        var _ =
                stage.whenComplete((outcome, defect) -> {
                    if (defect != null) {
                        throw new AssertionError(defect);
                    }
                    assertEquals(desk, node.desk, "a dead process answered");
                    answered++;
                    hear(outcome);
                });
    }

    private void hear(ReservationOutcome outcome) {
        switch (outcome) {
            case ReservationOutcome.Saved(ReservationView view) -> {
                assertTrue(node.store.all().contains(view.reservation()), "saved but not stored");
                assertTrue(!view.isInForce() || isInForce(view), "in force but closed");
                tally.reservationsSaved++;
            }
            case ReservationOutcome.Deleted(long id) ->
                    assertTrue(node.store.all().stream().noneMatch(r -> r.id() == id));
            case ReservationOutcome.Conflicting(var conflicts) -> {
                assertFalse(conflicts.isEmpty());
                tally.reservationsRefused++;
            }
            case ReservationOutcome.Invalid(var faults) -> assertFalse(faults.isEmpty());
            case ReservationOutcome.Stale _, ReservationOutcome.NotKept _ -> {}
        }
    }

    private boolean isInForce(ReservationView view) {
        Reservation reservation = view.reservation();
        return node.rowOf(reservation.internal(), reservation.externalIp())
                .filter(ShardAudit.Row::isStatic)
                .filter(row -> row.externalPort() == reservation.externalPort())
                .isPresent();
    }

    /** All reservations go, one after the other. */
    void deleteAll() {
        for (Reservation reservation : node.store.all()) {
            ReservationOutcome outcome =
                    node.settled(node.desk.delete(reservation.id(), reservation.version(), "ada"));
            assertEquals(new ReservationOutcome.Deleted(reservation.id()), outcome);
        }
    }

    // ------------------------------------------------------------------ addresses

    /** An address is taken out of use, for a while or until it is put back, or put back. */
    void drain() {
        int externalIp = address();
        if (random.nextBoolean()) {
            long restSeconds = random.nextBoolean() ? 0 : 1 + random.nextInt(LONGEST_REST_SECONDS);
            hear(
                    externalIp,
                    drains::onDrained,
                    reply -> node.control.drains().drain(externalIp, restSeconds, reply));
        } else {
            end(externalIp);
        }
    }

    private void end(int externalIp) {
        hear(externalIp, drains::onEnded, reply -> node.control.drains().end(externalIp, reply));
    }

    private void hear(
            int externalIp,
            BiConsumer<Integer, DrainOutcome> then,
            Consumer<Consumer<DrainOutcome>> wish) {
        PortControl process = node.control;
        asked++;
        drains.onAsked(externalIp);
        wish.accept(outcome -> {
            assertEquals(process, node.control, "a dead process answered");
            answered++;
            then.accept(externalIp, outcome);
        });
    }

    /** Whatever is out of use for good, or has reservations, is put back; others came back. */
    void endDrains() {
        for (DrainView view : node.control.drains().list()) {
            assertTrue(
                    view.restSeconds() == 0 || view.subscribers() > 0,
                    () -> "a quarantine without end: " + view);
            end(view.externalIp());
            node.settle();
        }
        assertEquals(List.of(), node.control.drains().list());
    }

    // ------------------------------------------------------------------ leases and policy

    void evict() {
        if (random.nextInt(3) == 0) {
            int internalIp = requesters.tuple().internalIp();
            requesters.release(internalIp);
            externals.onCut(internalIp);
        } else {
            requesters.drop(requesters.tuple());
        }
    }

    void reload() {
        String[] owners = new String[population.hosts()];
        for (int host = 0; host < owners.length; host++) {
            owners[host] = population.ownerOf(host);
        }
        quotas.loosen();
        population.change();
        Policy policy = population.policy();
        node.config = new ControlConfig(node.config.nat(), policy);
        node.control.apply(policy, node.nowNs(), node.wallMillis());
        hasReloaded = true;
        if (random.nextInt(3) == 0) {
            node.use(Knobs.onFailure(random));
        }
        for (int host = 0; host < owners.length; host++) {
            if (!owners[host].equals(population.ownerOf(host))) {
                requesters.moved(Population.ip(host));
                externals.onMoved(Population.ip(host));
            }
        }
    }

    // ------------------------------------------------------------------ what must be

    boolean isWaiting() {
        return answered < asked;
    }

    /** The node is gone. */
    void nodeDied() {
        answered = asked;
        recorded = 0;
    }

    /** Everything came to rest: store, books and translator agree. Returns what is in force. */
    int checkAtRest() {
        assertEquals(asked, answered, "staff without an answer");
        drains.checkAtRest();
        hasReloaded = false;
        recorded = unrecorded();
        List<ReservationView> views = node.settled(node.desk.list(ReservationQuery.all())).items();
        assertEquals(node.store.all(), views.stream().map(ReservationView::reservation).toList());
        int inForce = 0;
        for (ReservationView view : views) {
            assertEquals(view.isInForce(), isInForce(view), () -> "in force: " + view);
            boolean waits = !view.waitsFor().isEmpty() || view.subscriber().isEmpty();
            assertTrue(view.isInForce() || waits, () -> "waits for nothing: " + view);
            inForce += view.isInForce() ? 1 : 0;
        }
        return inForce;
    }
}
