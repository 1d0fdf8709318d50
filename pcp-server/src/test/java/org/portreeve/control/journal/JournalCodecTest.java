package org.portreeve.control.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;

class JournalCodecTest {
    private static final InternalTuple INTERNAL =
            new InternalTuple(0x0102_0304, 17, Ipv4.of("100.64.0.7"), 0xfedc);
    private static final int EXTERNAL_IP = Ipv4.of("198.51.100.1");
    private static final Nonce NONCE = new Nonce(0x1112_1314_1516_1718L, 0x191a_1b1c);

    /** What is in the files of shipped versions: a change here loses the leases of an upgrade. */
    static Stream<Arguments> goldenRecords() {
        return Stream.of(ofLeases(), ofSets(), ofPeers(), ofOthers()).flatMap(records -> records);
    }

    private static Stream<Arguments> ofLeases() {
        return Stream.of(
                Arguments.of(
                        new JournalRecord.LeaseGranted(
                                INTERNAL,
                                "s1",
                                EXTERNAL_IP,
                                2000,
                                NONCE,
                                LeaseOrigin.NAT_PMP,
                                Ipv4.of("100.64.0.8"),
                                5350,
                                0x21_2223_2425L,
                                ""),
                        "002f 01 01020304 11 64400007 fedc c6336401 07d0"
                                + " 111213141516171819 1a1b1c 02 64400008 14e6"
                                + " 0000002122232425 7331"),
                Arguments.of(
                        new JournalRecord.LeaseGranted(
                                INTERNAL,
                                "s1",
                                EXTERNAL_IP,
                                2000,
                                NONCE,
                                LeaseOrigin.UPNP,
                                Ipv4.of("100.64.0.8"),
                                5350,
                                0x21_2223_2425L,
                                "düse"),
                        "0036 0b 01020304 11 64400007 fedc c6336401 07d0"
                                + " 111213141516171819 1a1b1c 03 64400008 14e6"
                                + " 0000002122232425 0005 64c3bc7365 7331"),
                Arguments.of(
                        filtered(
                                "ü",
                                PeerFilter.of(Ipv4.of("192.0.2.0"), 24, 0),
                                PeerFilter.of(Ipv4.of("203.0.113.9"), 32, 443)),
                        "0042 11 01020304 11 64400007 fedc c6336401 07d0"
                                + " 111213141516171819 1a1b1c 01 64400008 14e6"
                                + " 0000002122232425 0002 c3bc"
                                + " 02 c0000200 18 0000 cb007109 20 01bb 7331"),
                Arguments.of(
                        new JournalRecord.LeaseInsisted(
                                filtered("ü", PeerFilter.of(Ipv4.of("192.0.2.0"), 24, 0))),
                        "003c 1d 11 01020304 11 64400007 fedc c6336401 07d0"
                                + " 111213141516171819 1a1b1c 01 64400008 14e6"
                                + " 0000002122232425 0002 c3bc 01 c0000200 18 0000 7331"),
                Arguments.of(
                        new JournalRecord.LeaseEnded(INTERNAL),
                        "000c 02 01020304 11 64400007 fedc"),
                Arguments.of(
                        new JournalRecord.PortHeld(
                                INTERNAL, "s1", EXTERNAL_IP, 2000, NONCE, 0x21_2223_2425L),
                        "0028 03 01020304 11 64400007 fedc c6336401 07d0"
                                + " 1112131415161718191a1b1c 0000002122232425 7331"),
                Arguments.of(
                        new JournalRecord.LeaseRested(
                                new JournalRecord.PortHeld(
                                        INTERNAL, "s1", EXTERNAL_IP, 2000, NONCE, 7)),
                        "0028 0e 01020304 11 64400007 fedc c6336401 07d0"
                                + " 1112131415161718191a1b1c 0000000000000007 7331"));
    }

    private static Stream<Arguments> ofSets() {
        return Stream.of(
                Arguments.of(
                        set("", 2),
                        "0034 16 0002 01020304 11 64400007 fedc c6336401 07d0"
                                + " 111213141516171819 1a1b1c 01 64400008 14e6"
                                + " 0000002122232425 0000 00 7331"),
                Arguments.of(
                        set("ü", 32, PeerFilter.of(Ipv4.of("203.0.113.9"), 32, 443)),
                        "003d 16 0020 01020304 11 64400007 fedc c6336401 07d0"
                                + " 111213141516171819 1a1b1c 01 64400008 14e6"
                                + " 0000002122232425 0002 c3bc 01 cb007109 20 01bb 7331"),
                Arguments.of(
                        new JournalRecord.LeaseRested(
                                new JournalRecord.PortHeld(
                                        INTERNAL, "s1", EXTERNAL_IP, 2000, NONCE, 7, true),
                                32),
                        "002a 17 0020 01020304 11 64400007 fedc c6336401 07d0"
                                + " 1112131415161718191a1b1c 0000000000000007 7331"),
                Arguments.of(
                        new JournalRecord.PortHeld(
                                INTERNAL, "s1", EXTERNAL_IP, 2000, NONCE, 7, true),
                        "0028 18 01020304 11 64400007 fedc c6336401 07d0"
                                + " 1112131415161718191a1b1c 0000000000000007 7331"));
    }

