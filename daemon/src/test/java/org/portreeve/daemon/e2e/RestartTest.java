package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.pcp.EpochCheck;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

@Tag("e2e")
class RestartTest {
    @ParameterizedTest(name = "shards={0}")
    @ValueSource(ints = {1, 3})
    @Conformance({"PCP-MIX-008", "PCP-EPO-005", "SEED-A-142"})
    void aKilledNodeComesBackWithItsMappingsAndItsEpoch(int shards) throws InterruptedException {
        byte[] nonce = Scene.freshNonce();
        EpochCheck epoch = new EpochCheck();
        try (Scene scene = Scene.open(shards);
                UdpSocket socket = scene.sub().udp(Lab.SUB, 0)) {
            PcpAnswer mapping =
                    scene.granted(PcpRequests.UDP, socket.port(), nonce, Scene.LONG_SECONDS);
            // An epoch that starts again from 0 must be told from one that goes on.
            Thread.sleep(4_000);
            PcpAnswer before = announce(scene);
            assertTrue(epoch.accepts(System.currentTimeMillis(), before.epochSeconds()));

            scene.node().kill();
            scene.node().start();

            Optional<Datagram> untouched = scene.deliver(Scene.freshPeer(), mapping, socket);
            PcpAnswer after = announce(scene);
            PcpAnswer renewed =
                    scene.granted(PcpRequests.UDP, socket.port(), nonce, Scene.LONG_SECONDS);

            assertTrue(untouched.isPresent(), "the mapping does not forward after the restart");
            assertTrue(
                    epoch.accepts(System.currentTimeMillis(), after.epochSeconds()),
                    () -> before + " then " + after);
            assertEquals(mapping.externalPort(), renewed.externalPort());
            assertEquals(mapping.externalAddress(), renewed.externalAddress());
        }
    }

    private static PcpAnswer announce(Scene scene) {
        try (UdpSocket client = scene.sub().udp(Lab.SUB, 0)) {
            return Scene.ask(client, PcpRequests.announce(Lab.SUB));
        }
    }
}
