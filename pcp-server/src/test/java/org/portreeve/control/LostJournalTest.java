package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.control.journal.JournalRecord;
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
        JournalImage taken = taken(lease(5_000, 9_000, 1, NOW + 3_600_000, LeaseOrigin.PCP));

        assertEquals(List.of(held(5_000, 9_000, NOW + GRACE_MILLIS, false)), holds(taken));
        assertEquals(List.of(), List.copyOf(taken.leases()));
        assertEquals(Set.of(new Client(HOST, CLIENT_PORT)), journal.clients());
        assertEquals(1, journal.portCount());
        assertEquals(120, journal.graceSeconds());
    }

    @Test
    void eachPortOfASetRests() {
        JournalImage taken = taken(lease(5_000, 9_000, 2, NOW + 3_600_000, LeaseOrigin.PCP));

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
                        lease(5_000, 9_000, 1, endedMillis, LeaseOrigin.PCP),
                        lease(5_001, 9_001, 1, NOW - UDP_HOLD_MILLIS, LeaseOrigin.PCP),
                        lease(5_002, 9_002, 1, NOW - 1_000, LeaseOrigin.PCP));

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
                        new JournalRecord.Paired("100.64.0.2", 1),
                        new JournalRecord.BlockLeased("100.64.0.2", 1, 512, 512),
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
        JournalImage taken = taken(lease(5_000, 9_000, 1, NOW + 3_600_000, LeaseOrigin.PCP));

        assertEquals(
                List.of(new JournalRecord.Paired("100.64.0.2", 1)), List.copyOf(taken.pairings()));
    }

    @Test
    void aStartThatWasCutShortDoesNotMakeARestLonger() {
        var present = new JournalImage();
        present.apply(held(5_000, 9_000, NOW + 20_000, false));

        JournalImage taken =
                journal.of(
                        image(
                                lease(5_000, 9_000, 1, NOW + 3_600_000, LeaseOrigin.PCP),
                                lease(5_001, 9_001, 1, NOW + 3_600_000, LeaseOrigin.PCP)),
                        present);

        assertEquals(
                List.of(
                        held(5_000, 9_000, NOW + 20_000, false),
                        held(5_001, 9_001, NOW + GRACE_MILLIS, false)),
                holds(taken));
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

    private static JournalRecord.PortHeld held(
            int internalPort, int externalPort, long untilMillis, boolean ofSet) {
        return new JournalRecord.PortHeld(
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
        return new JournalRecord.PeerGranted(
                InternalTuple.of(Protocol.UDP, HOST, internalPort),
                Ipv4.of("203.0.113.9"),
                443,
                "100.64.0.2",
                1,
                externalPort,
                NONCE,
                HOST,
                CLIENT_PORT,
                deadline);
    }
}
