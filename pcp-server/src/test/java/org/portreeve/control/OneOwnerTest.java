package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.desk.MemoryReservations;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.Seeds;

/**
 * Goal: an external tuple has one owner, whoever asks for it. Method: ten thousand wishes of every
 * kind for few ports, none of which waits for the answer to another; nothing ends meanwhile, so
 * that each tuple that was ever granted or seen outside still belongs to whom it belonged.
 */
class OneOwnerTest {
    private static final int WISHES = 10_000;
    private static final int HOSTS = 40;
    private static final int FIRST_PORT = 1_024;
    private static final long NS_PER_MILLI = 1_000_000;

    /** For all to be answered. */
    private static final int MOST_SECONDS = 100;

    /** Ports that everybody wants, so that they meet. */
    private static final int WANTED_PORTS = 200;

    private enum Kind {
        PCP,
        NAT_PMP,
        UPNP,
        STAFF,
        FLOW
    }

    private final LiveRig rig = new LiveRig(nat());
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Reservations desk =
            new Reservations(
                    rig.control,
                    new MemoryReservations(),
                    tasks::add,
                    tasks::add,
                    () -> rig.nowNs,
                    () -> rig.wallMillis);
    private final Map<InternalTuple, InternalTuple> owners = new HashMap<>();
    private final Map<Kind, Integer> had = new EnumMap<>(Kind.class);

    /** Of a flow by its remote port, which no other flow has. */
    private final List<InternalTuple> flows = new ArrayList<>();

    private SplittableRandom random;
    private int unanswered;

    /** The usual ones, and one where a reservation is saved that has to wait. */
    static LongStream seeds() {
        LongStream usual = Seeds.all();
        return Long.getLong("seed") == null
                ? LongStream.concat(LongStream.of(1_113), usual)
                : usual;
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("seeds")
    @Conformance("NAT-API-001")
    void noTupleIsGivenTwiceWhoeverAsksForIt(long seed) {
        random = new SplittableRandom(seed);
        for (int wish = 0; wish < WISHES; wish++) {
            wish();
            for (int turn = random.nextInt(4); turn > 0; turn--) {
                turn();
            }
        }
        // The desk takes a bounded number at a time, and some of it again when time has passed.
        for (int seconds = 0; unanswered > 0 && seconds < MOST_SECONDS; seconds++) {
            run(tasks);
            rig.pass(1);
        }
        look();
        assertEquals(0, unanswered);
        for (Kind kind : Kind.values()) {
            assertTrue(had.getOrDefault(kind, 0) > 100, () -> had.toString());
        }
    }

    private void wish() {
        InternalTuple internal =
                InternalTuple.of(
                        random.nextBoolean() ? Protocol.UDP : Protocol.TCP,
                        ControlRig.HOST_A + random.nextInt(HOSTS),
                        1 + random.nextInt(100));
        int port = FIRST_PORT + random.nextInt(WANTED_PORTS);
        int suggested = random.nextInt(3) == 0 ? 0 : port;
        switch (random.nextInt(10)) {
            case 0 -> map(Kind.NAT_PMP, ControlRig.natPmp(internal, suggested, 3_600));
            case 1 -> map(Kind.UPNP, upnp(internal, suggested));
            case 2 -> reserve(internal, port);
            case 3, 4, 5 -> flow(internal);
            default -> {
                boolean insists = random.nextInt(4) == 0;
                var nonce = new Nonce(internal.internalIp(), internal.internalPort());
                map(Kind.PCP, ControlRig.wish(internal, nonce, suggested, insists, 3_600));
            }
        }
    }

    /** That of AddAnyPortMapping. */
    private static MapCommand upnp(InternalTuple internal, int suggested) {
        return new MapCommand(
                internal,
                Nonce.ZERO,
                LeaseOrigin.UPNP,
                0,
                suggested,
                false,
                3_600,
                internal.internalIp(),
                0,
                Description.NONE);
    }

    private void map(Kind kind, MapCommand command) {
        unanswered++;
        rig.control.map(
                command,
                rig.nowNs,
                rig.wallMillis,
                outcome -> {
                    unanswered--;
                    if (outcome instanceof Granted granted) {
                        int ip = granted.externalIp();
                        onOwner(kind, command.internal(), ip, granted.externalPort());
                    }
                });
    }

    private void reserve(InternalTuple internal, int port) {
        unanswered++;
        desk.create(StaffRig.draft(internal, port), Resolution.REFUSE, "ada")
                .thenAccept(outcome -> {
                    unanswered--;
                    // One that waits for another's lease to end has nothing yet.
                    if (outcome instanceof ReservationOutcome.Saved saved
                            && saved.view().waitsFor().isEmpty()) {
                        Reservation made = saved.view().reservation();
                        onOwner(Kind.STAFF, internal, made.externalIp(), made.externalPort());
                    }
                });
    }

    private void flow(InternalTuple internal) {
        flows.add(internal);
        byte[] packet =
                PacketShard.packet(
                        internal.protocol(),
                        internal.internalIp(),
                        internal.internalPort(),
                        LiveRig.PEER,
                        flows.size());
        rig.shards.get(random.nextInt(rig.shards.size())).inject(PacketPort.INSIDE, packet);
    }

    private void turn() {
        switch (random.nextInt(5)) {
            case 0 -> rig.journal.force(true, 1 + random.nextInt(10));
            case 1 -> {
                // A few seconds in all: what the desk tries again it does, and nothing is over.
                rig.nowNs += 5 * NS_PER_MILLI;
                rig.wallMillis += 5;
                rig.control.doWork(rig.nowNs, rig.wallMillis);
            }
            case 2 -> run(tasks);
            default -> {
                rig.shards.get(random.nextInt(rig.shards.size())).run(rig.nowNs);
                look();
            }
        }
    }

    private static void run(Deque<Runnable> tasks) {
        for (int count = tasks.size(); count > 0; count--) {
            tasks.poll().run();
        }
    }

    /** By which tuples flows left. */
    private void look() {
        for (PacketShard shard : rig.shards) {
            for (MemoryPacket packet : shard.sent()) {
                ByteBuffer octets = ByteBuffer.wrap(packet.bytes());
                if (packet.side() == PacketPort.OUTSIDE && octets.get(9) != Protocol.ICMP) {
                    InternalTuple internal = flows.get((octets.getShort(22) & 0xffff) - 1);
                    onOwner(Kind.FLOW, internal, octets.getInt(12), octets.getShort(20) & 0xffff);
                }
            }
        }
    }

    private void onOwner(Kind kind, InternalTuple internal, int externalIp, int externalPort) {
        var external = InternalTuple.of(internal.protocol(), externalIp, externalPort);
        InternalTuple before = owners.putIfAbsent(external, internal);
        assertTrue(
                before == null || before.equals(internal),
                () -> external + " is " + before + "'s, and given to " + internal + " by " + kind);
        had.merge(kind, 1, Integer::sum);
    }

    /** Three shards with room for all of it. */
    private static NatConfig nat() {
        NatConfig usual = ControlRig.nat(3, new PortRange(FIRST_PORT, 2_047));
        var quota = new Rules.Quota(400, 2_000, 10_000, 10_000, 10_000);
        var eif = new Rules.Eif(1_024, 50, 200, 30_000_000_000L, false);
        return new NatConfig(
                usual.shardCount(),
                usual.inside(),
                usual.pool(),
                usual.timers(),
                new NatConfig.Capacity(16_384, 16_384, 64),
                Rules.of(quota, new PortRange(FIRST_PORT, 65_535), eif));
    }
}
