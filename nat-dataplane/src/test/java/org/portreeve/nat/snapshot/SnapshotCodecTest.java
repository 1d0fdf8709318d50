package org.portreeve.nat.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.snapshot.KeptRow.KeptRest;
import org.portreeve.nat.snapshot.SnapshotReader.Opened;
import org.portreeve.nat.table.MappingTable;

/** What is written is read again; what is anything else is refused, and never harms. */
class SnapshotCodecTest {
    private static final SnapshotHeader HEADER = new SnapshotHeader("cgn-ä", 1_790_000_000_123L);
    private static final int[] PROTOCOLS = {Protocol.TCP, Protocol.UDP, Protocol.ICMP};
    private static final long SHARED_PEERS = MappingTable.overlapPeersOf(3, 443);
    private static final int MUTATIONS = 2_000;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whatIsWrittenIsRead(long seed) throws IOException {
        List<KeptRow> rows = randomRows(new SplittableRandom(seed), 300);
        SnapshotReader read = whole(written(rows, SnapshotFormat.MAX_BYTES));

        assertEquals(HEADER, read.header());
        assertEquals(rows, all(read, _ -> true));
        assertEquals(mappings(rows).count(), read.mappings());
        assertEquals(
                mappings(rows).mapToLong(mapping -> mapping.sessions().size()).sum(),
                read.sessions());
        assertArrayEquals(
                mappings(rows)
                        .mapToInt(m -> m.internal().internalIp())
                        .distinct()
                        .sorted()
                        .toArray(),
                read.internalIps().toArray());
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void aCursorGivesTheRowsOfTheAddressesAskedFor(long seed) throws IOException {
        List<KeptRow> rows = randomRows(new SplittableRandom(seed), 300);
        IntPredicate isOurs = ip -> ip % 3 == 0;

        List<KeptRow> read = all(whole(written(rows, SnapshotFormat.MAX_BYTES)), isOurs);

        assertEquals(rows.stream().filter(row -> isOurs.test(row.externalIp())).toList(), read);
    }

    /** A shared port is TCP's, rests, and says towards whom; nothing else is like that. */
    @Test
    void aSharedPortIsKeptAtRestAndInNoOtherWay() throws IOException {
        KeptRow right = shared(Protocol.TCP, SHARED_PEERS, MappingTable.RESTING, 0);
        assertEquals(
                List.of(right),
                all(whole(written(List.of(right), SnapshotFormat.MAX_BYTES)), _ -> true));
        List<KeptRow> wrong =
                List.of(
                        shared(Protocol.UDP, SHARED_PEERS, MappingTable.RESTING, 0),
                        shared(Protocol.TCP, SHARED_PEERS, MappingTable.ACTIVE, 0),
                        shared(Protocol.TCP, SHARED_PEERS, MappingTable.RESTING_ORPHAN, 0),
                        shared(Protocol.TCP, MappingTable.ANY_PEER, MappingTable.RESTING, 0),
                        shared(
                                Protocol.TCP,
                                SHARED_PEERS,
                                MappingTable.RESTING,
                                MappingTable.APART));
        for (KeptRow row : wrong) {
            assertRefused(written(List.of(row), SnapshotFormat.MAX_BYTES));
        }
    }

    private static KeptRow shared(int protocol, long peers, int state, int otherFlags) {
        return new KeptMapping(
                InternalTuple.of(protocol, 5, 7),
                peers,
                9,
                700,
                state,
                MappingTable.OVERLAPPED | otherFlags,
                60,
                List.of());
    }

    @Test
    void anEmptySnapshotIsWhole() throws IOException {
        assertEquals(List.of(), all(whole(written(List.of(), 1_000)), _ -> true));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void rowsBeyondTheBoundAreLeftOutAndTheRestIsWhole(long seed) throws IOException {
        List<KeptRow> rows = randomRows(new SplittableRandom(seed), 300);
        byte[] file = written(rows, 4_000);

        assertTrue(file.length <= 4_000, () -> file.length + " octets");
        List<KeptRow> read = all(whole(file), _ -> true);
        assertTrue(!read.isEmpty() && rows.containsAll(read));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whatIsCutShortOrChangedAnywhereIsRefused(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        byte[] file = written(randomRows(random, 40), SnapshotFormat.MAX_BYTES);
        for (int length = 0; length < file.length; length++) {
            assertRefused(Arrays.copyOf(file, length));
        }
        assertRefused(Arrays.copyOf(file, file.length + 1));
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] changed = file.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            assertRefused(changed);
        }
    }

    /** Somebody who can sum may write anything: it is refused or read, and every row is sane. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void forgedFilesAreRefusedOrHoldSaneRows(long seed) throws IOException {
        var random = new SplittableRandom(seed);
        byte[] file = written(randomRows(random, 40), SnapshotFormat.MAX_BYTES);
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] forged = random.nextInt(4) == 0 ? cut(file, random) : file.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                forged[random.nextInt(forged.length)] = (byte) random.nextInt();
            }
            if (SnapshotReader.open(summed(forged)) instanceof Opened.Whole(var read)) {
                all(read, ip -> (ip & 1) == 0).forEach(SnapshotCodecTest::assertSane);
                all(read, _ -> true).forEach(SnapshotCodecTest::assertSane);
            } else {
                refused++;
            }
        }
        assertTrue(refused > MUTATIONS / 10, refused + " refused");
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void noiseIsRefused(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertRefused(noise);
        }
    }

    @Test
    void anotherVersionIsRefusedByItsNumber() throws IOException {
        byte[] file = written(List.of(), 1_000);
        file[9] = 2;
        var refused = assertInstanceOf(Opened.Refused.class, SnapshotReader.open(summed(file)));
        assertEquals("is of format 2, this version reads format 1", refused.why());
    }

    // ------------------------------------------------------------------ making and judging

    private static void assertSane(KeptRow row) {
        switch (row) {
            case KeptRest rest -> {
                assertTrue(rest.size() > 0 && rest.firstPort() + rest.size() <= 65_536);
                assertTrue(rest.restsNs() >= 0);
            }
            case KeptMapping mapping -> {
                assertTrue(mapping.state() >= MappingTable.ACTIVE);
                assertTrue(mapping.state() <= MappingTable.ORPHAN && mapping.restsNs() >= 0);
                assertTrue(!mapping.has(MappingTable.PENDING));
                for (KeptSession session : mapping.sessions()) {
                    assertTrue(session.idleNs() >= 0 && session.flags() <= 3);
                    boolean isTcp = mapping.internal().protocol() == Protocol.TCP;
                    assertEquals(isTcp, session.tcpState() != TcpTransitions.CLOSED);
                    assertTrue(session.tcpState() < TcpTransitions.STATES);
                }
            }
        }
    }

    private static void assertRefused(byte[] file) {
        assertInstanceOf(Opened.Refused.class, SnapshotReader.open(ByteBuffer.wrap(file)));
    }

    private static SnapshotReader whole(byte[] file) {
        Opened opened = SnapshotReader.open(ByteBuffer.wrap(file));
        return assertInstanceOf(Opened.Whole.class, opened, opened::toString).snapshot();
    }

    private static List<KeptRow> all(SnapshotReader read, IntPredicate externalIps) {
        List<KeptRow> rows = new ArrayList<>();
        SnapshotCursor cursor = read.rows(externalIps);
        for (Optional<KeptRow> row = cursor.next(); row.isPresent(); row = cursor.next()) {
            rows.add(row.get());
        }
        return rows;
    }

    private static Stream<KeptMapping> mappings(List<KeptRow> rows) {
        return rows.stream().filter(KeptMapping.class::isInstance).map(KeptMapping.class::cast);
    }

    private static byte[] written(List<KeptRow> rows, long maxBytes) throws IOException {
        var octets = new ByteArrayOutputStream();
        var writer = new SnapshotWriter(Channels.newChannel(octets), HEADER, maxBytes);
        int shard = 0;
        for (KeptRow row : rows) {
            if (row.externalIp() % 5 == 0) {
                writer.shard(shard++);
            }
            switch (row) {
                case KeptMapping mapping -> writer.mapping(mapping);
                case KeptRest rest -> writer.rest(rest);
            }
        }
        writer.finish();
        return octets.toByteArray();
    }

    /** A part in the middle is missing. */
    private static byte[] cut(byte[] file, SplittableRandom random) {
        int from = random.nextInt(file.length / 2, file.length - 1);
        int length = Math.min(random.nextInt(1, 60), file.length - from);
        byte[] shorter = Arrays.copyOf(file, file.length - length);
        System.arraycopy(file, from + length, shorter, from, file.length - from - length);
        return shorter;
    }

    private static ByteBuffer summed(byte[] file) {
        var checksum = new CRC32C();
        checksum.update(file, 0, file.length - 4);
        return ByteBuffer.wrap(file).putInt(file.length - 4, (int) checksum.getValue());
    }

    private static List<KeptRow> randomRows(SplittableRandom random, int count) {
        List<KeptRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(random.nextInt(8) == 0 ? randomRest(random) : randomMapping(random));
        }
        return rows;
    }