    private static JournalRecord set(String description, int size, PeerFilter... filters) {
        return new JournalRecord.LeaseGranted(
                INTERNAL,
                "s1",
                EXTERNAL_IP,
                2000,
                NONCE,
                LeaseOrigin.PCP,
                Ipv4.of("100.64.0.8"),
                5350,
                0x21_2223_2425L,
                description,
                List.of(filters),
                size);
    }

    /** Records that no set of ports can be. */
    @ParameterizedTest
    @ValueSource(strings = {"0000", "0001", "0125", "ffff"})
    void aSetThatPassesTheLastPortIsNoRecord(String size) {
        String granted =
                "0034 16 SIZE 01020304 11 64400007 fedc c6336401 07d0 111213141516171819 1a1b1c"
                        + " 01 64400008 14e6 0000002122232425 0000 00 7331";
        String rested =
                "002a 17 SIZE 01020304 11 64400007 fedc c6336401 07d0"
                        + " 1112131415161718191a1b1c 0000000000000007 7331";
        for (String record : List.of(granted, rested)) {
            String hex = record.replace("SIZE", size).replace(" ", "");
            byte[] bytes = HexFormat.of().parseHex(hex);
            assertEquals(Optional.empty(), JournalCodec.decode(ByteBuffer.wrap(bytes)));
        }
    }

    private static JournalRecord.LeaseGranted filtered(String description, PeerFilter... filters) {
        return new JournalRecord.LeaseGranted(
                INTERNAL,
                "s1",
                EXTERNAL_IP,
                2000,
                NONCE,
                LeaseOrigin.PCP,
                Ipv4.of("100.64.0.8"),
                5350,
                0x21_2223_2425L,
                description,
                List.of(filters));
    }

    private static Stream<Arguments> ofPeers() {
        int remoteIp = Ipv4.of("203.0.113.9");
        return Stream.of(
                Arguments.of(
                        new JournalRecord.PeerGranted(
                                INTERNAL,
                                remoteIp,
                                443,
                                "s1",
                                EXTERNAL_IP,
                                2000,
                                NONCE,
                                Ipv4.of("100.64.0.8"),
                                5350,
                                0x21_2223_2425L),
                        "0034 14 01020304 11 64400007 fedc cb007109 01bb c6336401 07d0"
                                + " 1112131415161718191a1b1c 64400008 14e6"
                                + " 0000002122232425 7331"),
                Arguments.of(
                        new JournalRecord.PeerGranted(
                                INTERNAL,
                                remoteIp,
                                443,
                                "s1",
                                EXTERNAL_IP,
                                2000,
                                NONCE,
                                Ipv4.of("100.64.0.8"),
                                5350,
                                0x21_2223_2425L,
                                "ü"),
                        "0038 1f 01020304 11 64400007 fedc cb007109 01bb c6336401 07d0"
                                + " 1112131415161718191a1b1c 64400008 14e6"
                                + " 0000002122232425 0002 c3bc 7331"),
                Arguments.of(
                        new JournalRecord.PeerEnded(INTERNAL, remoteIp, 443),
                        "0012 15 01020304 11 64400007 fedc cb007109 01bb"));
    }

