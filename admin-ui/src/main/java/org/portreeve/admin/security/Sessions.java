package org.portreeve.admin.security;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.control.counter.Counters;

/** Who is logged in by browser; lost with the process. Event loop only. */
public final class Sessions {
    /** A session that nobody used so long is over. */
    public static final long IDLE_SECONDS = 30 * 60;

    /** A session is over so long after login, used or not. */
    public static final long LIFE_SECONDS = 12 * 60 * 60;

    /** Sessions at once; beyond, the one used longest ago ends. */
    static final int MAX_SESSIONS = 1000;

    /** Sessions of one user at once, so that nobody pushes the others out. */
    static final int MAX_OF_USER = 20;

    private final Secrets secrets;
    private final Counters<AdminCounter> counters;

    /** By id, the one used longest ago first. */
    private final Map<String, Used> byId = new LinkedHashMap<>(16, 0.75f, true);

    /** A session and the time of its last use. Immutable. */
    private record Used(Session session, long lastNs) {
        boolean isOver(long nowNs) {
            return nowNs - lastNs >= TimeUnit.SECONDS.toNanos(IDLE_SECONDS)
                    || nowNs - session.openedNs() >= TimeUnit.SECONDS.toNanos(LIFE_SECONDS);
        }
    }

    /** No session yet. */
    public Sessions(SecureRandom random, Counters<AdminCounter> counters) {
        this.secrets = new Secrets(random);
        this.counters = counters;
    }

    /** A new session, with a new id whatever the browser had before. */
    public Session open(String user, long userVersion, long nowNs) {
        byId.values().removeIf(used -> used.isOver(nowNs));
        makeRoom(user);
        var session = new Session(secrets.token(), secrets.token(), user, userVersion, nowNs);
        byId.put(session.id(), new Used(session, nowNs));
        counters.increment(AdminCounter.SESSIONS_OPENED);
        return session;
    }

    /** The session of this id, used now; empty when it is over or never was. */
    public Optional<Session> use(String id, long nowNs) {
        Optional<Session> session = find(id, nowNs);
        session.ifPresent(alive -> byId.put(id, new Used(alive, nowNs)));
        return session;
    }

    /** The session of this id, without using it. */
    public Optional<Session> find(String id, long nowNs) {
        Used used = byId.get(id);
        if (used == null) {
            return Optional.empty();
        }
        if (used.isOver(nowNs)) {
            byId.remove(id);
            return Optional.empty();
        }
        return Optional.of(used.session);
    }

    /** Ends a session. */
    public void end(String id) {
        byId.remove(id);
    }

    private void makeRoom(String user) {
        long ofUser =
                byId.values().stream().filter(used -> used.session.user().equals(user)).count();
        Optional<Used> victim = Optional.empty();
        if (ofUser >= MAX_OF_USER) {
            victim =
                    byId.values().stream()
                            .filter(used -> used.session.user().equals(user))
                            .findFirst();
        } else if (byId.size() >= MAX_SESSIONS) {
            victim = byId.values().stream().findFirst();
        }
        victim.ifPresent(used -> {
            byId.remove(used.session.id());
            counters.increment(AdminCounter.SESSIONS_EVICTED);
        });
    }
}
