package org.portreeve.nat.icmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.config.ErrorRules;

/** Who may be told how often, and that nobody uses up what others are told. */
class ErrorLimitTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int SHARDS = 2;
    private static final int BURST = 20;
    private static final int EACH = 4;
    private static final int SUBSCRIBERS = 9;

    private final ErrorLimit limit = limit(BURST * SHARDS, EACH);

    private static ErrorLimit limit(int perSecond, int each) {
        var rules = new ErrorRules(true, true, true, perSecond, each, List.of());
        return new ErrorLimit(rules, SHARDS, SUBSCRIBERS);
    }

    private static int granted(BooleanSupplier taken) {
        int granted = 0;
        for (int i = 0; i < 3 * BURST; i++) {
            granted += taken.getAsBoolean() ? 1 : 0;
        }
        return granted;
    }

    @Test
    void eachSubscriberHasItsOwnAndAllTogetherTheShards() {
        int all = 0;
        for (int subscriber = 0; subscriber < SUBSCRIBERS; subscriber++) {
            int who = subscriber;
            int granted = granted(() -> limit.takeInside(who, SECOND_NS));
            assertEquals(subscriber < BURST / EACH ? EACH : 0, granted, "subscriber " + who);
            all += granted;
        }
        assertEquals(BURST, all);
        // A second later as many again.
        assertEquals(EACH, granted(() -> limit.takeInside(0, 2 * SECOND_NS)));
        assertEquals(EACH, granted(() -> limit.takeInside(1, 2 * SECOND_NS)));
    }

    @Test
    void hostsWithoutASubscriberShareABucket() {
        assertEquals(EACH, granted(() -> limit.takeUnpaired(SECOND_NS)));
        assertEquals(EACH, granted(() -> limit.takeInside(SUBSCRIBERS - 1, SECOND_NS)));
    }

    @Test
    void sidesDoNotUseUpEachOthers() {
        assertEquals(BURST, granted(() -> limit.takeOutside(SECOND_NS)));
        assertFalse(limit.takeAnswer(SECOND_NS));
        assertEquals(EACH, granted(() -> limit.takeInside(0, SECOND_NS)));
    }

    @Test
    void answersToSynsHaveHalfOfTheOutside() {
        assertEquals(BURST / 2, granted(() -> limit.takeAnswer(SECOND_NS)));
        assertEquals(BURST / 2, granted(() -> limit.takeOutside(SECOND_NS)));
        assertEquals(BURST / 2, granted(() -> limit.takeAnswer(2 * SECOND_NS)));
    }

    @Test
    void eachSubscriberMaySayTenTimesASecondThatAPacketIsTooBig() {
        assertEquals(10, granted(() -> limit.takeTooBig(0, SECOND_NS)));
        assertEquals(10, granted(() -> limit.takeTooBig(1, SECOND_NS)));
        assertTrue(limit.takeTooBig(0, SECOND_NS + SECOND_NS / 10));
        assertFalse(limit.takeTooBig(0, SECOND_NS + SECOND_NS / 10));
    }

    @Test
    void smallestRatesStillLetOnePass() {
        ErrorLimit smallest = limit(1, 1);
        assertEquals(1, granted(() -> smallest.takeOutside(SECOND_NS)));
        assertEquals(1, granted(() -> smallest.takeInside(0, SECOND_NS)));
        ErrorLimit answers = limit(1, 1);
        assertEquals(1, granted(() -> answers.takeAnswer(SECOND_NS)));
    }
}
