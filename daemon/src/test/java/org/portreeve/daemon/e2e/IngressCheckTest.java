package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Capture;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * Goal: nobody speaks in the name of a subscriber behind another inside device. Method: {@code sub}
 * has a second link to the node and a second subscriber's address there; by which link a datagram
 * leaves follows from its source port alone, so that each address can be used on each link.
 */
@Tag("e2e")
class IngressCheckTest {
    /** A subscriber on the second link. */
    private static final String NEIGHBOUR = "100.127.0.2";

    /** A subscriber that both links lead to. */
    private static final String EITHER = "100.126.0.9";

    private static final String SECOND_GATEWAY = "100.127.0.1";
    private static final String SECOND_DEVICE = "eth-second";
    private static final String ANYCAST = "192.0.0.9";
    private static final List<String> LISTEN = List.of(Lab.CGN_INSIDE, SECOND_GATEWAY, ANYCAST);
    private static final String DROPPED = "kernel_drop_reverse_path";
    private static final int NAT_PMP_MAP_UDP = 1;
    private static final Duration FORGED_EVERY = Duration.ofMillis(2);

    private static Scene scene;
    private static int nextPort;

    /** Which link a datagram leaves {@code sub} by. */
    private enum Link {
        FIRST(40_000, Lab.CGN_INSIDE),
        SECOND(45_000, SECOND_GATEWAY);

        private static final int PORTS = 5_000;

        private final int firstPort;

        /** The node's address there. */
        private final String gateway;

        Link(int firstPort, String gateway) {
            this.firstPort = firstPort;
            this.gateway = gateway;
        }

        /** Addresses that answer what comes by it. */
        List<String> listen() {
            return List.of(gateway, ANYCAST);
        }

        int freshPort() {
            return firstPort + nextPort++;
        }

        String ports() {
            return firstPort + "-" + (firstPort + PORTS - 1);
        }
    }

