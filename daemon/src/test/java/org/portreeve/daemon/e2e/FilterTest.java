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
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpOptions;
import org.portreeve.testkit.pcp.PcpRequests;

/** Real packets of hosts that a FILTER names, and of others, while the node comes and goes. */
@Tag("e2e")
class FilterTest {
    @ParameterizedTest(name = "shards={0}")
    @ValueSource(ints = {1, 3})
    @Conformance({"PCP-FLT-005", "PCP-FLT-006", "PCP-MIX-008", "SEED-A-147"})
    void onlyTheNamedHostGetsInAlsoAfterAKillAndAfterAPlannedRestart(int shards) {
        String named = Scene.freshPeer();
        byte[] nonce = Scene.freshNonce();
        try (Scene scene = Scene.open(shards);
                UdpSocket socket = scene.sub().udp(Lab.SUB, 0)) {
            PcpAnswer mapping = granted(scene, filtered(socket.port(), nonce, named));
            assertFiltered(scene, mapping, socket, named);

            scene.node().kill();
            scene.node().start();
            assertFiltered(scene, mapping, socket, named);

            assertEquals(0, scene.node().stop());
            scene.node().start();
            assertFiltered(scene, mapping, socket, named);

            // A renewal without the option leaves the filter where it is.
            PcpAnswer renewed =
                    scene.granted(PcpRequests.UDP, socket.port(), nonce, Scene.LONG_SECONDS);
            assertEquals(mapping.externalPort(), renewed.externalPort());
            assertFiltered(scene, mapping, socket, named);
        }
    }

    private static void assertFiltered(
            Scene scene, PcpAnswer mapping, UdpSocket socket, String named) {
        long dropped = scene.metric("nat_drop_peer_filter");
        assertEquals(Optional.empty(), scene.deliver(Scene.freshPeer(), mapping, socket));
        assertTrue(scene.metric("nat_drop_peer_filter") > dropped, "it is counted");
        Optional<Datagram> admitted = scene.deliver(named, mapping, socket);
        assertTrue(admitted.isPresent(), "the host that the filter names does not get in");
    }

    private static PcpAnswer granted(Scene scene, byte[] request) {
        try (UdpSocket client = scene.sub().udp(Lab.SUB, 0)) {
            PcpAnswer answer = Scene.ask(client, request);
            assertEquals(PcpAnswer.SUCCESS, answer.result(), answer::toString);
            return answer;
        }
    }

    /** A MAP with one FILTER, all bits of the address (RFC 6887 §13.3). */
    private static byte[] filtered(int internalPort, byte[] nonce, String peer) {
        byte[] map =
                PcpRequests.map(Lab.SUB, nonce, PcpRequests.UDP, internalPort, Scene.LONG_SECONDS);
        return PcpOptions.with(map, PcpOptions.filter(peer, 32, 0));
    }
}
