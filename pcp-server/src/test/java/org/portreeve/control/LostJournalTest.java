package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.LeaseOrigin.PCP;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.JournalRecord.BlockLeased;
import org.portreeve.control.journal.JournalRecord.Paired;
import org.portreeve.control.journal.JournalRecord.PortHeld;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;

/** What is taken over from a journal that was lost. */
class LostJournalTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final long GRACE_MILLIS = 120_000;
    private static final long UDP_HOLD_MILLIS = 300_000;
    private static final int HOST = Ipv4.of("100.64.0.2");
    private static final int CLIENT_PORT = 40_000;
    private static final Nonce NONCE = new Nonce(7, 8);

    private final LostJournal journal = new LostJournal(NatConfig.Timers.defaults(), NOW);

    @Test
    void whatALeaseHadRestsForTheGraceTimeAndItsClientIsKnown() {
        JournalImage taken = taken(lease(5_000, 9_000, 1, NOW + 3_600_000, PCP));

        assertEquals(List.of(held(5_000, 9_000, NOW + GRACE_MILLIS, false)), holds(taken));
        assertEquals(List.of(), List.copyOf(taken.leases()));
        assertEquals(Set.of(new Client(HOST, CLIENT_PORT)), journal.clients());
        assertEquals(1, journal.portCount());
        assertEquals(120, journal.graceSeconds());
    }

    @Test
    void eachPortOfASetRests() {
        JournalImage taken = taken(lease(5_000, 9_000, 2, NOW + 3_600_000, PCP));

        assertEquals(
                List.of(
                        held(5_000, 9_000, NOW + GRACE_MILLIS, true),
                        held(5_001, 9_001, NOW + GRACE_MILLIS, true)),
                holds(taken));
    }

    @Test
    void onlyClientsByPcpAreKnown() {
        JournalImage taken = taken(lease(5_000, 9_000, 1, NOW + 3_600_000, LeaseOrigin.NAT_PMP));

        assertEquals(1, taken.holds().size());
        assertEquals(Set.of(), journal.clients());
    }

    @Test
    void aLeaseThatEndedBeforeRestsForWhatIsLeft() {
        long endedMillis = NOW - UDP_HOLD_MILLIS + 30_000;
        JournalImage taken =
                taken(
                        lease(5_000, 9_000, 1, endedMillis, PCP),
                        lease(5_001, 9_001, 1, NOW - UDP_HOLD_MILLIS, PCP),
                        lease(5_002, 9_002, 1, NOW - 1_000, PCP));

        assertEquals(
                List.of(
                        held(5_000, 9_000, NOW + 30_000, false),
                        held(5_002, 9_002, NOW + GRACE_MILLIS, false)),
                holds(taken));
        assertEquals(Set.of(), journal.clients());
    }

    @Test
    void whatAPeerHadRestsToo() {
        JournalImage taken = taken(peer(5_000, 9_000, NOW + 1_000), peer(5_001, 9_001, NOW));

        assertEquals(List.of(held(5_000, 9_000, NOW + GRACE_MILLIS, false)), holds(taken));
        assertEquals(Set.of(new Client(HOST, CLIENT_PORT)), journal.clients());
    }

    @Test
    void whatRestedGoesOnRestingAndPairingsBlocksAndDrainsStay() {
        List<JournalRecord> stay =
                List.of(
                        held(5_000, 9_000, NOW + 7_000_000, false),
                        new Paired("100.64.0.2", 1),
                        new BlockLeased("100.64.0.2", 1, 512, 512),
                        new JournalRecord.AddressDrained(2, 60, NOW - 5),
                        new JournalRecord.SubscriberDrained("100.64.0.3", NOW - 5));
        JournalImage taken =
                taken(
                        Stream.concat(
                                        stay.stream(),
                                        Stream.of(
                                                held(5_001, 9_001, NOW, false),
                                                new JournalRecord.EpochStarted(NOW - 10_000),
                                                new JournalRecord.ClientEpochStarted(HOST, 5)))
                                .toArray(JournalRecord[]::new));

        List<JournalRecord> found = taken.records().toList();
        assertTrue(found.containsAll(stay), found::toString);
        assertEquals(stay.size() + 1, found.size(), found::toString);
        assertTrue(found.contains(new JournalRecord.TimeMark(NOW)));
    }

    @Test
    void aPairingThatDamageHidesIsThatOfThePort() {
        JournalImage taken = taken(lease(5_000, 9_000, 1, NOW + 3_600_000, PCP));

        assertEquals(List.of(new Paired("100.64.0.2", 1)), List.copyOf(taken.pairings()));
    }

    @Test
    void aStartThatWasCutShortDoesNotMakeARestLonger() {
        var present = new JournalImage();
        present.apply(held(5_000, 9_000, NOW + 20_000, false));

        JournalImage taken =
                journal.of(
                        image(
                                lease(5_000, 9_000, 1, NOW + 3_600_000, PCP),
                                lease(5_001, 9_001, 1, NOW + 3_600_000, PCP)),
                        present);

        assertEquals(
                List.of(
                        held(5_000, 9_000, NOW + 20_000, false),
                        held(5_001, 9_001, NOW + GRACE_MILLIS, false)),
                holds(taken));
    }

    @Test
    void aPairingThatDamageHidesIsThatOfTheBlock() {
        JournalImage taken = taken(new BlockLeased("100.64.0.2", 1, 512, 512));

        assertEquals(List.of(new Paired("100.64.0.2", 1)), List.copyOf(taken.pairings()));
    }

    /** Records of a dozen ports, many at each, as kills and merged journals leave them. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void eachPortRestsForWhoeverWentOnWithIt(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            JournalImage lost = crowded(random);
            JournalImage taken = journal.of(lost, new JournalImage());
            var rests =
                    taken.holds().stream()
                            .collect(Collectors.toMap(PortHeld::externalPort, Function.identity()));

            lost.holds().stream()
                    .filter(hold -> hold.untilMillis() > NOW)
                    .forEach(hold -> assertTrue(rests.containsKey(hold.externalPort())));
            lost.peers().stream()
                    .filter(peer -> peer.deadlineMillis() > NOW)
                    .forEach(peer -> assertRestsAnew(rests.get(peer.externalPort())));
            lost.leases().stream()
                    .filter(lease -> lease.deadlineMillis() > NOW)
                    .forEach(lease -> {
                        assertRestsAnew(rests.get(lease.externalPort()));
                        assertEquals(lease.nonce(), rests.get(lease.externalPort()).nonce());
                    });
            Set<String> paired =
                    taken.pairings().stream().map(Paired::subscriber).collect(Collectors.toSet());
            taken.holds().forEach(hold -> assertTrue(paired.contains(hold.subscriber())));
            taken.blocks().forEach(block -> assertTrue(paired.contains(block.subscriber())));
            assertEquals(0, taken.leases().size() + taken.peers().size());
        }
    }

    private static void assertRestsAnew(PortHeld rest) {
        assertEquals(NOW + GRACE_MILLIS, rest.untilMillis());
    }

    private static JournalImage crowded(SplittableRandom random) {
        var image = new JournalImage();
        for (int i = 0; i < 30; i++) {
            int port = random.nextInt(12);
            long millis = NOW + random.nextLong(-400_000, 400_000);
            switch (random.nextInt(4)) {
                // As a port belongs to one, its internal port follows from it.
                case 0 -> image.apply(lease(5_000 + port, 9_000 + port, 1, millis, PCP));
                case 1 -> image.apply(peer(5_000 + port, 9_000 + port, millis, new Nonce(port, 1)));
                case 2 -> image.apply(held(5_000 + port, 9_000 + port, millis, false));
                default -> image.apply(new BlockLeased("100.64.1." + port, 2, port * 512, 512));
            }
        }
        return image;
    }

    private JournalImage taken(JournalRecord... records) {
        return journal.of(image(records), new JournalImage());
    }

    private static JournalImage image(JournalRecord... records) {
        var image = new JournalImage();
        Stream.of(records).forEach(image::apply);
        return image;
    }

    private static List<JournalRecord> holds(JournalImage image) {
        return List.copyOf(image.holds());
    }

    private static PortHeld held(
            int internalPort, int externalPort, long untilMillis, boolean ofSet) {
        return new PortHeld(
                InternalTuple.of(Protocol.UDP, HOST, internalPort),
                "100.64.0.2",
                1,
                externalPort,
                NONCE,
                untilMillis,
                ofSet);
    }

    private static JournalRecord.LeaseGranted lease(
            int internalPort, int externalPort, int size, long deadline, LeaseOrigin origin) {
        return new JournalRecord.LeaseGranted(
                InternalTuple.of(Protocol.UDP, HOST, internalPort),
                "100.64.0.2",
                1,
                externalPort,
                NONCE,
                origin,
                HOST,
                CLIENT_PORT,
                deadline,
                "",
                List.of(),
                size);
    }

    private static JournalRecord.PeerGranted peer(
            int internalPort, int externalPort, long deadline) {
        return peer(internalPort, externalPort, deadline, NONCE);
    }

    private static JournalRecord.PeerGranted peer(
            int internalPort, int externalPort, long deadline, Nonce nonce) {
        return new JournalRecord.PeerGranted(
                InternalTuple.of(Protocol.UDP, HOST, internalPort),
                Ipv4.of("203.0.113.9"),
                443,
                "100.64.0.2",
                1,
                externalPort,
                nonce,
                HOST,
                CLIENT_PORT,
                deadline);
    }
}