    @BeforeAll
    static void open() {
        scene = open("");
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    private static Scene open(String keys) {
        return Scene.ofYaml(lab -> {
            build(lab);
            String one = "interfaces: [" + Lab.INSIDE_DEVICE + "]";
            String two = "interfaces: [" + Lab.INSIDE_DEVICE + ", " + SECOND_DEVICE + "]";
            return NodeConfig.of(lab, 2)
                    .withListen(String.join(", ", LISTEN))
                    .with(keys)
                    .yaml()
                    .replace(one, two);
        });
    }

    private static void build(Lab lab) {
        run(
                lab,
                Namespace.CGN,
                "ip link add " + SECOND_DEVICE + " type veth peer name eth1 netns sub");
        run(lab, Namespace.CGN, "ip address add " + SECOND_GATEWAY + "/24 dev " + SECOND_DEVICE);
        run(lab, Namespace.CGN, "ip link set " + SECOND_DEVICE + " up");
        run(lab, Namespace.CGN, "ip address add " + ANYCAST + "/32 dev lo");
        run(lab, Namespace.SUB, "ip address add " + NEIGHBOUR + "/24 dev eth1");
        run(lab, Namespace.SUB, "ip address add " + EITHER + "/32 dev lo");
        run(lab, Namespace.SUB, "ip link set eth1 up");
        leave(lab, Link.FIRST, 100, "via " + Lab.CGN_INSIDE + " dev " + Lab.HOST_DEVICE);
        leave(lab, Link.SECOND, 101, "via " + SECOND_GATEWAY + " dev eth1");
        // Who forges asks for the node's hardware address under its own, and takes all answers.
        for (String device : List.of("all", Lab.HOST_DEVICE, "eth1")) {
            String settings = "net.ipv4.conf." + device;
            run(lab, Namespace.SUB, "sysctl -qw " + settings + ".arp_announce=2");
            run(lab, Namespace.SUB, "sysctl -qw " + settings + ".rp_filter=0");
        }
        run(
                lab,
                Namespace.CGN,
                "ip route add %s/32 nexthop via %s nexthop via %s"
                        .formatted(EITHER, Lab.SUB, NEIGHBOUR));
    }

    private static void leave(Lab lab, Link link, int table, String way) {
        run(lab, Namespace.SUB, "ip route add default " + way + " table " + table);
        run(
                lab,
                Namespace.SUB,
                "ip rule add pref %d ipproto udp sport %s lookup %d"
                        .formatted(table, link.ports(), table));
    }

    private static void run(Lab lab, Namespace namespace, String words) {
        lab.run(namespace, words.split(" ", -1)).orThrow();
    }

    @Test
    @Conformance({"NAT-CGN-160", "PCP-SEC-002", "SEED-A-117"})
    void aPacketInTheNameOfAHostOnTheOtherLinkIsDroppedBeforeTheTranslator() {
        assertCarried(scene, Link.FIRST, Lab.SUB);
        assertCarried(scene, Link.SECOND, NEIGHBOUR);
        long dropped = scene.metric(DROPPED);
        long translated = scene.metric("nat_received");
        Capture arriving = arriving(scene);

        assertNothingCarried(Link.FIRST, NEIGHBOUR);
        assertNothingCarried(Link.SECOND, Lab.SUB);

        assertEquals(1, arriving.stop().size(), "it came to the node");
        assertEquals(dropped + 2, scene.metric(DROPPED));
        assertEquals(translated, scene.metric("nat_received"));
        assertCarried(scene, Link.FIRST, Lab.SUB);
        assertCarried(scene, Link.SECOND, NEIGHBOUR);
        assertEquals(dropped + 2, scene.metric(DROPPED));
    }

    @Test
    @Conformance({"PCP-SEC-002", "PCP-SRV-010", "SEED-A-117"})
    void aPcpRequestInTheNameOfAHostOnTheOtherLinkIsNotAnsweredAndMakesNothing() {
        int port = Scene.freshPort();
        byte[] nonce = Scene.freshNonce();
        byte[] forged =
                PcpRequests.map(NEIGHBOUR, nonce, PcpRequests.UDP, port, Scene.LONG_SECONDS);

        assertForgeryIsDropped(forged, "pcp_received");

        assertFalse(isMapped(NEIGHBOUR, port));
        // Had it made a mapping, another nonce would be refused now.
        try (UdpSocket honest = scene.sub().udp(NEIGHBOUR, Link.SECOND.freshPort())) {
            PcpAnswer own = ask(honest, SECOND_GATEWAY, NEIGHBOUR, port);
            assertEquals(PcpAnswer.SUCCESS, own.result());
        }
        assertTrue(isMapped(NEIGHBOUR, port));
    }

    @Test
    @Conformance({"NPM-012", "SEED-A-117"})
    void aNatPmpRequestInTheNameOfAHostOnTheOtherLinkIsNotAnsweredAndMakesNothing() {
        int port = Scene.freshPort();
        byte[] forged = natPmpMap(port);

        assertForgeryIsDropped(forged, "natpmp_received");

        assertFalse(isMapped(NEIGHBOUR, port));
        try (UdpSocket honest = scene.sub().udp(NEIGHBOUR, Link.SECOND.freshPort())) {
            assertNatPmpGrants(honest, SECOND_GATEWAY, port);
        }
        assertTrue(isMapped(NEIGHBOUR, port));
    }

    /** Whatever the kernel let in before, the control sockets open behind the check. */
    @Test
    @Conformance({"PCP-SEC-002", "SEED-A-117"})
    void aRequestInTheNameOfAHostOnTheOtherLinkIsNotHeardWhileTheNodeStarts() {
        assertNothingCarried(Link.FIRST, NEIGHBOUR);
        long droppedBefore = droppedByTheKernel();
        assertTrue(droppedBefore > 0);
        scene.node().kill();
        String filter = "net.ipv4.conf." + Lab.INSIDE_DEVICE + ".rp_filter";
        run(scene.lab(), Namespace.CGN, "sysctl -qw " + filter + "=0");
        byte[] forged = PcpRequests.announce(NEIGHBOUR);

        try (UdpSocket forger = scene.sub().udp(NEIGHBOUR, Link.FIRST.freshPort())) {
            forger.repeat(forged, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT, FORGED_EVERY);
            scene.node().start();
            assertEquals(Optional.empty(), forger.receive(Scene.SILENCE));
        }

        assertEquals(0, scene.metric("pcp_received"));
        long dropped = droppedByTheKernel() - droppedBefore;
        assertTrue(dropped > 0);
        assertEquals(dropped, scene.metric(DROPPED), "counted from the node's start on");
    }

    /** Since the namespace began. */
    private static long droppedByTheKernel() {
        String name = "TcpExtIPReversePathFilter";
        return scene.lab()
                .run(Namespace.CGN, "nstat", "-asz", name)
                .orThrow()
                .output()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.split(" +", -1)[1]))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void hostsOnBothLinksAreServedAtEachAddress() {
        long dropped = scene.metric(DROPPED);
        assertServed(scene, Link.FIRST, Lab.SUB);
        assertServed(scene, Link.SECOND, NEIGHBOUR);
        assertEquals(dropped, scene.metric(DROPPED));
    }

    /** Each next hop of a route counts as the way back. */
    @Test
    void aHostThatTwoLinksLeadToMaySpeakByEither() {
        long dropped = scene.metric(DROPPED);
        for (Link link : Link.values()) {
            assertCarried(scene, link, EITHER);
            assertServed(scene, link, EITHER);
        }
        assertEquals(dropped, scene.metric(DROPPED));
    }

