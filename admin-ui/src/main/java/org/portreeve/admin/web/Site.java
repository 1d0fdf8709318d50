package org.portreeve.admin.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.function.LongSupplier;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.security.Logins;
import org.portreeve.admin.security.Sessions;
import org.portreeve.control.counter.Counters;

/**
 * Turns the table of routes into a router: headers, then the guard, then the body, then the guard
 * again, then what the route does. Event loop only.
 */
public final class Site {
    /** The largest body: a form or a JSON object of a few fields. */
    public static final int MAX_BODY_LENGTH = 64 * 1024;

    /** A refusal where there are no pages. */
    private static final ErrorPage PLAIN = (_, _, title, detail) -> title + ". " + detail;

    private static final String VISIT = "visit";

    private final Vertx vertx;
    private final Guard guard;
    private final Counters<AdminCounter> counters;
    private final ErrorPage errorPage;

    private Site(Vertx vertx, Guard guard, Counters<AdminCounter> counters, ErrorPage errorPage) {
        this.vertx = vertx;
        this.guard = guard;
        this.counters = counters;
        this.errorPage = errorPage;
    }

    /** The parts of HTTPS that share sessions. Immutable. */
    public record Staffed(Site site, Entrance entrance) {}

    /** A site for staff, with logins. */
    public static Staffed forStaff(Vertx vertx, Office office, ErrorPage errorPage) {
        AdminServices services = office.services();
        LongSupplier nowNs = services.nowNs();
        Counters<AdminCounter> counters = office.counters();
        var sessions = new Sessions(services.random(), counters);
        var logins =
                new Logins(
                        vertx,
                        office.accounts(),
                        office.audits(),
                        counters,
                        services.random(),
                        nowNs);
        var guard = new StaffGuard(office.accounts(), sessions, logins, counters, nowNs);
        var entrance = new Entrance(sessions, logins, office.audits(), nowNs);
        return new Staffed(new Site(vertx, guard, counters, errorPage), entrance);
    }

    /** A site for whoever may open the control socket; no pages there. */
    public static Site local(Vertx vertx, Office office) {
        return new Site(vertx, new LocalGuard(office.counters()), office.counters(), PLAIN);
    }

    /** A router of these routes. */
    public Router router(List<Route> routes, HostNames hostNames) {
        Router router = Router.router(vertx);
        router.route().handler(this::secure);
        router.route().handler(context -> checkHost(context, hostNames));
        BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_BODY_LENGTH);
        for (Route route : routes) {
            // Vert.x wants what reads bodies first within a line: a line for each step.
            line(router, route).handler(context -> admit(context, route));
            if (route.changes()) {
                line(router, route).handler(body);
                line(router, route).handler(this::checkGenuine);
            }
            line(router, route).handler(context -> route.handling().handle(visit(context)));
        }
        refusals(router);
        return router;
    }

    private static io.vertx.ext.web.Route line(Router router, Route route) {
        return router.route(route.method(), route.path());
    }

    /** Everything is the same site's, nothing is shown in frames, nothing is kept. */
    private void secure(RoutingContext context) {
        secure(context.response());
        context.next();
    }

    /** Sets what every answer carries. */
    public static void secure(HttpServerResponse response) {
        response.putHeader(
                        "Content-Security-Policy",
                        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action"
                                + " 'self'; frame-ancestors 'none'")
                .putHeader("Strict-Transport-Security", "max-age=31536000")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-Frame-Options", "DENY")
                // Not no-referrer, which makes browsers hide the origin of forms too.
                .putHeader("Referrer-Policy", "same-origin")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin")
                .putHeader("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
                .putHeader("Cache-Control", "no-store");
    }

    private void checkHost(RoutingContext context, HostNames hostNames) {
        String host = context.request().getHeader("Host");
        if (hostNames.isOwn(host == null ? "" : host)) {
            context.next();
            return;
        }
        counters.increment(AdminCounter.REFUSED_WRONG_HOST);
        visit(context, Visitor.STRANGER)
                .fail(
                        421,
                        "Not a name of this node",
                        "Use an address of the node, its host name, localhost or a name in its"
                                + " certificate.");
    }

    private void admit(RoutingContext context, Route route) {
        // Who is asking may take a while; the body waits.
        context.request().pause();
        guard.admit(context, route)
                .onSuccess(admission -> {
                    context.request().resume();
                    enter(context, admission);
                })
                .onFailure(context::fail);
    }

    private void enter(RoutingContext context, Guard.Admission admission) {
        Visit stranger = visit(context, Visitor.STRANGER);
        switch (admission) {
            case Guard.Admission.Admitted(Visitor visitor) -> {
                context.put(VISIT, visit(context, visitor));
                context.next();
            }
            case Guard.Admission.LoginNeeded(String detail) -> stranger.askForLogin(detail);
            case Guard.Admission.PasswordNeeded() -> stranger.askForPassword();
            case Guard.Admission.Refused(int status, String title, String detail) ->
                    stranger.fail(status, title, detail);
        }
    }

    private void checkGenuine(RoutingContext context) {
        Visit visit = visit(context);
        if (guard.isGenuine(context, visit.caller())) {
            context.next();
        } else {
            visit.fail(
                    403,
                    "The page was out of date",
                    "Nothing was changed: the request lacks this session's token. Load the page"
                            + " again and repeat it.");
        }
    }

    private void refusals(Router router) {
        refusal(router, 400, "Not understood", "The request is not proper HTTP.");
        refusal(router, 404, "Not found", "There is nothing at this address.");
        refusal(router, 405, "Not possible here", "This address does not know that method.");
        refusal(router, 413, "Too much", "A request has at most " + MAX_BODY_LENGTH + " octets.");
        router.errorHandler(500, context -> visit(context).broken(context.failure()));
    }

    private void refusal(Router router, int status, String title, String detail) {
        router.errorHandler(status, context -> visit(context).fail(status, title, detail));
    }

    private Visit visit(RoutingContext context) {
        Visit known = context.get(VISIT);
        return known != null ? known : visit(context, Visitor.STRANGER);
    }

    private Visit visit(RoutingContext context, Visitor visitor) {
        return new Visit(context, visitor, guard.staying(visitor), errorPage, counters);
    }

    /** Answers what is not HTTP, or more than a request may be, without a router. */
    public static JsonObject malformed() {
        return new JsonObject()
                .put("type", "about:blank")
                .put("title", "Not understood")
                .put("status", 400)
                .put("detail", "The request is not HTTP, or its head is too long.");
    }
}
