package org.portreeve.admin.web;

import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import java.util.function.LongSupplier;
import org.portreeve.admin.record.Audits;
import org.portreeve.admin.security.LoginOutcome;
import org.portreeve.admin.security.Logins;
import org.portreeve.admin.security.PasswordOutcome;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.security.Session;
import org.portreeve.admin.security.Sessions;

/** Coming in and going out by browser. Event loop only. */
public final class Entrance {
    private final Sessions sessions;
    private final Logins logins;
    private final Audits audits;
    private final LongSupplier nowNs;

    Entrance(Sessions sessions, Logins logins, Audits audits, LongSupplier nowNs) {
        this.sessions = sessions;
        this.logins = logins;
        this.audits = audits;
        this.nowNs = nowNs;
    }

    /**
     * Looks at a name and a password; when they are right the answer of this visit sets a session.
     */
    public Future<LoginOutcome> logIn(Visit visit, String name, String password) {
        return logins.byForm(name, password, visit.remoteAddress())
                .onSuccess(outcome -> {
                    if (outcome
                            instanceof LoginOutcome.Accepted(Principal principal, long version)) {
                        renew(visit, principal.name(), version);
                    }
                });
    }

    /** Ends the session of this visit and takes its cookie back. */
    public Future<Void> logOut(Visit visit) {
        visit.session().map(Session::id).ifPresent(sessions::end);
        visit.context().response().addCookie(cookie("").setMaxAge(0));
        String name = visit.user().name();
        return audits.add(name, "logout", name, "");
    }

    /** Changes the visitor's own password; the visit gets a new session. */
    public Future<PasswordOutcome> changePassword(Visit visit, String present, String wanted) {
        String name = visit.user().name();
        return logins.changePassword(name, present, wanted, visit.remoteAddress())
                .onSuccess(outcome -> {
                    if (outcome instanceof PasswordOutcome.Changed(long version)) {
                        renew(visit, name, version);
                    }
                });
    }

    /**
     * Whatever id the browser had, known here or not, it has another one now.
     *
     * @param version what the password was right for; void already if it was changed since
     */
    private void renew(Visit visit, String name, long version) {
        visit.session().map(Session::id).ifPresent(sessions::end);
        Session session = sessions.open(name, version, nowNs.getAsLong());
        visit.context().response().addCookie(cookie(session.id()));
    }

    private static Cookie cookie(String id) {
        return Cookie.cookie(StaffGuard.COOKIE, id)
                .setPath("/")
                .setSecure(true)
                .setHttpOnly(true)
                .setSameSite(CookieSameSite.STRICT);
    }
}
