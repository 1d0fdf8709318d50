package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.wish;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.portreeve.control.journal.JournalRecord.ClientEpochStarted;
import org.portreeve.nat.Ipv4;
import org.portreeve.testkit.Conformance;

class ClientEpochsTest {
    private static final int UP_SECONDS = 500;
    private static final int PORTAL = Ipv4.of("192.0.2.9");

    private final ControlRig rig = new ControlRig(1);

    @BeforeEach
    void restartAfterAWhile() {
        rig.granted(wish(WEB, 6000));
        rig.advance(UP_SECONDS);
        rig.restart();
    }

    private long seconds(int clientIp) {
        return rig.control.epochs().seconds(clientIp, rig.nowNs);
    }

    private OptionalLong ofAll() {
        return rig.control.epochs().ofAll(rig.nowNs);
    }

    @Test
    void withoutALossAllHaveTheEpochOfTheNode() {
        assertEquals(UP_SECONDS, seconds(HOST_A));
        assertEquals(UP_SECONDS, seconds(PORTAL));
        assertEquals(OptionalLong.of(UP_SECONDS), ofAll());
    }

    @Test
    void whoLostAMappingHasAnEpochOfItsOwnFromTheFirstLossOn() {
        rig.control.epochs().lost(HOST_A);
        rig.control.epochs().lost(PORTAL);
        rig.advance(7);
        rig.control.epochs().lost(HOST_A);

        assertEquals(7, seconds(HOST_A));
        assertEquals(7, seconds(PORTAL));
        assertEquals(UP_SECONDS + 7, seconds(HOST_B));
        assertEquals(OptionalLong.empty(), ofAll());
        assertEquals(2, rig.counted(ControlCounter.CLIENT_EPOCH_RESETS));
        assertEquals(0, rig.counted(ControlCounter.EPOCH_RESETS));
    }

    @Test
    @Conformance("PCP-EPO-004")
    void itGoesOnOverACheckpointARestartAndAStepOfTheClock() {
        rig.control.epochs().lost(HOST_A);
        rig.journal.wantsCheckpoint = true;
        rig.settle();
        rig.wallMillis += 3_600_000;
        rig.advance(20);
        rig.settle();
        rig.restart();

        assertEquals(20, seconds(HOST_A));
        assertEquals(UP_SECONDS + 20, seconds(HOST_B));
    }

    @Test
    @Conformance("PCP-EPO-005")
    void aClockThatCannotBeBelievedEndsItForAll() {
        rig.control.epochs().lost(HOST_A);
        rig.settle();
        rig.wallMillis -= 3_600_000;
        rig.restart();

        assertEquals(OptionalLong.of(0), ofAll());
        rig.advance(20);
        rig.restart();
        assertEquals(OptionalLong.of(20), ofAll());
    }

    @Test
    void withTooManyEpochsAllBeginAnew() {
        for (int i = 0; i < ClientEpochs.MOST; i++) {
            rig.control.epochs().lost(HOST_A + i);
        }
        assertEquals(OptionalLong.empty(), ofAll());
        assertFalse(rig.control.epochs().takeNewForAll());

        rig.control.epochs().lost(PORTAL);

        assertEquals(OptionalLong.of(0), ofAll());
        assertTrue(rig.control.epochs().takeNewForAll());
        assertFalse(rig.control.epochs().takeNewForAll());
        rig.settle();
        rig.advance(3);
        rig.restart();
        assertEquals(OptionalLong.of(3), ofAll());
    }

    @Test
    void whatWasOnItsWayWhenAllBeganAnewIsNotOfTheNewEpoch() {
        long laterMillis = UP_SECONDS * 1000L;
        for (int i = 0; i < ClientEpochs.MOST; i++) {
            rig.control.epochs().lost(HOST_A + i);
        }

        // Two moves that the journal has in one batch.
        rig.control.epochs().begin(new ClientEpochStarted(PORTAL, laterMillis));
        rig.control.epochs().begin(new ClientEpochStarted(HOST_B, laterMillis));

        assertEquals(OptionalLong.of(0), ofAll());
        assertEquals(0, seconds(HOST_B));
        assertEquals(List.of(), rig.control.epochs().records());
        rig.advance(2);
        rig.settle();
        rig.control.epochs().begin(new ClientEpochStarted(HOST_B, 1_000));
        assertEquals(1, seconds(HOST_B));
    }

    @Test
    @Conformance("PCP-EPO-005")
    void aClockThatWentBackBehindTheEpochOfAClientMakesItNoYounger() {
        // The journal's mark of time is older than the epoch.
        rig.advance(10);
        rig.settle();
        rig.advance(9);
        rig.settle();
        rig.control.epochs().lost(HOST_A);
        rig.settle();
        rig.advance(-4);
        rig.restart();

        assertEquals(UP_SECONDS + 15, seconds(HOST_B));
        assertEquals(0, seconds(HOST_A));
        rig.advance(5);
        assertEquals(5, seconds(HOST_A));
        // It hides no loss of the process that goes on with it.
        rig.settle();
        rig.control.epochs().lost(HOST_A);
        assertEquals(0, seconds(HOST_A));
    }
}
