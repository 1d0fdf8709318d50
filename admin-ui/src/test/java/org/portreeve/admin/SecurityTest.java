package org.portreeve.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.admin.page.FaultPage;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.security.UserWish;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Site;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.store.User.Role;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.testkit.Conformance;

/**
 * Goal: nobody gets in where the table of routes does not say so. Method: every line of the table
 * that the server is made of, asked over HTTPS by strangers, by every role and by forgers.
 */
class SecurityTest {
    private static final Map<String, String> HTML = Map.of("Accept", "text/html");

    /** Who may use what, as decided; the table of routes has to agree with this. */
    private static final Map<String, Access> DECIDED =
            Map.ofEntries(
                    Map.entry("GET /login", Access.PUBLIC),
                    Map.entry("POST /login", Access.PUBLIC),
                    Map.entry("POST /logout", Access.OWN),
                    Map.entry("GET /account", Access.OWN),
                    Map.entry("POST /account", Access.OWN),
                    Map.entry("GET /", Access.VIEW),
                    Map.entry("GET /live", Access.VIEW),
                    Map.entry("GET /mappings", Access.VIEW),
                    Map.entry("GET /mappings/drop", Access.EDIT),
                    Map.entry("POST /mappings/drop", Access.EDIT),
                    Map.entry("GET /reservations", Access.VIEW),
                    Map.entry("GET /reservations/new", Access.EDIT),
                    Map.entry("POST /reservations/new", Access.EDIT),
                    Map.entry("GET /reservations/:id", Access.VIEW),
                    Map.entry("POST /reservations/:id", Access.EDIT),
                    Map.entry("GET /reservations/:id/delete", Access.EDIT),
                    Map.entry("POST /reservations/:id/delete", Access.EDIT),
                    Map.entry("GET /subscribers", Access.VIEW),
                    Map.entry("GET /subscribers/:id", Access.VIEW),
                    Map.entry("GET /subscribers/:id/release", Access.EDIT),
                    Map.entry("POST /subscribers/:id/release", Access.EDIT),
                    Map.entry("GET /audit", Access.AUDIT),
                    Map.entry("GET /users", Access.ADMIN),
                    Map.entry("POST /users", Access.ADMIN),
                    Map.entry("GET /users/:name/delete", Access.ADMIN),
                    Map.entry("POST /users/:name/delete", Access.ADMIN),
                    Map.entry("GET /api/v1/status", Access.VIEW),
                    Map.entry("GET /api/v1/config", Access.VIEW),
                    Map.entry("POST /api/v1/announce", Access.EDIT),
                    Map.entry("GET /api/v1/session", Access.OWN),
                    Map.entry("GET /api/v1/events", Access.VIEW),
                    Map.entry("GET /api/v1/openapi.json", Access.VIEW),
                    Map.entry("GET /api/v1/mappings", Access.VIEW),
                    Map.entry(
                            "DELETE /api/v1/mappings/:protocol/:internalAddress/:internalPort",
                            Access.EDIT),
                    Map.entry("GET /api/v1/reservations", Access.VIEW),
                    Map.entry("POST /api/v1/reservations", Access.EDIT),
                    Map.entry("POST /api/v1/reservations/preview", Access.EDIT),
                    Map.entry("GET /api/v1/reservations/:id", Access.VIEW),
                    Map.entry("PUT /api/v1/reservations/:id", Access.EDIT),
                    Map.entry("DELETE /api/v1/reservations/:id", Access.EDIT),
                    Map.entry("GET /api/v1/subscribers", Access.VIEW),
                    Map.entry("GET /api/v1/subscribers/:id", Access.VIEW),
                    Map.entry("GET /api/v1/subscribers/:id/requests", Access.VIEW),
                    Map.entry("POST /api/v1/subscribers/release", Access.EDIT),
                    Map.entry("GET /api/v1/drains", Access.VIEW),
                    Map.entry("POST /api/v1/drains", Access.EDIT),
                    Map.entry("DELETE /api/v1/drains/:address", Access.EDIT),
                    Map.entry("GET /api/v1/subscriber-drains", Access.VIEW),
                    Map.entry("POST /api/v1/subscriber-drains", Access.EDIT),
                    Map.entry("DELETE /api/v1/subscriber-drains/:subscriber", Access.EDIT),
                    Map.entry("GET /api/v1/audit", Access.AUDIT),
                    Map.entry("GET /api/v1/trace", Access.AUDIT),
                    Map.entry("GET /api/v1/users", Access.ADMIN),
                    Map.entry("PUT /api/v1/users/:name", Access.ADMIN),
                    Map.entry("DELETE /api/v1/users/:name", Access.ADMIN));