    /** It is the check that keeps them out, and nothing else here. */
    @Test
    void withoutTheCheckTheSamePacketsPass() {
        try (Scene lenient = open("translator.inside.ingress-check: off\n")) {
            assertCarried(lenient, Link.FIRST, NEIGHBOUR);
            assertServed(lenient, Link.FIRST, NEIGHBOUR);
            assertEquals(0, lenient.metric(DROPPED));
        }
    }

    /** By PCP and NAT-PMP, at each address of the link. */
    private static void assertServed(Scene scene, Link link, String source) {
        for (String listen : link.listen()) {
            try (UdpSocket host = scene.sub().udp(source, link.freshPort())) {
                PcpAnswer answer = ask(host, listen, source, Scene.freshPort());
                assertEquals(PcpAnswer.SUCCESS, answer.result(), answer::toString);
                assertNatPmpGrants(host, listen, Scene.freshPort());
            }
        }
    }

    private static void assertNatPmpGrants(UdpSocket host, String listen, int port) {
        host.send(natPmpMap(port), listen, PcpRequests.SERVER_PORT);
        ByteBuffer answer = ByteBuffer.wrap(host.receive(Scene.PATIENCE).orElseThrow().bytes());
        assertEquals(0, answer.getShort(2), "result");
        assertEquals(port, answer.getShort(8) & 0xffff);
    }

    /** Sends it by the first link in the neighbour's name to each address that is listened on. */
    private static void assertForgeryIsDropped(byte[] request, String received) {
        long dropped = scene.metric(DROPPED);
        long heard = scene.metric(received);
        Capture arriving = arriving(scene);
        List<Capture> answers = List.of(answers(Lab.INSIDE_DEVICE), answers(SECOND_DEVICE));
        try (UdpSocket forger = scene.sub().udp(NEIGHBOUR, Link.FIRST.freshPort())) {
            for (String listen : LISTEN) {
                forger.send(request, listen, PcpRequests.SERVER_PORT);
            }
            assertEquals(Optional.empty(), forger.receive(Scene.SILENCE));
        }
        assertEquals(LISTEN.size(), arriving.stop().size(), "they came to the node");
        answers.forEach(link -> assertEquals(List.of(), link.stop()));
        assertEquals(dropped + LISTEN.size(), scene.metric(DROPPED));
        assertEquals(heard, scene.metric(received));
    }

    private static Capture arriving(Scene scene) {
        return scene.lab()
                .capture(Namespace.CGN, Lab.INSIDE_DEVICE, "udp and src host " + NEIGHBOUR);
    }

    private static Capture answers(String device) {
        return scene.lab()
                .capture(
                        Namespace.CGN,
                        device,
                        "udp and not multicast and src port " + PcpRequests.SERVER_PORT);
    }

    private static void assertCarried(Scene scene, Link link, String source) {
        Optional<Datagram> seen = carried(scene, link, source, Scene.PATIENCE);
        assertNotEquals(source, seen.orElseThrow().address());
    }

    private static void assertNothingCarried(Link link, String source) {
        assertEquals(Optional.empty(), carried(scene, link, source, Scene.SILENCE));
    }

    /** What an outside host receives of a datagram that a host inside sends by this link. */
    private static Optional<Datagram> carried(
            Scene scene, Link link, String source, Duration patience) {
        try (UdpSocket host = scene.sub().udp(source, link.freshPort());
                UdpSocket target = scene.inet().udp(Lab.INET, 0)) {
            host.send(Scene.text("from " + source), Lab.INET, target.port());
            return target.receive(patience);
        }
    }

    private static PcpAnswer ask(UdpSocket socket, String listen, String client, int port) {
        byte[] nonce = Scene.freshNonce();
        socket.send(
                PcpRequests.map(client, nonce, PcpRequests.UDP, port, Scene.LONG_SECONDS),
                listen,
                PcpRequests.SERVER_PORT);
        return PcpAnswer.of(socket.receive(Scene.PATIENCE).orElseThrow().bytes());
    }

    /** RFC 6886 §3.3: version 0, opcode, reserved, internal and suggested port, lifetime. */
    private static byte[] natPmpMap(int internalPort) {
        return ByteBuffer.allocate(12)
                .put(1, (byte) NAT_PMP_MAP_UDP)
                .putShort(4, (short) internalPort)
                .putInt(8, Scene.LONG_SECONDS)
                .array();
    }

    /** Whether staff see a mapping of it. */
    private static boolean isMapped(String host, int port) {
        String socket = NodeConfig.of(scene.lab(), 1).data().resolve("control.sock").toString();
        String url = "http://localhost/api/v1/mappings?limit=1000&internalAddress=" + host;
        String json =
                scene.lab()
                        .run(Namespace.CGN, "curl", "-sS", "--unix-socket", socket, url)
                        .orThrow()
                        .output();
        return new JsonObject(json)
                .getJsonArray("items").stream()
                        .map(JsonObject.class::cast)
                        .anyMatch(row -> row.getInteger("internalPort") == port);
    }
}
