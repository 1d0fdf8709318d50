package org.portreeve.admin.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.control.counter.Counters;

class SessionsTest {
    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(Sessions.IDLE_SECONDS);
    private static final long LIFE_NS = TimeUnit.SECONDS.toNanos(Sessions.LIFE_SECONDS);

    private final Counters<AdminCounter> counters = new Counters<>(AdminCounter.class);
    private final Sessions sessions = new Sessions(new SecureRandom(), counters);

    @Test
    void unusedSessionEndsAfterTheIdleTime() {
        Session session = sessions.open("ann", 1, 0);

        assertTrue(sessions.find(session.id(), IDLE_NS - 1).isPresent());
        assertEquals(Optional.empty(), sessions.use(session.id(), IDLE_NS));
    }

    @Test
    void lookingAtASessionIsNotUsingIt() {
        Session session = sessions.open("ann", 1, 0);
        sessions.find(session.id(), IDLE_NS - 1);

        assertEquals(Optional.empty(), sessions.use(session.id(), IDLE_NS));
    }

    @Test
    void usedSessionEndsAfterItsLifeAllTheSame() {
        Session session = sessions.open("ann", 1, 0);
        for (long nowNs = 0; nowNs < LIFE_NS; nowNs += IDLE_NS / 2) {
            assertTrue(sessions.use(session.id(), nowNs).isPresent());
        }

        assertEquals(Optional.empty(), sessions.use(session.id(), LIFE_NS));
    }

    @Test
    void endedSessionIsGone() {
        Session session = sessions.open("ann", 1, 0);
        sessions.end(session.id());

        assertEquals(Optional.empty(), sessions.use(session.id(), 1));
    }

    @Test
    void idsAndTokensAreLongAndNeverTheSame() {
        Session one = sessions.open("ann", 1, 0);
        Session other = sessions.open("ann", 1, 0);

        assertEquals(43, one.id().length());
        assertNotEquals(one.id(), other.id());
        assertNotEquals(one.csrfToken(), other.csrfToken());
        assertNotEquals(one.id(), one.csrfToken());
    }

    @Test
    void tooManyLoginsOfOneUserEndThatUsersOldest() {
        Session bystander = sessions.open("bob", 1, 0);
        Session oldest = sessions.open("ann", 1, 0);
        for (int i = 0; i < Sessions.MAX_OF_USER; i++) {
            sessions.open("ann", 1, i);
        }

        assertEquals(Optional.empty(), sessions.find(oldest.id(), 100));
        assertTrue(sessions.find(bystander.id(), 100).isPresent());
        assertEquals(1, counters.value(AdminCounter.SESSIONS_EVICTED));
    }

    @Test
    void tooManyLoginsOfAllEndTheOneUsedLongestAgo() {
        Session oldest = sessions.open("first", 1, 0);
        Session second = sessions.open("second", 1, 0);
        sessions.use(oldest.id(), 1);
        for (int i = 2; i <= Sessions.MAX_SESSIONS; i++) {
            sessions.open("user" + i, 1, 1);
        }

        assertEquals(Optional.empty(), sessions.find(second.id(), 2));
        assertTrue(sessions.find(oldest.id(), 2).isPresent());
    }
}
