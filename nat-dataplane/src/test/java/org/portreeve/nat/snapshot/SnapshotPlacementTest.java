package org.portreeve.nat.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.snapshot.KeptRow.KeptRest;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/** Each row of a snapshot is held to what the node is now; what does not fit is counted. */
class SnapshotPlacementTest {
    private static final long SECOND_NS = RestartedShards.SECOND_NS;
    private static final long UDP_IDLE_NS = 300 * SECOND_NS;
    private static final int ROUNDS = 20;

    /** Of the incoming range, of every host's block, of nobody's, of no range at all. */
    private static final int[] PORTS = {2_100, 3_072, 3_136, 3_200, 3_264, 4_000, 0, 60_000};

    private static final KeptSession.Window WINDOW = KeptSession.Window.UNKNOWN;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void rowsFindTheirShardByTheirAddressHoweverManyThereAre(int shards) throws IOException {
        var node = new RestartedShards(RestartedShards.config(shards, 4), 7 * SECOND_NS);
        List<KeptRow> rows =
                IntStream.range(0, 4)
                        .mapToObj(host -> udp(host, host, 2_100, session(0, 0)))
                        .toList();
        IntStream.range(0, 4).forEach(host -> node.pair(host, host));
        node.restore(rows, 0);

        assertEquals(4, node.counted(NatCounter.KEPT_SESSIONS));
        node.shards.forEach(shard -> assertEquals(4 / shards, shard.occupancy().sessions()));
    }

    @Test
    void anAddressThatLeftThePoolIsCountedOnce() throws IOException {
        var node = new RestartedShards(RestartedShards.config(2, 2), 0);
        node.pair(0, 1);
        node.restore(List.of(udp(0, 3, 2_100, session(0, 0))), 0);
        assertOnly(node, NatCounter.UNKEPT_ADDRESS);
    }

    @Test
    void aHostThatIsNotPairedOrPairedInAnotherShardGetsNothing() throws IOException {
        var node = new RestartedShards(RestartedShards.config(2, 2), 0);
        node.pair(1, 1);
        node.restore(List.of(udp(0, 0, 2_100, session(0, 0)), udp(1, 0, 2_101, session(0, 0))), 0);
        assertEquals(2, node.counted(NatCounter.UNKEPT_UNPAIRED));
        assertEquals(0, node.mappings());
    }

