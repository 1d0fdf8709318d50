package org.portreeve.admin.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.admin.AdminRig;
import org.portreeve.admin.Visitor;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.web.MappingFeed;
import org.portreeve.control.FilterChange;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.User.Role;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.Protocol;

/** What programs do by the API; each answer is what the document says of it. */
class ApiTest {
    private static final String ROOT = "/api/v1";

    @TempDir static Path directory;
    private static AdminRig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new AdminRig(directory);
        rig.addUser("root", Role.ADMIN);
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    @Test
    void statusIsWhatTheNodeSaysOfItself() {
        JsonObject status = answer(200, "GET", "/status", Shapes.STATUS);

        assertEquals("cgn-1", status.getString("node"));
        assertEquals(7, status.getJsonObject("holdings").getInteger("portsUsed"));
    }

    @Test
    void configurationIsListedByKey() {
        JsonArray items = answer(200, "GET", "/config", Shapes.CONFIG).getJsonArray("items");

        assertEquals("[{\"key\":\"node\",\"value\":\"cgn-1\"}]", items.encode());
    }

    @Test
    void announceIsDoneOnceAndWrittenDown() {
        rig.addUser("looker", Role.VIEWER);
        long before = rig.announcements();
        var looker = Visitor.basic("looker", AdminRig.PASSWORD);

        int refused = rig.visitor().send("POST", ROOT + "/announce", "", looker).statusCode();
        assertEquals(403, refused);
        assertEquals(before, rig.announcements());
        assertEquals(204, send("POST", ROOT + "/announce", "", Map.of()).statusCode());

        assertEquals(before + 1, rig.announcements());
        assertTrue(audited("node.announce", ""));
    }

