package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** Somebody on the Internet who sends to every port of an external address, for some seconds. */
@Tag("e2e")
class AttackTest {
    private static final int SESSIONS_PER_MAPPING = 3;
    private static final int SWEEPERS = 4;
    private static final int MAPPINGS = 24;
    private static final int PACKETS_AT_LEAST = 100_000;

    @Test
    @Conformance({"NAT-CGN-050", "SEED-B-072", "SEED-B-074"})
    void aSweepOfAllPortsMakesNoMoreStateThanTheKnobsAllowAndHindersNobody() throws Exception {
        try (Scene scene =
                Scene.open(lab ->
                        NodeConfig.of(lab, 1)
                                .withPool("11.0.0.1")
                                .with(
                                        """
                                        profiles:
                                          default:
                                            eif: {inbound-sessions-per-mapping: %d}
                                            quota: {requests: {per-second: 100, burst: 100}}
                                        """
                                                .formatted(SESSIONS_PER_MAPPING)))) {
            PcpAnswer before = map(scene, Scene.freshPort());
            List<AutoCloseable> sweeps = new ArrayList<>();
            for (int i = 0; i < SWEEPERS; i++) {
                sweeps.add(
                        scene.inet().sweep(Scene.freshPeer(), before.externalAddress(), 1, 65_535));
            }
            awaitMetric(scene, "nat_received", PACKETS_AT_LEAST);
            for (int i = 1; i < MAPPINGS; i++) {
                map(scene, Scene.freshPort());
            }
            assertTalks(scene);
            awaitMetric(scene, "nat_received", 2 * PACKETS_AT_LEAST);
            // Only now is it certain that a knob was needed.
            awaitMetric(scene, "nat_drop_inbound_quota", 1);
            for (AutoCloseable sweep : sweeps) {
                sweep.close();
            }

            long sessions =
                    scene.metric("nat_sessions_opened") - scene.metric("nat_sessions_ended");
            // One mapping and one session more: the subscriber's own of the talk.
            assertTrue(
                    sessions <= MAPPINGS * SESSIONS_PER_MAPPING + 1, () -> sessions + " sessions");
            assertEquals(MAPPINGS + 1, scene.metric("nat_mappings_made"));
        }
    }

    private static PcpAnswer map(Scene scene, int port) {
        return scene.granted(PcpRequests.UDP, port, Scene.freshNonce(), Scene.LONG_SECONDS);
    }

    private static void assertTalks(Scene scene) {
        try (UdpSocket client = scene.sub().udp(Lab.SUB, 0);
                UdpSocket server = scene.inet().udp(Lab.INET, 0)) {
            client.send(Scene.text("hello"), Lab.INET, server.port());
            assertEquals("hello", Scene.text(server.receive(Scene.PATIENCE).orElseThrow()));
        }
    }

    private static void awaitMetric(Scene scene, String name, long count)
            throws InterruptedException {
        long deadlineNs = System.nanoTime() + 60_000_000_000L;
        while (scene.metric(name) < count) {
            assertTrue(System.nanoTime() < deadlineNs, "the sweep does not arrive: " + name);
            Thread.sleep(200);
        }
    }
}