    private static KeptRow randomRest(SplittableRandom random) {
        int size = 16 << random.nextInt(6);
        int first = random.nextInt(65_536 - size);
        return new KeptRest(random.nextInt(), first, size, random.nextLong(1L << 40));
    }

    private static KeptRow randomMapping(SplittableRandom random) {
        int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
        int state = random.nextInt(MappingTable.ACTIVE, MappingTable.ORPHAN + 1);
        List<KeptSession> sessions = new ArrayList<>();
        int most = MappingTable.isResting(state) ? 1 : 6;
        for (int count = random.nextInt(most); count > 0; count--) {
            sessions.add(randomSession(random, protocol == Protocol.TCP));
        }
        return new KeptMapping(
                InternalTuple.of(protocol, random.nextInt(), random.nextInt(65_536)),
                random.nextBoolean()
                        ? MappingTable.ANY_PEER
                        : MappingTable.peersOf(random.nextInt()),
                random.nextInt(),
                random.nextInt(65_536),
                state,
                random.nextInt(32) & ~MappingTable.PENDING,
                random.nextLong(1L << 50),
                sessions);
    }

    private static KeptSession randomSession(SplittableRandom random, boolean isTcp) {
        return new KeptSession(
                random.nextInt(),
                random.nextInt(65_536),
                random.nextInt(4),
                isTcp ? random.nextInt(1, TcpTransitions.STATES) : 0,
                random.nextLong(1L << 50),
                random.nextInt(1 << 20),
                isTcp ? randomWindow(random) : KeptSession.Window.UNKNOWN,
                isTcp ? randomWindow(random) : KeptSession.Window.UNKNOWN);
    }

    private static KeptSession.Window randomWindow(SplittableRandom random) {
        return new KeptSession.Window(
                random.nextBoolean(),
                random.nextInt(),
                random.nextInt(Integer.MAX_VALUE),
                random.nextInt(15));
    }
}
