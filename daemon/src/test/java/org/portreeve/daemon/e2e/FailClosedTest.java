package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Capture;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcap.CapturedPacket;

/** Stopped or killed, the node lets nothing out untranslated; {@code clean} removes the guards. */
@Tag("e2e")
class FailClosedTest {
    private static final Duration AFTERMATH = Duration.ofMillis(1_500);
    private static final Duration GAP = Duration.ofMillis(1);

    @ParameterizedTest(name = "shards={0}")
    @ValueSource(ints = {1, 3})
    void aStoppedNodeLeaksNoSubscriberSource(int shards) throws InterruptedException {
        assertNothingLeaks(shards, node -> assertEquals(0, node.stop()));
    }

    @ParameterizedTest(name = "shards={0}")
    @ValueSource(ints = {1, 3})
    void aKilledNodeLeaksNoSubscriberSource(int shards) throws InterruptedException {
        assertNothingLeaks(shards, Node::kill);
    }

    private static void assertNothingLeaks(int shards, Consumer<Node> end)
            throws InterruptedException {
        try (Scene scene = Scene.open(shards)) {
            Capture outside =
                    scene.lab()
                            .capture(
                                    Namespace.INET,
                                    Lab.HOST_DEVICE,
                                    "ip and not dst net 224.0.0.0/4");
            Traffic traffic = Traffic.start(scene);
            Thread.sleep(AFTERMATH);
            end.accept(scene.node());
            Thread.sleep(AFTERMATH);
            scene.node().start();
            Thread.sleep(AFTERMATH);
            traffic.stop();

            List<CapturedPacket> seen = outside.stop();
            long translated = seen.stream().filter(FailClosedTest::isFromThePool).count();
            List<CapturedPacket> leaked =
                    seen.stream().filter(FailClosedTest::isFromASubscriber).toList();
            assertTrue(translated > 500, () -> "only " + translated + " packets were translated");
            assertEquals(List.of(), leaked.stream().limit(5).toList());
        }
    }

    private static boolean isFromThePool(CapturedPacket packet) {
        return packet.source().startsWith("198.51.100.");
    }

    private static boolean isFromASubscriber(CapturedPacket packet) {
        return packet.source().startsWith("100.");
    }

    /** UDP, ping and TCP from subscribers, all the time. */
    private record Traffic(UdpSocket udp, UdpSocket inet, LabProcess ping, LabProcess tcp) {
        static Traffic start(Scene scene) {
            UdpSocket inet = scene.inet().udp(Lab.INET, 0);
            UdpSocket udp = scene.sub().udp(Lab.SUB, 0);
            udp.repeat(Scene.text("on and on"), Lab.INET, inet.port(), GAP);
            LabProcess ping =
                    scene.lab().start(Namespace.SUB, "ping", "-q", "-i", "0.01", Lab.INET);
            String loop =
                    "while :; do curl -s --interface %s --max-time 1 http://%s:9/; done"
                            .formatted(Lab.SUB_OTHER, Lab.INET);
            LabProcess tcp = scene.lab().start(Namespace.SUB, "sh", "-c", loop);
            return new Traffic(udp, inet, ping, tcp);
        }

        void stop() {
            udp.close();
            inet.close();
            ping.kill();
            tcp.kill();
        }
    }

    @Test
    void cleanLeavesNothingOfAStoppedNode() {
        assertCleanLeavesNothing(1, node -> assertEquals(0, node.stop()));
    }

    @Test
    void cleanLeavesNothingOfAKilledNode() {
        assertCleanLeavesNothing(3, Node::kill);
    }

    private static void assertCleanLeavesNothing(int shards, Consumer<Node> end) {
        try (Lab lab = Lab.open(LabOptions.standard())) {
            String before = networkOf(lab);
            Node node = Node.start(lab, NodeConfig.of(lab, shards));
            String running = networkOf(lab);
            end.accept(node);
            CommandResult clean = lab.run(Namespace.CGN, Node.command("clean"));

            assertTrue(clean.succeeded(), clean::output);
            assertTrue(!running.equals(before), "the node changed nothing");
            assertEquals(before, networkOf(lab));
        }
    }

    private static String networkOf(Lab lab) {
        String script =
                "ip rule; ip route show table all; ip -o link | cut -d' ' -f2-3; nft list ruleset";
        return lab.run(Namespace.CGN, "sh", "-c", script).output();
    }
}
