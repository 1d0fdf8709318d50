package org.portreeve.admin.web;

import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.Accounts;
import org.portreeve.admin.security.LoginOutcome;
import org.portreeve.admin.security.Logins;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.security.Session;
import org.portreeve.admin.security.Sessions;
import org.portreeve.control.counter.Counters;

/** HTTPS: a session of a browser, or Basic authentication of a program. Event loop only. */
final class StaffGuard implements Guard {
    /** The prefix makes browsers insist on Secure, no Domain and Path=/. */
    static final String COOKIE = "__Host-portreeve";

    /** Where forms carry the session's token. */
    static final String CSRF_FIELD = "csrf";

    /** Where scripts carry it. */
    static final String CSRF_HEADER = "X-CSRF-Token";

    private final Accounts accounts;
    private final Sessions sessions;
    private final Logins logins;
    private final Counters<AdminCounter> counters;
    private final LongSupplier nowNs;

    StaffGuard(
            Accounts accounts,
            Sessions sessions,
            Logins logins,
            Counters<AdminCounter> counters,
            LongSupplier nowNs) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.logins = logins;
        this.counters = counters;
        this.nowNs = nowNs;
    }

    @Override
    public Future<Admission> admit(RoutingContext context, Route route) {
        counters.increment(route.isApi() ? AdminCounter.REQUESTS_API : AdminCounter.REQUESTS_PAGES);
        Optional<Admission> forged = foreign(context.request(), route);
        if (forged.isPresent()) {
            return Future.succeededFuture(forged.orElseThrow());
        }
        Optional<Visitor> bySession = bySession(context.request());
        if (bySession.isPresent()) {
            return Future.succeededFuture(permit(bySession.orElseThrow(), route));
        }
        Optional<BasicCredentials> basic =
                route.isApi()
                        ? BasicCredentials.read(context.request().getHeader("Authorization"))
                        : Optional.empty();
        if (basic.isPresent()) {
            return byBasic(context.request(), basic.orElseThrow(), route);
        }
        return Future.succeededFuture(permit(Visitor.STRANGER, route));
    }

    private Optional<Visitor> bySession(HttpServerRequest request) {
        Cookie cookie = request.getCookie(COOKIE);
        return Optional.ofNullable(cookie)
                .flatMap(present -> sessions.use(present.getValue(), nowNs.getAsLong()))
                .flatMap(session ->
                        principal(session)
                                .map(principal ->
                                        new Visitor(
                                                Optional.of(principal),
                                                Optional.of(session),
                                                session.userVersion())));
    }

    private Optional<Principal> principal(Session session) {
        Optional<Principal> principal = accounts.principal(session.user(), session.userVersion());
        if (principal.isEmpty()) {
            sessions.end(session.id());
        }
        return principal;
    }

    private Future<Admission> byBasic(
            HttpServerRequest request, BasicCredentials basic, Route route) {
        String address = request.remoteAddress().hostAddress();
        return logins.byBasic(basic.name(), basic.password(), address)
                .map(outcome ->
                        switch (outcome) {
                            case LoginOutcome.Accepted(Principal principal, long version) ->
                                    permit(
                                            new Visitor(
                                                    Optional.of(principal),
                                                    Optional.empty(),
                                                    version),
                                            route);
                            case LoginOutcome.Refused _ ->
                                    loginNeeded("The name or the password is wrong.");
                            case LoginOutcome.Throttled(long waitSeconds) ->
                                    new Admission.Refused(
                                            429,
                                            "Too many wrong passwords",
                                            "Try again in " + waitSeconds + " s.");
                            case LoginOutcome.Busy _ ->
                                    new Admission.Refused(
                                            503,
                                            "Too many logins",
                                            "Too many logins are looked at; try again in"
                                                    + " a few seconds.");
                        });
    }

    private Admission permit(Visitor visitor, Route route) {
        if (route.access() == Access.PUBLIC) {
            return new Admission.Admitted(visitor);
        }
        if (visitor.principal().isEmpty()) {
            return loginNeeded("Log in, or send a name and a password by Basic authentication.");
        }
        Principal principal = visitor.principal().orElseThrow();
        if (principal.mustChangePassword() && route.access() != Access.OWN) {
            counters.increment(AdminCounter.REFUSED_PASSWORD);
            return new Admission.PasswordNeeded();
        }
        if (!principal.may(route.access())) {
            counters.increment(AdminCounter.REFUSED_ROLE);
            return new Admission.Refused(
                    403,
                    "Your role does not permit this",
                    "You are logged in as %s with the role %s; this needs %s."
                            .formatted(
                                    principal.name(),
                                    principal.role(),
                                    route.access().rolesInWords()));
        }
        return new Admission.Admitted(visitor);
    }

    private Admission loginNeeded(String detail) {
        counters.increment(AdminCounter.REFUSED_UNAUTHENTICATED);
        return new Admission.LoginNeeded(detail);
    }

    /** Browsers tell where a change comes from; it must be a page of this node. */
    private Optional<Admission> foreign(HttpServerRequest request, Route route) {
        if (!route.changes()) {
            return Optional.empty();
        }
        String site = request.getHeader("Sec-Fetch-Site");
        boolean isForeignSite = site != null && !site.equals("same-origin") && !site.equals("none");
        String origin = request.getHeader("Origin");
        String own = "https://" + request.getHeader("Host");
        boolean isForeignOrigin = origin != null && !origin.equalsIgnoreCase(own);
        if (!isForeignSite && !isForeignOrigin) {
            return Optional.empty();
        }
        counters.increment(AdminCounter.REFUSED_FORGED);
        return Optional.of(
                new Admission.Refused(
                        403,
                        "This came from another site",
                        "Changes are accepted from this node's own pages only."));
    }

    @Override
    public boolean isGenuine(RoutingContext context, Visitor visitor) {
        if (visitor.session().isEmpty()) {
            // Nothing that a browser sends by itself let this request in.
            return true;
        }
        HttpServerRequest request = context.request();
        String header = request.getHeader(CSRF_HEADER);
        String sent = header != null ? header : request.getFormAttribute(CSRF_FIELD);
        boolean isGenuine =
                sent != null
                        && MessageDigest.isEqual(
                                sent.getBytes(StandardCharsets.UTF_8),
                                visitor.csrfToken().getBytes(StandardCharsets.UTF_8));
        if (!isGenuine) {
            counters.increment(AdminCounter.REFUSED_FORGED);
        }
        return isGenuine;
    }

    @Override
    public BooleanSupplier staying(Visitor visitor) {
        if (visitor.session().isPresent()) {
            Session session = visitor.session().orElseThrow();
            return () ->
                    sessions.find(session.id(), nowNs.getAsLong()).isPresent()
                            && principal(session).isPresent();
        }
        return () ->
                visitor.principal()
                        .flatMap(user -> accounts.principal(user.name(), visitor.userVersion()))
                        .isPresent();
    }
}