    private static final Map<Access, Set<Role>> ROLES =
            Map.of(
                    Access.OWN, Set.of(Role.values()),
                    Access.VIEW, Set.of(Role.values()),
                    Access.AUDIT, Set.of(Role.AUDITOR, Role.ADMIN),
                    Access.EDIT, Set.of(Role.OPERATOR, Role.ADMIN),
                    Access.ADMIN, Set.of(Role.ADMIN));

    /** What the longest throttle remembers. */
    private static final long QUIET_SECONDS = 900;

    @TempDir static Path directory;
    private static AdminRig rig;
    private static List<Route> routes;
    private static Map<Role, String> names;

    @BeforeAll
    static void start() throws Exception {
        rig = new AdminRig(directory);
        names = rig.usersOfAllRoles();
        Site.Staffed staffed = Site.forStaff(rig.node().vertx(), rig.office(), new FaultPage());
        routes = AdminServer.routes(rig.office(), staffed);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @BeforeEach
    void oldTriesAreForgotten() {
        rig.skipSeconds(QUIET_SECONDS);
    }

    @Test
    void routesAskForWhatWasDecidedAndFilesOfThePagesArePublic() {
        var lines = new TreeMap<String, Access>();
        for (Route route : routes) {
            if (line(route).matches("GET /static/\\S*\\.(css|js|svg)")) {
                assertEquals(Access.PUBLIC, route.access(), route::toString);
            } else {
                lines.put(line(route), route.access());
            }
        }

        assertEquals(new TreeMap<>(DECIDED), lines);
    }

    @Test
    void strangersAreRefusedOnEveryOtherRoute() {
        Visitor stranger = rig.visitor();
        for (Route route : closedRoutes()) {
            HttpResponse<String> browser = ask(stranger, route, HTML);
            HttpResponse<String> program = ask(stranger, route, Map.of("Accept", "*/*"));

            if (route.isApi()) {
                assertEquals(401, browser.statusCode(), route::toString);
                assertTrue(program.headers().firstValue("WWW-Authenticate").isPresent());
            } else {
                assertEquals(303, browser.statusCode(), route::toString);
                String login = route.changes() ? "/login" : "/login?next=";
                assertTrue(location(browser).startsWith(login), route::toString);
            }
            assertEquals(401, program.statusCode(), route::toString);
        }
    }

    @Test
    void sessionsAndPasswordsThatDoNotExistAreStrangers() {
        Visitor forger = rig.visitor();
        forger.plantSession("x".repeat(43));
        for (Route route : closedRoutes()) {
            assertEquals(401, ask(forger, route, Map.of()).statusCode(), route::toString);
        }
        Map<String, String> wrong = Visitor.basic(names.get(Role.ADMIN), "wrong password");
        assertEquals(401, rig.visitor().send("GET", "/api/v1/status", "", wrong).statusCode());
    }

    /** RFC 7843 §7: who acts for a subscriber here has logged in; else nothing of it changes. */
    @Test
    @Conformance("PCP-TPI-008")
    void whoIsNotLoggedInChangesNothingOfASubscriber() throws Exception {
        String host = "100.64.3.1";
        lease(host, 8080);
        Map<String, String> staff = admin();
        staff.put("Content-Type", "application/json");
        HttpResponse<String> made =
                rig.visitor().send("POST", "/api/v1/reservations", draft(host, 443), staff);
        assertEquals(201, made.statusCode(), made::body);
        String before = seen(host, staff);
        List<Wish> wishes = wishes(host, location(made));
        Visitor forger = rig.visitor();
        forger.plantSession("y".repeat(43));
        Map<String, String> guess = Visitor.basic(names.get(Role.OPERATOR), "not the password");

        for (Wish wish : wishes) {
            for (Visitor visitor : List.of(rig.visitor(), forger)) {
                for (Map<String, String> login : List.of(Map.<String, String>of(), guess)) {
                    var headers = new HashMap<>(login);
                    headers.put("Content-Type", wish.type);
                    int status =
                            visitor.send(wish.method, wish.path, wish.body, headers).statusCode();
                    assertTrue(status == 401 || status == 429, wish + " " + status);
                }
            }
        }

        assertEquals(before, seen(host, staff));
        // It was for want of a login: what the API was asked for is done for staff.
        for (Wish wish : wishes) {
            if (wish.path.startsWith("/api")) {
                int status =
                        rig.visitor()
                                .send(wish.method, wish.path, wish.body, withTag(wish, made, staff))
                                .statusCode();
                assertTrue(status >= 200 && status < 300, wish + " " + status);
            }
        }
        assertNotEquals(before, seen(host, staff));
        rig.visitor().send("DELETE", "/api/v1/subscriber-drains/" + host, "", staff);
    }

    /** What somebody wants to be done for a subscriber. */
    private record Wish(String method, String path, String type, String body) {}

    private static List<Wish> wishes(String host, String reservation) {
        String json = "application/json";
        String form = "application/x-www-form-urlencoded";
        String page = reservation.replace("/api/v1", "") + "/delete";
        String address = new JsonObject().put("address", host).encode();
        String subscriber = new JsonObject().put("subscriber", host).encode();
        return List.of(
                new Wish("POST", "/api/v1/reservations", json, draft(host, 80)),
                new Wish("DELETE", reservation, json, ""),
                new Wish("DELETE", "/api/v1/mappings/tcp/" + host + "/8080", json, ""),
                new Wish("POST", "/api/v1/subscribers/release", json, address),
                new Wish("POST", "/api/v1/subscriber-drains", json, subscriber),
                new Wish("POST", "/reservations/new", form, "protocol=tcp&internal-port=80"),
                new Wish("POST", page, form, ""),
                new Wish("POST", "/subscribers/" + host + "/release", form, ""),
                new Wish("POST", "/mappings/drop", form, "protocol=tcp&internal-port=8080"));
    }

    private static String draft(String host, int port) {
        return new JsonObject()
                .put("protocol", "tcp")
                .put("internalAddress", host)
                .put("internalPort", port)
                .put("externalPort", 4000 + port)
                .encode();
    }

    private static Map<String, String> withTag(
            Wish wish, HttpResponse<String> made, Map<String, String> staff) {
        var headers = new HashMap<>(staff);
        if (wish.path.equals(location(made))) {
            headers.put("If-Match", made.headers().firstValue("ETag").orElseThrow());
        }
        return headers;
    }

    private static void lease(String host, int port) throws Exception {
        int ip = Ipv4.of(host);
        var command =
                new MapCommand(
                        InternalTuple.of(Protocol.TCP, ip, port),
                        new Nonce(1, 2),
                        LeaseOrigin.PCP,
                        0,
                        0,
                        false,
                        3600,
                        ip,
                        5350,
                        "");
        MapOutcome outcome =
                rig.node().desk().map(command).toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertInstanceOf(MapOutcome.Granted.class, outcome);
    }

    /** Its mappings, and all reservations and drains, as staff see them. */
    private static String seen(String host, Map<String, String> staff) {
        JsonObject found = listed("/mappings?internalAddress=" + host, staff);
        String mappings =
                found.getJsonArray("items").stream()
                        .map(JsonObject.class::cast)
                        .map(m -> m.getInteger("internalPort") + ":" + m.getInteger("externalPort"))
                        .sorted()
                        .toList()
                        .toString();
        return mappings + listed("/reservations", staff) + listed("/subscriber-drains", staff);
    }

    private static JsonObject listed(String path, Map<String, String> staff) {
        return Visitor.json(200, rig.visitor().send("GET", "/api/v1" + path, "", staff));
    }

    @Test
    void basicAuthenticationOpensTheApiAndNoPage() {
        Map<String, String> basic = Visitor.basic(names.get(Role.ADMIN), AdminRig.PASSWORD);
        for (Route route : closedRoutes()) {
            if (!route.isApi() && !route.changes()) {
                assertEquals(401, ask(rig.visitor(), route, basic).statusCode(), route::toString);
            }
        }
    }

    @Test
    void everyRoleGetsWhatItMayAndNothingElse() {
        for (Role role : Role.values()) {
            Visitor visitor = loggedIn(role);
            for (Route route : closedRoutes()) {
                int status = ask(visitor, route, Map.of()).statusCode();
                String what = role + " " + route + " " + status;

                if (!isFor(role, route) || route.changes()) {
                    // A change lacks the token here, also where the role may.
                    assertEquals(403, status, what);
                } else {
                    // Let in, if only to be told what is missing.
                    assertTrue(List.of(200, 303, 400, 404).contains(status), what);
                }
            }
        }
    }

    @Test
    void changesWithTheTokenAreStillForTheRolesThatMay() {
        for (Role role : Role.values()) {
            Visitor visitor = loggedIn(role);
            String token = visitor.csrfToken();
            for (Route route : closedRoutes()) {
                if (route.changes() && !route.path().equals("/logout")) {
                    var answer = ask(visitor, route, Map.of("X-CSRF-Token", token));
                    String what = role + " " + route + " " + answer.statusCode();

                    assertEquals(!isFor(role, route), answer.statusCode() == 403, what);
                    assertNotEquals(401, answer.statusCode(), what);
                    assertTrue(
                            isFor(role, route) || answer.body().contains("does not permit"), what);
                }
            }
        }
    }

    @Test
    void passwordOfSomebodyElsesChoiceOpensNothingButItsChange() {
        var root = new Principal("root", Role.ADMIN, false);
        var wish = new UserWish("given", Role.ADMIN, AdminRig.PASSWORD);
        AdminRig.await(rig.office().accounts().put(root, wish));
        Visitor browser = rig.visitor();
        browser.logIn("given", AdminRig.PASSWORD);
        Map<String, String> basic = Visitor.basic("given", AdminRig.PASSWORD);
        String token = browser.csrfToken();

        for (Route route : closedRoutes()) {
            if (DECIDED.get(line(route)) == Access.OWN) {
                continue;
            }
            var bySession = ask(browser, route, Map.of("X-CSRF-Token", token));
            assertPasswordIsAskedFor(bySession, route);
            if (route.isApi()) {
                var byBasic = ask(rig.visitor(), route, basic);
                assertPasswordIsAskedFor(byBasic, route);
            } else {
                assertEquals("/account", location(ask(browser, route, HTML)), route::toString);
            }
        }
        assertEquals(200, browser.get("/account").statusCode());
        assertEquals(200, status(browser));
        assertEquals(200, rig.visitor().send("GET", "/api/v1/session", "", basic).statusCode());
    }

    @Test
    void programsOfEveryRoleMayChangeWhatTheRoleMay() {
        for (Role role : Role.values()) {
            var basic = new HashMap<>(Visitor.basic(names.get(role), AdminRig.PASSWORD));
            Visitor program = rig.visitor();
            for (Route route : closedRoutes()) {
                if (route.isApi() && route.changes()) {
                    int status = ask(program, route, basic).statusCode();

                    // Let in, and told that nothing sensible was sent.
                    assertEquals(!isFor(role, route), status == 403, role + " " + route);
                    assertNotEquals(401, status, route::toString);
                }
            }
        }
    }

    @Test
    void changesNeedTheTokenOfTheirOwnSession() {
        Visitor visitor = loggedIn(Role.ADMIN);
        String otherToken = loggedIn(Role.ADMIN).csrfToken();
        for (Route route : closedRoutes()) {
            if (route.changes()) {
                for (String token : List.of("", "x", otherToken)) {
                    HttpResponse<String> answer =
                            ask(visitor, route, Map.of("X-CSRF-Token", token));
                    assertEquals(403, answer.statusCode(), route::toString);
                    assertTrue(answer.body().contains("out of date"), route::toString);
                }
                HttpResponse<String> inForm =
                        send(visitor, route, "csrf=" + otherToken, formHeaders());
                assertEquals(403, inForm.statusCode(), route::toString);
            }
        }
    }

    @Test
    void changeWithTheTokenIsMade() {
        Visitor visitor = loggedIn(Role.OPERATOR);
        var headers =
                Map.of("X-CSRF-Token", visitor.csrfToken(), "Content-Type", "application/json");

        HttpResponse<String> answer =
                visitor.send(
                        "POST",
                        "/api/v1/subscribers/release",
                        "{\"address\":\"100.64.0.9\"}",
                        headers);

        assertEquals(0, Visitor.json(200, answer).getInteger("leasesEnded"));
    }

    @Test
    void changesFromOtherSitesAreRefusedBeforeAnythingElse() {
        Visitor visitor = loggedIn(Role.ADMIN);
        String token = visitor.csrfToken();
        for (Route route : routes) {
            if (route.changes()) {
                for (Map<String, String> site :
                        List.of(
                                Map.of("Origin", "https://evil.example"),
                                Map.of("Origin", "null"),
                                Map.of("Origin", visitor.root().replace("https", "http")),
                                Map.of("Sec-Fetch-Site", "cross-site"),
                                Map.of("Sec-Fetch-Site", "same-site"))) {
                    var headers = new HashMap<>(site);
                    headers.put("X-CSRF-Token", token);
                    HttpResponse<String> answer = ask(visitor, route, headers);

                    assertEquals(403, answer.statusCode(), route + " " + site);
                    assertTrue(answer.body().contains("another site"), answer.body());
                }
            }
        }
    }

    @Test
    void everyAnswerCarriesThePolicy() {
        Visitor visitor = loggedIn(Role.ADMIN);
        Visitor stranger = rig.visitor();
        for (Route route : routes) {
            assertPolicy(ask(visitor, route, HTML), route.toString());
            assertPolicy(ask(stranger, route, HTML), route.toString());
        }
        assertPolicy(visitor.get("/nothing-here"), "404");
        assertPolicy(visitor.get("/" + "a".repeat(5000)), "too long a line");
        assertPolicy(
                visitor.send("GET", "/", "", Map.of("X-Long", "a".repeat(9000))),
                "too long a head");
        assertPolicy(visitor.send("TRACE", "/", "", Map.of()), "405");
    }

    private static void assertPolicy(HttpResponse<String> answer, String what) {
        String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
        assertTrue(policy.startsWith("default-src 'self';"), what);
        assertTrue(policy.contains("frame-ancestors 'none'"), what);
        assertFalse(policy.contains("unsafe"), what);
        assertEquals("nosniff", answer.headers().firstValue("X-Content-Type-Options").orElse(""));
        assertTrue(answer.headers().firstValue("Strict-Transport-Security").isPresent(), what);
        assertEquals(1, answer.headers().allValues("Cache-Control").size(), what);
        boolean isFile = answer.headers().firstValue("Cache-Control").orElse("").contains("public");
        assertTrue(
                isFile || answer.headers().allValues("Cache-Control").contains("no-store"), what);
    }

    @Test
    void cookieIsOfferedToThisSiteOverHttpsAlone() {
        HttpResponse<String> answer =
                rig.visitor().logIn(names.get(Role.VIEWER), AdminRig.PASSWORD);

        String cookie = answer.headers().firstValue("Set-Cookie").orElse("");
        assertTrue(
                cookie.matches(
                        "__Host-portreeve=[A-Za-z0-9_-]{43}; Path=/; Secure; HTTPOnly;"
                                + " SameSite=Strict"),
                cookie);
    }

    @Test
    void loginGivesAnIdThatNobodyPlanted() {
        Visitor victim = rig.visitor();
        String planted = "p".repeat(43);
        victim.plantSession(planted);
        victim.logIn(names.get(Role.VIEWER), AdminRig.PASSWORD);
        String first = victim.sessionId();
        victim.post(
                "/login",
                Map.of(
                        "csrf",
                        victim.csrfToken(),
                        "name",
                        names.get(Role.VIEWER),
                        "password",
                        AdminRig.PASSWORD));

        assertNotEquals(planted, first);
        assertNotEquals(first, victim.sessionId());
        assertEquals(200, status(victim));
        for (String old : List.of(planted, first)) {
            Visitor attacker = rig.visitor();
            attacker.plantSession(old);
            assertEquals(401, status(attacker));
        }
    }

    @Test
    void guessersHaveToWaitAndAreNotToldWhetherTheNameExists() {
        rig.addUser("guessed", Role.VIEWER);
        Visitor guesser = rig.visitor();
        for (String name : List.of("guessed", "nobody-at-all")) {
            for (int tries = 0; tries < 5; tries++) {
                HttpResponse<String> answer = guesser.logIn(name, "wrong password " + tries);
                assertEquals(401, answer.statusCode());
                assertTrue(answer.body().contains("do not belong together"), answer.body());
            }
            HttpResponse<String> answer = guesser.logIn(name, AdminRig.PASSWORD);
            assertEquals(429, answer.statusCode());
            assertTrue(answer.body().contains("Try again in 1 s"), answer.body());
        }

        rig.skipSeconds(1);
        assertEquals(303, guesser.logIn("guessed", AdminRig.PASSWORD).statusCode());
    }

    @Test
    void guessesAtANameDoNotLockItsOwnerOut() {
        rig.addUser("owner", Role.VIEWER);
        Visitor owner = rig.visitor();
        owner.logIn("owner", AdminRig.PASSWORD);
        for (int tries = 0; tries < 6; tries++) {
            // Each from another host.
            rig.visitor().logIn("owner", "wrong password");
        }

        assertEquals(429, rig.visitor().logIn("owner", AdminRig.PASSWORD).statusCode());
        owner.post("/logout", Map.of("csrf", owner.csrfToken()));
        assertEquals(303, owner.logIn("owner", AdminRig.PASSWORD).statusCode());
    }

    @Test
    void newPasswordEndsAllOtherSessionsOfTheUser() {
        rig.addUser("changer", Role.VIEWER);
        Visitor here = rig.visitor();
        Visitor elsewhere = rig.visitor();
        here.logIn("changer", AdminRig.PASSWORD);
        elsewhere.logIn("changer", AdminRig.PASSWORD);
        String before = here.sessionId();
        String wanted = "another long secret";

        HttpResponse<String> answer =
                here.post(
                        "/account",
                        Map.of(
                                "csrf",
                                here.csrfToken(),
                                "present",
                                AdminRig.PASSWORD,
                                "wanted",
                                wanted,
                                "again",
                                wanted));

        assertEquals(303, answer.statusCode(), answer::body);
        assertNotEquals(before, here.sessionId());
        assertEquals(200, status(here));
        assertEquals(401, status(elsewhere));
        assertEquals(401, rig.visitor().logIn("changer", AdminRig.PASSWORD).statusCode());
        assertEquals(303, rig.visitor().logIn("changer", wanted).statusCode());
    }

    @Test
    void anotherRoleOrNoAccountAnyMoreEndsSessionsAndRememberedPasswords() {
        Map<String, String> admin = admin();
        rig.addUser("demoted", Role.OPERATOR);
        Visitor visitor = rig.visitor();
        Map<String, String> basic = Visitor.basic("demoted", AdminRig.PASSWORD);
        visitor.logIn("demoted", AdminRig.PASSWORD);
        assertEquals(200, rig.visitor().send("GET", "/api/v1/status", "", basic).statusCode());

        admin.put("Content-Type", "application/json");
        rig.visitor().send("PUT", "/api/v1/users/demoted", "{\"role\":\"viewer\"}", admin);
        assertEquals(401, status(visitor));
        rig.visitor().send("DELETE", "/api/v1/users/demoted", "", admin);
        assertEquals(401, rig.visitor().send("GET", "/api/v1/status", "", basic).statusCode());
    }

    @Test
    void sessionEndsByLogoutAndByIdleness() {
        Visitor leaving = loggedIn(Role.VIEWER);
        String id = leaving.sessionId();
        assertEquals(
                303, leaving.post("/logout", Map.of("csrf", leaving.csrfToken())).statusCode());
        leaving.plantSession(id);
        assertEquals(401, status(leaving));

        Visitor idle = loggedIn(Role.VIEWER);
        rig.skipSeconds(30 * 60 - 1);
        assertEquals(200, status(idle));
        rig.skipSeconds(30 * 60);
        assertEquals(401, status(idle));
    }

    @Test
    void namesThatAreNotTheNodesAreRefused() {
        Visitor visitor = loggedIn(Role.VIEWER);

        assertEquals(
                421,
                visitor.send("GET", "/login", "", Map.of("Host", "evil.example")).statusCode());
    }

    @Test
    void bodiesBeyondTheBoundAreRefused() {
        var headers = admin();
        headers.put("Content-Type", "application/json");
        String body = "{\"address\":\"" + "1".repeat(Site.MAX_BODY_LENGTH) + "\"}";

        HttpResponse<String> answer =
                rig.visitor().send("POST", "/api/v1/subscribers/release", body, headers);

        assertEquals(413, answer.statusCode());
    }

    @Test
    void firstPasswordOpensTheFirstAccountAndAsksForAnother() {
        String password = rig.office().firstPassword().orElseThrow();
        Visitor first = rig.visitor();

        HttpResponse<String> answer = first.logIn("admin", password);

        assertEquals(303, answer.statusCode());
        assertEquals("/account", location(answer));
        assertFalse(first.get("/account").body().contains(password));
    }

    private static Map<String, String> admin() {
        return new HashMap<>(Visitor.basic(names.get(Role.ADMIN), AdminRig.PASSWORD));
    }

    private static Visitor loggedIn(Role role) {
        Visitor visitor = rig.visitor();
        HttpResponse<String> answer = visitor.logIn(names.get(role), AdminRig.PASSWORD);
        assertEquals(303, answer.statusCode(), answer::body);
        return visitor;
    }

    private static int status(Visitor visitor) {
        return visitor.send("GET", "/api/v1/session", "", Map.of()).statusCode();
    }

    private static String line(Route route) {
        return route.method() + " " + route.path();
    }

    private static boolean isFor(Role role, Route route) {
        return ROLES.get(DECIDED.get(line(route))).contains(role);
    }

    private static void assertPasswordIsAskedFor(HttpResponse<String> answer, Route route) {
        assertEquals(403, answer.statusCode(), route::toString);
        // The body of what may be a stream is left alone.
        assertTrue(
                answer.body().isEmpty() || answer.body().contains("Choose your own password first"),
                route::toString);
    }

    private static List<Route> closedRoutes() {
        return routes.stream()
                .filter(route -> !route.path().startsWith("/static/"))
                .filter(route -> DECIDED.get(line(route)) != Access.PUBLIC)
                .toList();
    }

    private static Map<String, String> formHeaders() {
        return Map.of("Content-Type", "application/x-www-form-urlencoded");
    }

    private static HttpResponse<String> ask(
            Visitor visitor, Route route, Map<String, String> headers) {
        return send(visitor, route, "", headers);
    }

    private static HttpResponse<String> send(
            Visitor visitor, Route route, String body, Map<String, String> headers) {
        String path =
                route.path()
                        .replace(":protocol", "tcp")
                        .replace(":internalAddress", "100.64.0.99")
                        .replace(":internalPort", "8080")
                        .replace(":name", "nobody")
                        .replaceAll(":[A-Za-z]+", "77");
        if (route.path().matches(".*/(events|live)") && route.method().equals(HttpMethod.GET)) {
            return visitor.head(path, headers);
        }
        return visitor.send(route.method().name(), path, body, headers);
    }

    private static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElse("");
    }
}
