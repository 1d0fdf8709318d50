package org.portreeve.control.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NoticesTest {
    private static final long START_NS = -5_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private final Notices notices = new Notices(ip -> "subscriber home-" + ip);

    @Test
    void theFirstTimeIsToldAtOnceAndTheRestOnceAMinute() {
        notices.add(Notice.CLIENT_RATE, 7);
        String first = notices.poll(START_NS).orElseThrow();
        assertTrue(first.startsWith("Requests of subscriber home-7 are dropped"), first);
        assertTrue(first.endsWith("(once)"), first);

        for (int i = 0; i < 2_000; i++) {
            notices.add(Notice.CLIENT_RATE, 8 + i);
        }
        assertEquals(Optional.empty(), notices.poll(START_NS + 59 * SECOND_NS));
        String next = notices.poll(START_NS + 60 * SECOND_NS).orElseThrow();
        assertTrue(next.contains("subscriber home-8 "), next);
        assertTrue(next.endsWith("2,000 times in 60 s)"), next);
        assertEquals(Optional.empty(), notices.poll(START_NS + 600 * SECOND_NS));
    }

    @Test
    void eachKindHasItsOwnMinute() {
        notices.add(Notice.CLIENT_RATE, 7);
        notices.poll(START_NS);
        notices.add(Notice.NONCE_DELETIONS, 7);
        notices.addTimes(Notice.JOURNAL_FULL, 3);
        notices.addTimes(Notice.SHARDS_FULL, 0);

        String one = notices.poll(START_NS).orElseThrow();
        String other = notices.poll(START_NS).orElseThrow();

        assertTrue((one + other).contains("subscriber home-7 wants to end mappings"), one + other);
        assertTrue((one + other).contains("3 times"), one + other);
        assertEquals(Optional.empty(), notices.poll(START_NS));
    }

    @Test
    void whoIsNoSubscriberIsCalledByWhatIsGiven() {
        notices.add(Notice.TOTAL_RATE, () -> "2001:db8:0:0:0:0:0:9");

        String line = notices.poll(START_NS).orElseThrow();

        assertTrue(line.contains("those of 2001:db8:0:0:0:0:0:9 first"), line);
    }

    @ParameterizedTest
    @EnumSource(Notice.class)
    void eachLineIsASentenceThatSaysWhatToDo(Notice notice) {
        notices.add(notice, 7);
        String line = notices.poll(START_NS).orElseThrow();

        assertFalse(line.contains("%"), line);
        assertTrue(line.length() > 80, line);
    }
}