    private static Stream<Arguments> ofOthers() {
        return Stream.of(
                Arguments.of(
                        new JournalRecord.HoldEnded(6, EXTERNAL_IP, 65535),
                        "0008 04 06 c6336401 ffff"),
                Arguments.of(new JournalRecord.Paired("ü", EXTERNAL_IP), "0007 05 c6336401 c3bc"),
                Arguments.of(new JournalRecord.Unpaired("s1"), "0003 06 7331"),
                Arguments.of(
                        new JournalRecord.BlockLeased("s1", EXTERNAL_IP, 16384, 65536),
                        "000d 07 c6336401 4000 00010000 7331"),
                Arguments.of(
                        new JournalRecord.BlockReleased(EXTERNAL_IP, 16384),
                        "0007 08 c6336401 4000"),
                Arguments.of(
                        new JournalRecord.EpochStarted(0x21_2223_2425L),
                        "0009 09 0000002122232425"),
                Arguments.of(
                        new JournalRecord.ClientEpochStarted(EXTERNAL_IP, 0x21_2223_2425L),
                        "000d 1c c6336401 0000002122232425"),
                Arguments.of(new JournalRecord.ClientEpochsEnded(), "0001 1e"),
                Arguments.of(
                        new JournalRecord.TimeMark(0x21_2223_2425L), "0009 0a 0000002122232425"),
                Arguments.of(
                        new JournalRecord.AddressDrained(EXTERNAL_IP, 3_600, 0x21_2223_2425L),
                        "0015 0c c6336401 0000000000000e10 0000002122232425"),
                Arguments.of(new JournalRecord.DrainEnded(EXTERNAL_IP), "0005 0d c6336401"),
                Arguments.of(
                        new JournalRecord.SubscriberDrained("s1", 0x21_2223_2425L),
                        "000b 0f 0000002122232425 7331"),
                Arguments.of(new JournalRecord.SubscriberDrainEnded("s1"), "0003 10 7331"));
    }

    @ParameterizedTest
    @MethodSource("goldenRecords")
    void eachTypeHasTheBytesItAlwaysHad(JournalRecord record, String hex) {
        ByteBuffer out = ByteBuffer.allocate(JournalCodec.MAX_RECORD_BYTES);

        JournalCodec.encode(record, out);

        out.flip();
        byte[] bytes = new byte[out.remaining()];
        out.get(0, bytes);
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(bytes));
        assertEquals(Optional.of(record), JournalCodec.decode(out));
    }

    @Test
    void theGoldenRecordsCoverEveryType() {
        long types = goldenRecords().map(golden -> golden.get()[0].getClass()).distinct().count();

        assertEquals(JournalRecord.class.getPermittedSubclasses().length, types);
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void whatIsDecodedIsWhatWasEncoded(long seed) {
        RandomRecords records = new RandomRecords(new SplittableRandom(seed));
        ByteBuffer bytes = ByteBuffer.allocate(JournalCodec.MAX_RECORD_BYTES);
        for (int i = 0; i < 10_000; i++) {
            JournalRecord record = records.next();
            JournalCodec.encode(record, bytes.clear());
            assertEquals(Optional.of(record), JournalCodec.decode(bytes.flip()));
            assertEquals(0, bytes.remaining());
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void anyBytesAreDecodedWithoutThrowing(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RandomRecords records = new RandomRecords(random.split());
        ByteBuffer bytes = ByteBuffer.allocate(JournalCodec.MAX_RECORD_BYTES);
        int understood = 0;
        for (int i = 0; i < 20_000; i++) {
            JournalCodec.encode(records.next(), bytes.clear());
            bytes.flip();
            for (int change = random.nextInt(4); change >= 0; change--) {
                bytes.put(random.nextInt(Math.min(8, bytes.limit())), (byte) random.nextInt());
            }
            bytes.limit(random.nextInt(bytes.limit() + 1));
            understood += JournalCodec.decode(bytes).isPresent() ? 1 : 0;
        }
        assertTrue(understood > 0, "no mutation was gentle enough to be a record");
    }

    @Test
    void aTextThatDoesNotFitIsRefused() {
        String name = "漢".repeat(TextLimits.MAX_DESCRIPTION_CHARS);
        String longest = "漢".repeat(TextLimits.MAX_SUBSCRIBER_CHARS);
        ByteBuffer bytes = ByteBuffer.allocate(JournalCodec.MAX_RECORD_BYTES);
        List<PeerFilter> most =
                Collections.nCopies(PeerFilter.MOST, PeerFilter.of(EXTERNAL_IP, 32, 1));
        JournalRecord fits =
                new JournalRecord.LeaseGranted(
                        INTERNAL, longest, 1, 2, NONCE, LeaseOrigin.PCP, 3, 4, 5, name, most);

        TextLimits.check(fits);
        JournalCodec.encode(fits, bytes);

        assertThrows(
                IllegalArgumentException.class,
                () -> TextLimits.check(new JournalRecord.Unpaired(longest + "x")));
        JournalRecord tooLong =
                new JournalRecord.LeaseGranted(
                        INTERNAL, "s1", 1, 2, NONCE, LeaseOrigin.PCP, 3, 4, 5, name + "x");
        assertThrows(IllegalArgumentException.class, () -> TextLimits.check(tooLong));
        PeerFilter[] tooMany = new PeerFilter[PeerFilter.MOST + 1];
        Arrays.fill(tooMany, most.getFirst());
        JournalRecord crowded = filtered("", tooMany);
        assertThrows(IllegalArgumentException.class, () -> TextLimits.check(crowded));
    }
}