    @Test
    void streamOfAProgramEndsWhenItsUserChanged() throws Exception {
        rig.addUser("watcher", Role.VIEWER);
        var answer =
                rig.visitor().open(ROOT + "/events", Visitor.basic("watcher", AdminRig.PASSWORD));
        try (var lines =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            event(lines, "status");
            rig.addUser("watcher", Role.VIEWER);

            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> {
                        while (lines.readLine() != null) {
                            // Until the server ends it.
                        }
                    });
        }
    }

    @Test
    void leaseIsListedFoundAndDropped() {
        int port = lease("100.64.1.1", 8080);

        JsonObject found =
                answer(200, "GET", "/mappings?internalAddress=100.64.1.1", Shapes.MAPPINGS);
        assertEquals(1, found.getInteger("total"));
        JsonObject mapping = found.getJsonArray("items").getJsonObject(0);
        assertEquals("tcp", mapping.getString("protocol"));
        assertEquals("pcp", mapping.getString("origin"));
        assertEquals(port, mapping.getInteger("externalPort"));
        String elsewhere = "/mappings?internalAddress=100.64.1.1&protocol=udp";
        assertEquals(0, answer(200, "GET", elsewhere, Shapes.MAPPINGS).getInteger("total"));

        String path = ROOT + "/mappings/tcp/100.64.1.1/8080";
        assertEquals(204, send("DELETE", path, "", Map.of()).statusCode());
        assertEquals(404, send("DELETE", path, "", Map.of()).statusCode());
        assertTrue(audited("mapping.drop", "TCP 100.64.1.1:8080"));
    }

    @Test
    void releaseEndsAllLeasesOfAnAddress() {
        lease("100.64.1.2", 80);
        lease("100.64.1.2", 443);

        JsonObject released =
                body(200, "POST", "/subscribers/release", "{\"address\":\"100.64.1.2\"}");

        assertEquals(2, released.getInteger("leasesEnded"));
        assertTrue(audited("address.release", "100.64.1.2"));
    }

    @Test
    void subscriberIsDrainedByAnAddressAndLetBeAgain() {
        String wish = new JsonObject().put("subscriber", "100.64.0.99").put("cut", true).encode();
        assertEquals(204, send("POST", ROOT + "/subscriber-drains", wish, json()).statusCode());
        JsonArray drains =
                answer(200, "GET", "/subscriber-drains", Shapes.SUBSCRIBER_DRAINS)
                        .getJsonArray("items");
        assertEquals(1, drains.size());
        String id = drains.getJsonObject(0).getString("subscriber");
        String path = ROOT + "/subscriber-drains/" + id;
        assertEquals(204, send("DELETE", path, "", Map.of()).statusCode());
        assertEquals(404, send("DELETE", path, "", Map.of()).statusCode());
        String unknown = new JsonObject().put("subscriber", "nobody at all").encode();
        assertEquals(404, send("POST", ROOT + "/subscriber-drains", unknown, json()).statusCode());
    }

    @Test
    void addressIsTakenOutOfUseAndPutBack() {
        String wish = "{\"address\":\"198.51.100.4\",\"restSeconds\":600}";
        assertEquals(204, send("POST", ROOT + "/drains", wish, json()).statusCode());
        JsonArray drains = answer(200, "GET", "/drains", Shapes.DRAINS).getJsonArray("items");
        assertEquals(1, drains.size());
        assertEquals("198.51.100.4", drains.getJsonObject(0).getString("address"));
        assertEquals(600, drains.getJsonObject(0).getInteger("restSeconds"));
        assertTrue(audited("address.drain", "198.51.100.4"));

        String path = ROOT + "/drains/198.51.100.4";
        assertEquals(204, send("DELETE", path, "", Map.of()).statusCode());
        assertEquals(404, send("DELETE", path, "", Map.of()).statusCode());
        String unknown = "{\"address\":\"192.0.2.1\"}";
        assertEquals(404, send("POST", ROOT + "/drains", unknown, json()).statusCode());
    }

    @Test
    void subscriberIsShownWithItsUse() {
        lease("100.64.1.3", 80);

        JsonObject subscriber = answer(200, "GET", "/subscribers/100.64.1.3", Shapes.SUBSCRIBER);

        assertEquals(1, subscriber.getInteger("leases"));
        assertEquals(
                1,
                answer(200, "GET", "/subscribers?text=100.64.1.3", Shapes.SUBSCRIBERS)
                        .getInteger("total"));
        assertEquals(404, send("GET", ROOT + "/subscribers/nobody", "", Map.of()).statusCode());
    }

    @Test
    void lastRequestsOfASubscriberAreToldWithTheirReasons() {
        int port = lease("100.64.1.66", 80);

        JsonArray requests =
                answer(200, "GET", "/subscribers/100.64.1.66/requests", Shapes.REQUESTS)
                        .getJsonArray("items");

        assertEquals(1, requests.size());
        JsonObject request = requests.getJsonObject(0);
        assertEquals("GRANTED", request.getString("result"));
        assertTrue(request.getString("asked").startsWith("map TCP port 80 of 100.64.1.66"));
        assertTrue(request.getString("told").contains(":" + port + " for "));
        String nobody = ROOT + "/subscribers/nobody/requests";
        assertEquals(404, send("GET", nobody, "", Map.of()).statusCode());
    }

    @Test
    void reservationIsMadeChangedAndDeletedByVersion() {
        HttpResponse<String> made = post("/reservations", draft("100.64.1.4", 5000, 2222));
        JsonObject reservation = Visitor.json(201, made);
        assertEquals(List.of(), Shapes.RESERVATION.faults(reservation));
        String path = header(made, "Location");
        String tag = header(made, "ETag");

        assertEquals(428, send("PUT", path, draft("100.64.1.4", 5000, 3333), json()).statusCode());
        HttpResponse<String> changed =
                send("PUT", path, draft("100.64.1.4", 5000, 3333), json("If-Match", tag));
        assertEquals(3333, Visitor.json(200, changed).getInteger("internalPort"));
        assertEquals(412, send("DELETE", path, "", Map.of("If-Match", tag)).statusCode());
        String newTag = header(changed, "ETag");
        assertEquals(newTag, header(send("GET", path, "", Map.of()), "ETag"));
        assertEquals(204, send("DELETE", path, "", Map.of("If-Match", newTag)).statusCode());
        assertEquals(404, send("GET", path, "", Map.of()).statusCode());
        assertTrue(answer(200, "GET", "/reservations", Shapes.RESERVATIONS).containsKey("items"));
    }

    @Test
    void conflictsAreListedForProgramsAndCanBeEvicted() {
        int port = lease("100.64.1.5", 7000);
        String external = mappingOf("100.64.1.5").getString("externalAddress");
        String draft =
                new JsonObject(draft("100.64.1.5", port, 7001))
                        .put("externalAddress", external)
                        .encode();

        JsonObject preview = Visitor.json(200, post("/reservations/preview", draft));
        assertEquals(List.of(), Shapes.PREVIEW.faults(preview));
        JsonObject refusal = Visitor.json(409, post("/reservations", draft));

        assertEquals(List.of(), Shapes.PROBLEM.faults(refusal));
        JsonObject conflict = refusal.getJsonArray("conflicts").getJsonObject(0);
        JsonObject shown = preview.getJsonArray("conflicts").getJsonObject(0);
        // Two looks at one deadline: the clocks that it is told by are read at two moments.
        long apartMillis = shown.getLong("untilMillis") - conflict.getLong("untilMillis");
        assertTrue(Math.abs(apartMillis) <= 10, () -> "apart by " + apartMillis + " ms");
        assertEquals(shown.put("untilMillis", conflict.getLong("untilMillis")), conflict);
        assertEquals("portLeased", conflict.getString("kind"));
        assertEquals("100.64.1.5", conflict.getString("internalAddress"));
        assertEquals(201, post("/reservations?onConflict=evict", draft).statusCode());
        String fixed = "/mappings?internalAddress=100.64.1.5&origin=static";
        assertEquals(1, answer(200, "GET", fixed, Shapes.MAPPINGS).getInteger("total"));
    }

    @Test
    void whatMakesNoSenseIsToldFieldByField() {
        JsonObject refusal =
                Visitor.json(
                        422,
                        post(
                                "/reservations",
                                "{\"protocol\":\"icmp\",\"internalPort\":0,\"externalPort\":80,"
                                        + "\"color\":\"red\"}"));

        assertEquals(List.of(), Shapes.PROBLEM.faults(refusal));
        JsonArray faults = refusal.getJsonArray("faults");
        assertEquals(4, faults.size(), faults::encode);
        assertEquals("Allowed: one of tcp, udp.", faults.getJsonObject(0).getString("message"));
        JsonObject query = body(400, "GET", "/mappings?limit=0&colour=red", "");
        assertEquals(2, query.getJsonArray("faults").size(), query::encode);
        assertEquals(400, post("/reservations", "[1]").statusCode());
        assertEquals(400, post("/reservations", "{\"a\":").statusCode());
        assertEquals(
                415,
                send("POST", ROOT + "/reservations", "{}", Map.of("Content-Type", "text/plain"))
                        .statusCode());
    }

    @Test
    void usersAreKeptExceptThatOneAdministratorRemains() {
        JsonObject made =
                body(
                        200,
                        "PUT",
                        "/users/eve",
                        "{\"role\":\"auditor\",\"password\":\"long enough it is\"}");
        assertEquals(List.of(), Shapes.USER.faults(made));
        assertTrue(made.getBoolean("mustChangePassword"));
        assertEquals(
                422,
                send("PUT", ROOT + "/users/eve", "{\"role\":\"viewer\",\"password\":\"x\"}", json())
                        .statusCode());
        assertEquals(
                422,
                send("PUT", ROOT + "/users/local", "{\"role\":\"viewer\"}", json()).statusCode());
        assertEquals(204, send("DELETE", ROOT + "/users/eve", "", Map.of()).statusCode());
        assertEquals(404, send("DELETE", ROOT + "/users/eve", "", Map.of()).statusCode());

        assertEquals(204, send("DELETE", ROOT + "/users/admin", "", Map.of()).statusCode());
        assertEquals(409, send("DELETE", ROOT + "/users/root", "", Map.of()).statusCode());
        assertEquals(
                409,
                send("PUT", ROOT + "/users/root", "{\"role\":\"viewer\"}", json()).statusCode());
        assertFalse(answer(200, "GET", "/users", Shapes.USERS).encode().contains("argon2"));
        assertTrue(audited("user.delete", "eve"));
    }

    @Test
    void streamTellsStatusAndMappings() throws Exception {
        var answer = rig.visitor().open(ROOT + "/events", basic());
        try (var lines =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            JsonObject status = event(lines, "status");
            lease("100.64.1.6", 99);
            JsonObject event = event(lines, "mapping");
            while (!event.getJsonObject("mapping")
                    .getString("internalAddress")
                    .equals("100.64.1.6")) {
                event = event(lines, "mapping");
            }

            assertEquals(List.of(), Shapes.STATUS.faults(status));
            assertEquals(List.of(), Shapes.EVENT.faults(event));
            assertEquals("made", event.getString("change"));
        }
    }

    @Test
    void streamsAreBoundedAndGivenBack() throws Exception {
        var streams = new ArrayList<InputStream>();
        int status = 200;
        while (status == 200) {
            var answer = rig.visitor().open(ROOT + "/events", basic());
            streams.add(answer.body());
            status = answer.statusCode();
        }

        assertEquals(503, status);
        assertTrue(streams.size() <= MappingFeed.MAX_LISTENERS + 1);
        assertTrue(rig.office().counters().value(AdminCounter.STREAMS_REFUSED) > 0);
        for (InputStream stream : streams) {
            stream.close();
        }
        // The server learns of it a moment later.
        for (int tries = 0; tries < 1000 && status != 200; tries++) {
            var answer = rig.visitor().open(ROOT + "/events", basic());
            answer.body().close();
            status = answer.statusCode();
        }
        assertEquals(200, status);
    }

    @Test
    void documentDescribesEveryRouteAndNothingElse() {
        JsonObject document = body(200, "GET", "/openapi.json", "");
        List<Operation> operations = Api.operations(rig.office());

        assertEquals("3.1.0", document.getString("openapi"));
        int described =
                document.getJsonObject("paths").stream()
                        .mapToInt(path -> ((JsonObject) path.getValue()).size())
                        .sum();
        assertEquals(operations.size(), described);
        // The document itself is the one route that it leaves out.
        assertEquals(Api.routes(rig.office()).size() - 1, operations.size());
        for (Operation operation : operations) {
            for (String part : operation.path().split("/", -1)) {
                assertTrue(
                        !part.startsWith(":")
                                || operation.parameters().stream()
                                        .anyMatch(it -> it.name().equals(part.substring(1))),
                        operation.path());
            }
        }
        assertReferencesAreDefined(document);
    }

    @Test
    void whoHadAPortIsToldAndTheQuestionIsInTheAudit() throws Exception {
        int externalIp = Ipv4.of("198.51.100.3");
        rig.store()
                .history()
                .add(
                        List.of(
                                new HistoryEntry(
                                        0,
                                        "ann",
                                        HistoryEntry.ANY_PROTOCOL,
                                        externalIp,
                                        2048,
                                        512,
                                        1000,
                                        2000),
                                new HistoryEntry(
                                        0,
                                        "bob",
                                        Protocol.TCP,
                                        externalIp,
                                        2050,
                                        1,
                                        2500,
                                        HistoryEntry.ONGOING)));
        String path = "/trace?address=198.51.100.3&port=2050&protocol=tcp&atMillis=";

        JsonArray then = answer(200, "GET", path + "1500", Shapes.TRACE).getJsonArray("items");
        assertEquals(1, then.size());
        assertEquals("ann", then.getJsonObject(0).getString("subscriber"));
        assertEquals(2000, then.getJsonObject(0).getLong("toMillis"));
        assertEquals(
                0, answer(200, "GET", path + "2200", Shapes.TRACE).getJsonArray("items").size());
        JsonArray about =
                answer(200, "GET", path + "2200&skewMillis=300", Shapes.TRACE)
                        .getJsonArray("items");
        assertEquals(List.of("bob", "ann"), subscribers(about));
        assertFalse(about.getJsonObject(0).containsKey("toMillis"));
        assertEquals(400, send("GET", ROOT + "/trace?port=1", "", Map.of()).statusCode());
        assertTrue(audited("history.trace", "TCP 198.51.100.3:2050"));
    }

    private static List<String> subscribers(JsonArray items) {
        return items.stream().map(item -> ((JsonObject) item).getString("subscriber")).toList();
    }

    private static void assertReferencesAreDefined(JsonObject document) {
        var matcher = Pattern.compile("#/components/schemas/(\\w+)").matcher(document.encode());
        int count = 0;
        while (matcher.find()) {
            JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
            assertTrue(schemas.containsKey(matcher.group(1)), matcher.group(1));
            count++;
        }
        assertTrue(count > 30);
    }

    private static JsonObject event(BufferedReader lines, String name) throws Exception {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals("event: " + name)) {
                return new JsonObject(lines.readLine().substring("data: ".length()));
            }
        }
        throw new AssertionError("the stream ended before " + name);
    }

    @Test
    void whomALeaseLetsInIsShown() {
        var peers =
                FilterChange.NONE
                        .thenAdd(PeerFilter.of(Ipv4.of("192.0.2.0"), 24, 0))
                        .thenAdd(PeerFilter.of(Ipv4.of("203.0.113.9"), 32, 443));
        lease("100.64.1.77", 8080, peers);
        lease("100.64.1.78", 8080);

        JsonArray shown = mappingOf("100.64.1.77").getJsonArray("filters");

        assertEquals(new JsonArray().add("192.0.2.0/24").add("203.0.113.9/32:443"), shown);
        assertFalse(mappingOf("100.64.1.78").containsKey("filters"));
    }

    private static int lease(String address, int internalPort) {
        return lease(address, internalPort, FilterChange.NONE);
    }

    private static int lease(String address, int internalPort, FilterChange filters) {
        var command =
                new MapCommand(
                        InternalTuple.of(Protocol.TCP, Ipv4.of(address), internalPort),
                        new Nonce(1, 2),
                        LeaseOrigin.PCP,
                        0,
                        0,
                        false,
                        3600,
                        Ipv4.of(address),
                        5350,
                        "",
                        true,
                        filters);
        try {
            MapOutcome outcome =
                    rig.node().desk().map(command).toCompletableFuture().get(20, TimeUnit.SECONDS);
            return switch (outcome) {
                case MapOutcome.Granted granted -> granted.externalPort();
                case MapOutcome.Deleted _, MapOutcome.Refused _ ->
                        throw new AssertionError(outcome);
            };
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static JsonObject mappingOf(String address) {
        JsonObject found = body(200, "GET", "/mappings?internalAddress=" + address, "");
        return found.getJsonArray("items").getJsonObject(0);
    }

    private static boolean audited(String action, String subject) {
        JsonArray entries =
                answer(200, "GET", "/audit?limit=1000", Shapes.AUDIT).getJsonArray("items");
        return entries.stream()
                .map(JsonObject.class::cast)
                .anyMatch(entry ->
                        entry.getString("who").equals("root")
                                && entry.getString("action").equals(action)
                                && entry.getString("subject").equals(subject));
    }

    private static String draft(String address, int externalPort, int internalPort) {
        return new JsonObject()
                .put("protocol", "tcp")
                .put("internalAddress", address)
                .put("internalPort", internalPort)
                .put("externalPort", externalPort)
                .encode();
    }

    private static Map<String, String> basic() {
        return Visitor.basic("root", AdminRig.PASSWORD);
    }

    private static Map<String, String> json(String... more) {
        var headers = new HashMap<String, String>();
        headers.put("Content-Type", "application/json");
        for (int i = 0; i < more.length; i += 2) {
            headers.put(more[i], more[i + 1]);
        }
        return headers;
    }

    private static HttpResponse<String> post(String path, String body) {
        return send("POST", ROOT + path, body, json());
    }

    private static HttpResponse<String> send(
            String method, String path, String body, Map<String, String> headers) {
        var all = new HashMap<>(basic());
        all.putAll(headers);
        return rig.visitor().send(method, path, body, all);
    }

    private static JsonObject body(int status, String method, String path, String body) {
        return Visitor.json(
                status, send(method, ROOT + path, body, body.isEmpty() ? Map.of() : json()));
    }

    private static JsonObject answer(int status, String method, String path, Shape shape) {
        JsonObject answer = body(status, method, path, "");
        assertEquals(List.of(), shape.faults(answer), answer::encode);
        return answer;
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }
}
