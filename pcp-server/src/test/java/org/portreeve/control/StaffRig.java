package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.portreeve.control.desk.MemoryReservations;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.reservation.Preview;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;

/** A {@link ControlRig} with staff before it; loop and worker run when a test says so. */
final class StaffRig {
    static final int POOL = Ipv4.of("198.51.100.1");
    static final String EDITOR = "ada";

    final ControlRig rig;
    final MemoryReservations store = new MemoryReservations();
    final Deque<Runnable> loop = new ArrayDeque<>();
    final Deque<Runnable> worker = new ArrayDeque<>();
    Reservations desk;

    StaffRig(ControlRig rig) {
        this.rig = rig;
        desk = desk();
    }

    /** The process ends and another begins with what is durable. */
    void restart() {
        begin();
        settle();
    }

    /** The same, and nothing has run yet. */
    void begin() {
        loop.clear();
        worker.clear();
        rig.start(rig.links.size(), rig.journal.durable().state());
        rig.control.statics().load(store.all());
        desk = desk();
    }

    private Reservations desk() {
        return new Reservations(
                rig.control, store, loop::add, worker::add, () -> rig.nowNs, () -> rig.wallMillis);
    }

    void settle() {
        do {
            run(loop);
            run(worker);
            rig.settle();
        } while (!loop.isEmpty() || !worker.isEmpty());
    }

    /** Lets seconds pass as the loop would see them. */
    void pass(long seconds) {
        for (long left = seconds; left > 0; left -= Math.min(left, 20)) {
            rig.advance(Math.min(left, 20));
            settle();
        }
    }

    /** All reservations, by id. */
    List<ReservationView> all() {
        return settled(desk.list(ReservationQuery.all())).items();
    }

    ReservationOutcome create(ReservationDraft draft, Resolution resolution) {
        return settled(desk.create(draft, resolution, EDITOR));
    }

    ReservationOutcome change(Reservation before, ReservationDraft draft, Resolution resolution) {
        return settled(desk.change(before.id(), before.version(), draft, resolution, EDITOR));
    }

    ReservationOutcome delete(Reservation before) {
        return settled(desk.delete(before.id(), before.version(), EDITOR));
    }

    Preview preview(ReservationDraft draft) {
        return settled(desk.preview(draft, OptionalLong.empty()));
    }

    /** What must be saved. */
    ReservationView saved(ReservationDraft draft, Resolution resolution) {
        return assertInstanceOf(ReservationOutcome.Saved.class, create(draft, resolution)).view();
    }

    <T> T settled(CompletionStage<T> stage) {
        settle();
        return stage.toCompletableFuture().getNow(null);
    }

    /** Whether the translator forwards by a reservation. */
    boolean forwards(Reservation reservation) {
        int addressIndex = rig.config.nat().pool().addresses().indexOf(reservation.externalIp());
        return rig.shards.get(rig.config.nat().shardOf(addressIndex)).statics().stream()
                .anyMatch(m ->
                        m.internal.equals(reservation.internal())
                                && m.addressIndex == addressIndex
                                && m.port == reservation.externalPort());
    }

    static ReservationDraft draft(InternalTuple internal, int externalPort) {
        return new ReservationDraft(internal, OptionalInt.empty(), externalPort, "web");
    }

    static ReservationDraft draft(InternalTuple internal, int externalIp, int externalPort) {
        return new ReservationDraft(internal, OptionalInt.of(externalIp), externalPort, "web");
    }

    private static void run(Deque<Runnable> tasks) {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }
}
