package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** External addresses come and go by SIGHUP, and a subscriber is drained, under real packets. */
@Tag("e2e")
@Timeout(180)
class PoolChangeTest {
    private static final String FIRST = "198.51.100.1";
    private static final String SECOND = "198.51.100.2";
    private static final int TRIES = 500;

    /** RFC 6887 §7.4. */
    private static final int USER_EX_QUOTA = 10;

    @Test
    void addedAddressIsUsedAndARemovedOneKeepsOnlyWhatItHas() {
        try (Scene scene = open(1, FIRST);
                TcpServer echo = scene.inet().listen(Lab.INET_OTHER, 22);
                TcpConnection early = connected(scene, Lab.SUB, echo);
                UdpSocket inet = scene.inet().udp(Lab.INET, 0)) {
            assertTrue(greeting(early).contains(FIRST));

            scene.node().reload(config(scene.lab(), 1, FIRST + ", " + SECOND));
            assertEquals(SECOND, seenFrom(scene, Lab.SUB_OTHER, inet));
            assertReachable(scene, Lab.SUB_OTHER, SECOND);

            scene.node().reload(config(scene.lab(), 1, SECOND));
            assertAlive(early);
            awaitMove(scene, inet, SECOND);
            try (TcpConnection late = connected(scene, Lab.SUB, echo)) {
                assertTrue(greeting(late).contains(SECOND));
            }
            assertEquals(SECOND, seenFrom(scene, Lab.SUB, inet));
            assertReachable(scene, Lab.SUB, SECOND);
            assertAlive(early);
        }
    }

    @Test
    void subscriberMovesToAnotherShardWhileItsConnectionGoesOn() {
        try (Scene scene = open(2, FIRST + ", " + SECOND);
                TcpServer echo = scene.inet().listen(Lab.INET_OTHER, 22);
                TcpConnection early = connected(scene, Lab.SUB, echo);
                UdpSocket inet = scene.inet().udp(Lab.INET, 0)) {
            String former = greeting(early).contains(FIRST) ? FIRST : SECOND;
            String other = former.equals(FIRST) ? SECOND : FIRST;
            PcpAnswer lease = map(scene, Lab.SUB, Scene.freshPort());
            assertEquals(former, lease.externalAddress());

            scene.node().reload(config(scene.lab(), 2, other));
            assertAlive(early);
            awaitMove(scene, inet, other);
            try (TcpConnection late = connected(scene, Lab.SUB, echo)) {
                assertTrue(greeting(late).contains(other));
                assertAlive(early);
            }
            assertEquals(other, seenFrom(scene, Lab.SUB, inet));
            assertReachable(scene, Lab.SUB, other);
        }
    }

    @Test
    void drainedSubscriberKeepsItsConnectionUntilItIsCut() {
        try (Scene scene = open(2, FIRST + ", " + SECOND);
                TcpServer echo = scene.inet().listen(Lab.INET_OTHER, 22);
                TcpConnection early = connected(scene, Lab.SUB, echo)) {
            assertFalse(greeting(early).isEmpty());
            assertTrue(ask(scene, "drain", "subscriber", Lab.SUB).contains("no new mapping"));
            assertTrue(ask(scene, "drain", "list").contains(Lab.SUB));
            assertAlive(early);
            assertEquals(
                    Optional.empty(),
                    scene.sub().connect(Lab.SUB, Lab.INET_OTHER, echo.port(), Scene.SILENCE));
            assertEquals(USER_EX_QUOTA, scene.map(6, 80, Scene.freshNonce(), 600).result());

            ask(scene, "drain", "end", Lab.SUB);
            try (TcpConnection late = connected(scene, Lab.SUB, echo)) {
                assertFalse(greeting(late).isEmpty());
            }

            ask(scene, "drain", "subscriber", Lab.SUB, "--cut");
            early.write("anybody there?");
            assertEquals(Optional.empty(), early.read(Scene.SILENCE));
        }
    }

    @Test
    void whatCannotBeChangedTogetherIsRefusedAsAWhole() {
        try (Scene scene = open(1, FIRST)) {
            NodeConfig both =
                    config(scene.lab(), 1, FIRST + ", " + SECOND + "]\n      paired: soft # [");
            int from = scene.node().process().lineCount();
            scene.node().rewrite(both);
            scene.node().process().signal("HUP");
            Optional<String> line =
                    scene.node()
                            .process()
                            .awaitLine(from, l -> l.startsWith("reload:"), Scene.PATIENCE);
            assertTrue(line.orElseThrow().contains("nothing was changed"), line::get);
            assertTrue(line.get().contains("paired"), line::get);
        }
    }

    private static Scene open(int shards, String pool) {
        return Scene.open(lab -> config(lab, shards, pool));
    }

    private static NodeConfig config(Lab lab, int shards, String pool) {
        return NodeConfig.of(lab, shards).withPool(pool);
    }

    private static TcpConnection connected(Scene scene, String from, TcpServer server) {
        return scene.sub()
                .connect(from, Lab.INET_OTHER, server.port(), Scene.PATIENCE)
                .orElseThrow();
    }

    private static String greeting(TcpConnection connection) {
        return connection.read(Scene.PATIENCE).orElseThrow();
    }

    private static void assertAlive(TcpConnection connection) {
        connection.write("still here");
        assertEquals(Optional.of("still here"), connection.read(Scene.PATIENCE));
    }

    /** The external address of a new UDP flow. */
    private static String seenFrom(Scene scene, String subscriber, UdpSocket inet) {
        try (UdpSocket sub = scene.sub().udp(subscriber, 0)) {
            sub.send(Scene.text("hello"), Lab.INET, inet.port());
            Datagram seen = inet.receive(Scene.PATIENCE).orElseThrow();
            return seen.address();
        }
    }

    /** New flows go by the new address soon after the reload; each try is a flow of its own. */
    private static void awaitMove(Scene scene, UdpSocket inet, String address) {
        for (int tries = 0; tries < TRIES; tries++) {
            if (seenFrom(scene, Lab.SUB, inet).equals(address)) {
                return;
            }
        }
        throw new AssertionError("no new flow goes by " + address);
    }

    private static PcpAnswer map(Scene scene, String subscriber, int port) {
        try (UdpSocket client = scene.sub().udp(subscriber, 0)) {
            byte[] nonce = Scene.freshNonce();
            PcpAnswer answer =
                    Scene.ask(
                            client, PcpRequests.map(subscriber, nonce, PcpRequests.UDP, port, 600));
            assertEquals(PcpAnswer.SUCCESS, answer.result(), answer::toString);
            return answer;
        }
    }

    /** A mapping that is asked for now lies at an address and lets a stranger in. */
    private static void assertReachable(Scene scene, String subscriber, String externalAddress) {
        int port = Scene.freshPort();
        PcpAnswer mapping = map(scene, subscriber, port);
        assertEquals(externalAddress, mapping.externalAddress());
        try (UdpSocket receiver = scene.sub().udp(subscriber, port)) {
            assertTrue(scene.deliver(Scene.freshPeer(), mapping, receiver).isPresent());
        }
    }

    private static String ask(Scene scene, String... words) {
        List<String> command = new ArrayList<>(Arrays.asList(words));
        command.add("--data");
        command.add(scene.lab().directory().resolve("data").toString());
        CommandResult result =
                scene.lab().run(Namespace.CGN, Node.command(command.toArray(String[]::new)));
        assertEquals(0, result.exit(), result::output);
        return result.output().strip();
    }
}
