package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.hostile.HostileMain;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.EpochCheck;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * Two subscribers with mappings of all kinds, and for a minute a third who tries to take, change,
 * prolong, end or use them up, in its own name, in theirs and in that of the portal that may ask
 * for them, while somebody on the Internet sends deletions in their name. No answer is longer than
 * what it answers but by 12 octets, which tell of a set, and only to a request for a set there come
 * several, 16 at most; all go to where the request came from.
 */
@Tag("e2e")
class HostileTest {
    private static final int ATTACK_SECONDS = 60;
    private static final Duration LATEST_END = Duration.ofSeconds(ATTACK_SECONDS + 30);
    private static final Duration FORGED_EVERY = Duration.ofMillis(50);
    private static final String HOSTILE = Lab.subscriber(3);

    /** So many that a request about all of them has more than it may have answers. */
    private static final int HOSTILE_MAPPINGS = 60;

    private static final int MOST_ANSWERS_TO_SET = 16;
    private static final String PORTAL = "100.64.255.10";
    private static final String PORTAL_LINK = "192.168.99.1";
    private static final int USER_EX_QUOTA = 10;
    private static final long CLOCK_TOLERANCE_MILLIS = 3_000;

    private static final String PCP =
            """
              third-party: {from: [%s/32], for: [100.64.0.0/16]}
              prefix64: {prefixes: ["64:ff9b::/96"]}
            """
                    .formatted(PORTAL);

    private static final String POLICY =
            """
            profiles:
              default: {quota: {mappings: %d}}
              fast: {quota: {mappings: %d, requests: {per-second: 1000, burst: 1000}}}
            subscribers:
              - {id: alice, prefixes: [100.64.0.2/32]}
              - {id: bob, prefixes: [100.64.0.3/32]}
              - {id: mallory, prefixes: [100.64.0.5/32], profile: fast}
            """
                    .formatted(HonestHost.MAPPINGS + 1, HOSTILE_MAPPINGS);

    /** What tells an operator that somebody misbehaves. */
    private static final List<String> MISUSE =
            List.of(
                    "control_nonce_renewals_refused",
                    "control_nonce_deletions_refused",
                    "control_refused_quota",
                    "control_refused_filters",
                    "control_refused_cannot_provide",
                    "pcp_answered_address_mismatch",
                    "pcp_answered_unsupp_option",
                    "pcp_answered_malformed_request",
                    "pcp_answered_malformed_option",
                    "pcp_answered_unsupp_version",
                    "pcp_ignored_not_a_request",
                    "pcp_rate_limited_client");