    /** As when the address left the pool, its subscriber moved, and the address came back. */
    @Test
    void whatAHostHadAtAnotherAddressOfItsShardGoesOnThere() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 2), 0);
        node.pair(0, 1);
        node.lease(1, 0, 3_072);
        KeptRow there = udp(0, 0, 2_100, session(0, 0));
        node.restore(List.of(there, udp(0, 0, 3_080, session(1, 0))), 0);
        assertEquals(1, node.counted(NatCounter.UNKEPT_PORT), "in a block of others");
        assertEquals(List.of(there), node.rows());
    }

    @Test
    void aPortOutsideTheRangesOrInABlockOfOthersGoesToNobody() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        node.lease(1, 0, 3_072);
        node.restore(
                List.of(
                        udp(0, 0, 1_999, session(0, 0)),
                        udp(0, 0, 3_080, session(1, 0)),
                        udp(0, 0, 3_200, session(2, 0)),
                        udp(0, 0, 0, session(3, 0))),
                0);
        assertEquals(4, node.counted(NatCounter.UNKEPT_PORT));
        assertEquals(0, node.mappings());
    }

    @Test
    void aPortOfAnOwnBlockIsKept() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        node.lease(0, 0, 3_072);
        node.restore(List.of(udp(0, 0, 3_080, session(0, 0))), 0);
        assertEquals(1, node.sessions());
    }

    @Test
    void onePortHasOneOwnerHoweverOftenTheFileNamesIt() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        node.pair(1, 0);
        node.restore(List.of(udp(0, 0, 2_100, session(0, 0)), udp(1, 0, 2_100, session(0, 0))), 0);
        assertEquals(1, node.counted(NatCounter.UNKEPT_PORT));
        assertEquals(1, node.mappings());
    }

    @Test
    void aSessionIsThereOnceHoweverOftenTheFileNamesIt() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        node.restore(List.of(udp(0, 0, 2_100, session(0, 0), session(0, 0))), 0);
        assertEquals(1, node.counted(NatCounter.UNKEPT_TUPLE));
        assertEquals(1, node.sessions());
    }

    @Test
    void fullTablesLeaveOutTheRest() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        KeptSession[] many =
                IntStream.range(0, 70).mapToObj(i -> session(i, 0)).toArray(KeptSession[]::new);
        node.restore(List.of(udp(0, 0, 2_100, many)), 0);
        assertEquals(64, node.sessions());
        assertEquals(6, node.counted(NatCounter.UNKEPT_TABLE_FULL));
    }

    /** The monotonic clock of the new process has nothing to do with that of the old one. */
    @ParameterizedTest
    @ValueSource(longs = {-1L << 50, 0, 1L << 50})
    void idleTimeGoesOnWhileTheNodeIsDown(long startNs) throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), startNs);
        node.pair(0, 0);
        long idleNs = 100 * SECOND_NS;
        long downNs = 50 * SECOND_NS;
        node.restore(List.of(udp(0, 0, 2_100, session(0, idleNs))), downNs);
        long leftNs = UDP_IDLE_NS - idleNs - downNs;
        node.pass(leftNs - 1);
        assertEquals(1, node.sessions());
        node.pass(SECOND_NS);
        assertEquals(0, node.sessions());
    }

    @Test
    void aSessionWhoseTimeRanOutIsGoneAndItsPortRests() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        node.restore(List.of(udp(0, 0, 2_100, session(0, UDP_IDLE_NS - 5))), 5);
        assertEquals(1, node.counted(NatCounter.UNKEPT_EXPIRED));
        assertEquals(0, node.sessions());
        assertEquals(1, node.mappings());
        node.pass(119 * SECOND_NS);
        assertEquals(1, node.mappings());
        node.pass(2 * SECOND_NS);
        assertEquals(0, node.mappings());
    }

    @Test
    void aPortRestsForWhatIsLeftOfItsRest() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        node.restore(
                List.of(
                        resting(0, 2_100, MappingTable.RESTING, 60 * SECOND_NS),
                        resting(1, 2_101, MappingTable.RESTING, 20 * SECOND_NS)),
                20 * SECOND_NS);
        assertEquals(1, node.mappings());
        assertEquals(1, node.counted(NatCounter.UNKEPT_EXPIRED));
        node.pass(39 * SECOND_NS);
        assertEquals(1, node.mappings());
        node.pass(2 * SECOND_NS);
        assertEquals(0, node.mappings());
    }

    @Test
    void aLeaseThatIsNotThereAnyMoreEndsAndItsOutsideSessionsGoOn() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        var fromOutside =
                new KeptSession(1, 1, 3, TcpTransitions.ESTABLISHED, 0, 0, WINDOW, WINDOW);
        var tuple = InternalTuple.of(Protocol.TCP, RestartedShards.FIRST_HOST, 80);
        node.restore(
                List.of(
                        new KeptMapping(
                                tuple,
                                MappingTable.ANY_PEER,
                                RestartedShards.FIRST_ADDRESS,
                                2_080,
                                MappingTable.ACTIVE,
                                MappingTable.EXPLICIT,
                                0,
                                List.of(fromOutside))),
                0);
        assertEquals(1, node.sessions());
        node.pass(7_441 * SECOND_NS);
        assertEquals(0, node.sessions());
        assertTrue(node.mappings() > 0, "an explicit mapping's port rests for long");
    }

    @Test
    void theBlocksOfNowRestForThoseOfThen() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 3 * SECOND_NS);
        int address = RestartedShards.FIRST_ADDRESS;
        node.lease(0, 0, 3_136);
        node.restore(
                List.of(
                        new KeptRest(address, 3_088, 16, 50 * SECOND_NS),
                        new KeptRest(address, 3_072, 256, 30 * SECOND_NS),
                        new KeptRest(address, 4_032, 64, 5 * SECOND_NS)),
                10 * SECOND_NS);
        assertEquals(
                List.of(
                        new KeptRest(address, 3_072, 64, 40 * SECOND_NS),
                        new KeptRest(address, 3_200, 64, 20 * SECOND_NS),
                        new KeptRest(address, 3_264, 64, 20 * SECOND_NS)),
                node.rows());
    }

    @Test
    void whatWasPutBackIsWhatTheNextSnapshotHolds() throws IOException {
        var node = new RestartedShards(RestartedShards.config(2, 2), 3 * SECOND_NS);
        node.pair(0, 0);
        node.pair(1, 1);
        var window = new KeptSession.Window(true, -5, 1 << 20, 7);
        var tcp = new KeptSession(9, 443, 0, TcpTransitions.C_FIN, 77, 0, window, WINDOW);
        List<KeptRow> rows =
                List.of(
                        udp(0, 0, 2_100, session(0, 10)),
                        resting(7, 2_101, MappingTable.RESTING_ORPHAN, 90 * SECOND_NS),
                        new KeptMapping(
                                InternalTuple.of(Protocol.TCP, RestartedShards.FIRST_HOST + 1, 7),
                                MappingTable.ANY_PEER,
                                RestartedShards.FIRST_ADDRESS + 1,
                                2_200,
                                MappingTable.RESIDUAL,
                                MappingTable.WAS_EXPLICIT | MappingTable.APART,
                                200 * SECOND_NS,
                                List.of(tcp)));
        node.restore(rows, 0);
        assertEquals(rows, node.rows());
    }

    /** As one is that strangers opened at the port of the other protocol (RFC 7857 §6). */
    @Test
    void aMappingWithNothingButUnansweredStrangersGoesOnUntilOneOfThemEnds() throws IOException {
        var node = new RestartedShards(RestartedShards.config(1, 1), 0);
        node.pair(0, 0);
        node.restore(List.of(udp(0, 0, 2_100, stranger(1, 0), stranger(2, 10 * SECOND_NS))), 0);
        assertEquals(2, node.sessions());
        node.pass(19 * SECOND_NS);
        assertEquals(2, node.sessions());
        node.pass(2 * SECOND_NS);
        assertEquals(0, node.sessions());
        assertEquals(1, node.mappings());
    }

    @Test
    void sharedPortsRestOnceTowardsEachRemoteAddressWhileTheyAreShared() throws IOException {
        var plain = RestartedShards.config(1, 1);
        var sharing =
                new NatConfig(
                        1,
                        plain.inside(),
                        plain.pool().withOverlap(new PortRange(700, 700)),
                        plain.timers(),
                        plain.capacity(),
                        plain.rules());
        List<KeptRow> rows = List.of(shared(0, 1), shared(1, 1), shared(1, 2));
        var node = new RestartedShards(sharing, 3 * SECOND_NS);
        var other = new RestartedShards(plain, 3 * SECOND_NS);
        for (int host = 0; host < 2; host++) {
            node.pair(host, 0);
            other.pair(host, 0);
        }
        node.restore(rows, 0);
        other.restore(rows, 0);
        assertEquals(List.of(shared(0, 1), shared(1, 2)), node.rows());
        assertEquals(1, node.counted(NatCounter.UNKEPT_PORT));
        assertEquals(List.of(), other.rows());
        assertEquals(3, other.counted(NatCounter.UNKEPT_PORT));
        node.pass(61 * SECOND_NS);
        assertEquals(0, node.mappings());
    }

    private static KeptRow shared(int host, int remoteIp) {
        return new KeptMapping(
                InternalTuple.of(Protocol.TCP, RestartedShards.FIRST_HOST + host, 7),
                MappingTable.overlapPeersOf(remoteIp, 443),
                RestartedShards.FIRST_ADDRESS,
                700,
                MappingTable.RESTING,
                MappingTable.OVERLAPPED,
                60 * SECOND_NS,
                List.of());
    }

    /** Whoever wrote the file: rows fit or are left out, and all of them end. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void rowsAtRandomNeverBreakAShardAndLeaveNothing(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var node = new RestartedShards(RestartedShards.config(2, 2), seed % 1_000 * SECOND_NS);
        for (int host = 0; host < 4; host++) {
            node.pair(host, host % 2);
            node.lease(host, host % 2, 3_072 + 64 * host);
        }
        for (int round = 0; round < ROUNDS; round++) {
            List<KeptRow> rows =
                    IntStream.range(0, random.nextInt(60)).mapToObj(_ -> row(random)).toList();
            node.restore(rows, random.nextLong(200 * SECOND_NS));
            assertTrue(node.mappings() <= 2 * 32 && node.sessions() <= 2 * 64);
            node.pass(random.nextLong(200 * SECOND_NS));
        }
        var next = new RestartedShards(RestartedShards.config(1, 2), 0);
        IntStream.range(0, 4).forEach(host -> next.pair(host, host % 2));
        next.restore(node.rows(), SECOND_NS);
        for (int hour = 0; hour < 24; hour++) {
            node.pass(3_600 * SECOND_NS);
            next.pass(3_600 * SECOND_NS);
        }
        assertEquals(0, node.mappings() + node.sessions());
        assertEquals(0, next.mappings() + next.sessions());
    }

    private static KeptRow row(SplittableRandom random) {
        int address = RestartedShards.FIRST_ADDRESS + random.nextInt(3);
        int port = PORTS[random.nextInt(PORTS.length)] + random.nextInt(3);
        long restsNs = random.nextInt(3) * random.nextLong(100 * SECOND_NS);
        if (random.nextInt(10) == 0) {
            return new KeptRest(address, port, 1 << random.nextInt(8), restsNs);
        }
        int protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
        int host = RestartedShards.FIRST_HOST + random.nextInt(5);
        int realm = random.nextInt(20) == 0 ? 1 : InternalTuple.DEFAULT_REALM;
        var internal = new InternalTuple(realm, protocol, host, random.nextInt(4));
        int state = random.nextInt(MappingTable.ACTIVE, MappingTable.ORPHAN + 1);
        List<KeptSession> sessions =
                IntStream.range(0, MappingTable.isResting(state) ? 0 : random.nextInt(4))
                        .mapToObj(_ -> anySession(random, protocol == Protocol.TCP))
                        .toList();
        int flags = random.nextInt(32) & ~MappingTable.PENDING;
        long peers = random.nextBoolean() ? MappingTable.ANY_PEER : MappingTable.peersOf(7);
        return new KeptMapping(internal, peers, address, port, state, flags, restsNs, sessions);
    }

    private static KeptSession anySession(SplittableRandom random, boolean isTcp) {
        int state = isTcp ? random.nextInt(1, TcpTransitions.STATES) : 0;
        long idleNs = random.nextLong(400 * SECOND_NS);
        int remote = random.nextInt(4);
        return new KeptSession(remote, 53, random.nextInt(4), state, idleNs, 0, WINDOW, WINDOW);
    }

    private static void assertOnly(RestartedShards node, NatCounter reason) {
        assertEquals(1, node.counted(reason));
        assertEquals(0, node.mappings() + node.sessions());
    }

    private static KeptRow udp(int host, int address, int port, KeptSession... sessions) {
        return new KeptMapping(
                InternalTuple.of(Protocol.UDP, RestartedShards.FIRST_HOST + host, port),
                MappingTable.ANY_PEER,
                RestartedShards.FIRST_ADDRESS + address,
                port,
                MappingTable.ACTIVE,
                0,
                0,
                List.of(sessions));
    }

    private static KeptRow resting(int internalPort, int port, int state, long restsNs) {
        return new KeptMapping(
                InternalTuple.of(Protocol.UDP, RestartedShards.FIRST_HOST, internalPort),
                MappingTable.ANY_PEER,
                RestartedShards.FIRST_ADDRESS,
                port,
                state,
                0,
                restsNs,
                List.of());
    }

    private static KeptSession stranger(int remote, long idleNs) {
        int flags = SessionTable.INBOUND;
        return new KeptSession(remote, 53, flags, 0, idleNs, 30_000, WINDOW, WINDOW);
    }

    private static KeptSession session(int remote, long idleNs) {
        return new KeptSession(remote + 1, 53, 0, 0, idleNs, 0, WINDOW, WINDOW);
    }
}
