package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.NodeConfig;

/**
 * Goal: the kernel leads packets to the queue of the shard that has their subscriber, so that
 * shards need not hand them over. The kernel lets nobody but root say so.
 */
@Tag("e2e")
class SteeringTest {
    private static final int SHARDS = 3;
    private static final int HOSTS = 40;

    @Test
    void onlyTheFirstPacketsOfAHostAreHandedOver() {
        try (Scene scene = Scene.open(lab -> NodeConfig.of(lab, SHARDS).withPool("11.0.0.0/30"))) {
            assumeFalse(scene.lab().isUnprivileged(), "needs root");
            eachHostTalks(scene);
            eachHostTalks(scene);
            long learning = scene.metric("nat_handed_out");
            assertTrue(learning > 0, "every host came right by chance");

            eachHostTalks(scene);
            eachHostTalks(scene);
            assertEquals(learning, scene.metric("nat_handed_out"));
        }
    }

    /** From a new port of each, and back. */
    private static void eachHostTalks(Scene scene) {
        for (int i = 0; i < HOSTS; i++) {
            try (UdpSocket client = scene.sub().udp("100.72.7." + i, 0);
                    UdpSocket server = scene.inet().udp(Lab.INET, 0)) {
                client.send(Scene.text("hello"), Lab.INET, server.port());
                Datagram hello = server.receive(Scene.PATIENCE).orElseThrow();
                server.send(Scene.text("you too"), hello.address(), hello.port());
                assertEquals("you too", Scene.text(client.receive(Scene.PATIENCE).orElseThrow()));
            }
        }
    }
}