    static LongStream seeds() {
        return LongStream.of(
                Long.getLong("seed", ThreadLocalRandom.current().nextLong(1, 1L << 40)));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("seeds")
    @Conformance({"PCP-MAP-020", "PCP-NET-003", "PCP-PS-018", "PCP-SRV-007", "PCP-TP-002"})
    void aMinuteOfAttacksChangesNothingThatIsNotTheAttackersOwn(long seed) {
        System.out.println("hostile client, -Dseed=" + seed);
        try (Scene scene = open();
                UdpSocket remote = scene.inet().udp(Lab.INET, 0);
                HonestHost alice = HonestHost.open(scene, Lab.SUB, remote);
                HonestHost bob = HonestHost.open(scene, Lab.SUB_OTHER, remote)) {
            EpochCheck epoch = new EpochCheck();
            assertTrue(epoch.accepts(System.currentTimeMillis(), epochSeconds(scene)));
            Map<String, Long> before = listing(scene, List.of(Lab.SUB, Lab.SUB_OTHER));
            Map<String, Long> misuseBefore = misuse(scene);

            LabProcess attack = attack(scene, seed, List.of(alice, bob));
            int rounds = 0;
            while (attack.awaitLine(0, line -> line.startsWith("octets "), Duration.ZERO)
                    .isEmpty()) {
                assertTrue(attack.isAlive(), attack::output);
                alice.assertServed();
                bob.assertServed();
                rounds++;
            }
            System.out.println(attack.output() + "\nserved meanwhile " + rounds + " times");

            assertSame(before, listing(scene, List.of(Lab.SUB, Lab.SUB_OTHER)));
            assertTrue(epoch.accepts(System.currentTimeMillis(), epochSeconds(scene)), "the epoch");
            int mappings = listing(scene, List.of(HOSTILE)).size();
            assertTrue(0 < mappings && mappings <= HOSTILE_MAPPINGS, mappings + " mappings");
            assertEquals(List.of(), unfair(attack));
            int most = mostAnswersToSet(attack);
            assertTrue(1 < most && most <= MOST_ANSWERS_TO_SET, most + " answers to one request");
            misuse(scene)
                    .forEach((name, count) ->
                            assertTrue(
                                    count > misuseBefore.get(name), () -> name + " did not rise"));
            alice.assertOwns();
            bob.assertOwns();
            assertQuotaIsWhole(scene);
        }
    }

    private static Scene open() {
        Scene scene = Scene.ofYaml(HostileTest::yaml);
        // Somebody on the Internet has the first subscriber's address, too.
        ip(scene.lab(), Namespace.INET, "address add " + Lab.SUB + "/32 dev lo");
        ip(
                scene.lab(),
                Namespace.INET,
                "route add " + Lab.SUBSCRIBER_PREFIX + " via " + Lab.CGN_OUTSIDE);
        // Somebody among the subscribers has that of the portal.
        ip(scene.lab(), Namespace.SUB, "address add " + PORTAL + "/32 dev lo");
        return scene;
    }

    /**
     * The portal is behind a device of its own, which the node listens on, too. The kernel lets the
     * forged requests in, so that the node itself meets them.
     */
    private static String yaml(Lab lab) {
        ip(lab, Namespace.CGN, "link add portal type veth peer name portal-far");
        ip(lab, Namespace.CGN, "address add " + PORTAL_LINK + "/24 dev portal");
        ip(lab, Namespace.CGN, "link set portal-far up");
        ip(lab, Namespace.CGN, "link set portal up");
        ip(lab, Namespace.CGN, "route add " + PORTAL + "/32 dev portal");
        return NodeConfig.of(lab, 2)
                .withListen(Lab.CGN_INSIDE + ", " + PORTAL_LINK)
                .with(POLICY)
                .with("translator.inside.ingress-check: off\n")
                .yaml()
                .replace("  nat-pmp:", PCP + "  nat-pmp:");
    }

    private static void ip(Lab lab, Namespace namespace, String words) {
        lab.run(namespace, ("ip " + words).split(" ", -1)).orThrow();
    }

    private static LabProcess attack(Scene scene, long seed, List<HonestHost> victims) {
        LabProcess attack =
                scene.lab()
                        .start(
                                Namespace.SUB,
                                JavaProgram.small(
                                        HostileMain.class,
                                        Lab.CGN_INSIDE,
                                        HOSTILE,
                                        Long.toString(seed),
                                        PORTAL));
        for (HonestHost victim : victims) {
            victim.known().forEach(mapping -> attack.send("victim " + mapping));
            for (byte[] request : victim.requests()) {
                attack.send("captured " + HexFormat.of().formatHex(request));
                attack.send("captured " + HexFormat.of().formatHex(HonestHost.deletion(request)));
            }
        }
        UdpSocket forger = scene.inet().udp(Lab.SUB, 0);
        byte[] deletion = HonestHost.deletion(victims.getFirst().requests().getFirst());
        forger.repeat(deletion, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT, FORGED_EVERY);
        forger.repeat(deletion, Lab.CGN_OUTSIDE, PcpRequests.SERVER_PORT, FORGED_EVERY);
        attack.send("attack " + ATTACK_SECONDS);
        return attack;
    }

    private static long epochSeconds(Scene scene) {
        try (UdpSocket client = scene.sub().udp(Lab.SUB, 0)) {
            return Scene.ask(client, PcpRequests.announce(Lab.SUB)).epochSeconds();
        }
    }

    /** All that staff see of the mappings of these hosts, each with its end in milliseconds. */
    private static Map<String, Long> listing(Scene scene, List<String> hosts) {
        String socket = NodeConfig.of(scene.lab(), 1).data().resolve("control.sock").toString();
        String url = "http://localhost/api/v1/mappings?limit=1000";
        String json =
                scene.lab()
                        .run(Namespace.CGN, "curl", "-sS", "--unix-socket", socket, url)
                        .orThrow()
                        .output();
        long nowMillis = System.currentTimeMillis();
        Map<String, Long> rows = new TreeMap<>();
        for (Object each : new JsonObject(json).getJsonArray("items")) {
            JsonObject row = (JsonObject) each;
            if (hosts.contains(row.getString("internalAddress"))) {
                long remainingSeconds = ((Number) row.remove("remainingSeconds")).longValue();
                rows.put(row.encode(), nowMillis + remainingSeconds * 1000);
            }
        }
        return rows;
    }

    private static void assertSame(Map<String, Long> before, Map<String, Long> after) {
        assertEquals(
                String.join("\n", before.keySet()), String.join("\n", after.keySet()), "mappings");
        before.forEach((row, endMillis) ->
                assertTrue(
                        Math.abs(after.get(row) - endMillis) <= CLOCK_TOLERANCE_MILLIS,
                        () ->
                                row
                                        + " ends at another time: "
                                        + (after.get(row) - endMillis)
                                        + " ms"));
    }

    private static Map<String, Long> misuse(Scene scene) {
        return MISUSE.stream().collect(Collectors.toMap(Function.identity(), scene::metric));
    }

    private static List<String> unfair(LabProcess attack) {
        attack.awaitLine("octets ", LATEST_END);
        return attack.output().lines().filter(line -> line.startsWith("unfair ")).toList();
    }

    private static int mostAnswersToSet(LabProcess attack) {
        String line = attack.awaitLine("most answers to a set ", LATEST_END);
        return Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    }

    /** Each has one mapping left of its quota, as before: nobody made any in its name. */
    private static void assertQuotaIsWhole(Scene scene) {
        int last = Scene.freshPort();
        int tooMany = Scene.freshPort();
        for (String host : List.of(Lab.SUB, Lab.SUB_OTHER)) {
            assertEquals(PcpAnswer.SUCCESS, map(scene, host, last).result());
            assertEquals(USER_EX_QUOTA, map(scene, host, tooMany).result());
        }
    }

    private static PcpAnswer map(Scene scene, String host, int port) {
        try (UdpSocket client = scene.sub().udp(host, 0)) {
            byte[] nonce = Scene.freshNonce();
            return Scene.ask(
                    client,
                    PcpRequests.map(host, nonce, PcpRequests.UDP, port, Scene.LONG_SECONDS));
        }
    }
}
