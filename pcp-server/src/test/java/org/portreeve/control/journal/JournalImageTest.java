package org.portreeve.control.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.nat.InternalTuple;

class JournalImageTest {
    private static final InternalTuple INTERNAL = InternalTuple.of(17, 1, 1000);

    private final JournalImage image = new JournalImage();

    @Test
    void leaseIsReplacedByItsRenewalAndEndsByItsInternalTuple() {
        image.apply(lease(1));
        image.apply(lease(2));
        assertEquals(Optional.of(lease(2)), image.lease(INTERNAL));
        assertEquals(1, image.leases().size());

        image.apply(new JournalRecord.LeaseEnded(INTERNAL));
        assertTrue(image.leases().isEmpty());
    }

    @Test
    void leaseThatRestsIsOverAndItsPortHeldByOneRecord() {
        image.apply(lease(1));
        image.apply(new JournalRecord.LeaseRested(hold(INTERNAL, 2)));

        assertTrue(image.leases().isEmpty());
        assertEquals(List.of(hold(INTERNAL, 2)), List.copyOf(image.holds()));
    }

    @Test
    void holdIsKeptByExternalPortWhoeverHadIt() {
        image.apply(hold(INTERNAL, 1));
        image.apply(hold(InternalTuple.of(17, 2, 1000), 2));
        image.apply(hold(InternalTuple.of(6, 2, 1000), 3));
        assertEquals(2, image.holds().size());

        image.apply(new JournalRecord.HoldEnded(17, 7, 2000));
        assertEquals(List.of(hold(InternalTuple.of(6, 2, 1000), 3)), List.copyOf(image.holds()));
    }

    @Test
    void pairingAndBlockAreKeptByTheirKeys() {
        image.apply(new JournalRecord.Paired("a", 7));
        image.apply(new JournalRecord.Paired("a", 8));
        image.apply(new JournalRecord.BlockLeased("a", 8, 16384, 512));
        image.apply(new JournalRecord.BlockLeased("b", 8, 16896, 512));
        assertEquals(List.of(new JournalRecord.Paired("a", 8)), List.copyOf(image.pairings()));

        image.apply(new JournalRecord.Unpaired("a"));
        image.apply(new JournalRecord.BlockReleased(8, 16384));
        assertTrue(image.pairings().isEmpty());
        assertEquals(
                List.of(new JournalRecord.BlockLeased("b", 8, 16896, 512)),
                List.copyOf(image.blocks()));
    }

    @Test
    void epochIsTheLastOneAndTimeTheLatest() {
        assertEquals(OptionalLong.empty(), image.epochStartMillis());
        assertEquals(OptionalLong.empty(), image.lastWallMillis());
        image.apply(new JournalRecord.EpochStarted(20));
        image.apply(new JournalRecord.EpochStarted(10));
        image.apply(new JournalRecord.TimeMark(200));
        image.apply(new JournalRecord.TimeMark(100));

        assertEquals(OptionalLong.of(10), image.epochStartMillis());
        assertEquals(OptionalLong.of(200), image.lastWallMillis());
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void itsRecordsMakeTheSameImage(long seed) {
        RandomRecords records = new RandomRecords(new SplittableRandom(seed));
        for (int i = 0; i < 2000; i++) {
            image.apply(records.next());
        }

        JournalImage copy = new JournalImage();
        image.records().forEach(copy::apply);

        assertEquals(image.records().toList(), copy.records().toList());
    }

    private static JournalRecord.LeaseGranted lease(long deadlineMillis) {
        return new JournalRecord.LeaseGranted(
                INTERNAL, "a", 7, 2000, Nonce.ZERO, LeaseOrigin.PCP, 1, 5350, deadlineMillis, "");
    }

    private static JournalRecord.PortHeld hold(InternalTuple internal, long untilMillis) {
        return new JournalRecord.PortHeld(internal, "a", 7, 2000, Nonce.ZERO, untilMillis);
    }
}
