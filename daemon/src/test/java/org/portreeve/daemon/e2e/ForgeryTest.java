package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Capture;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.pcap.CapturedPacket;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** {@code inet} pretends to be the first subscriber; a subscriber pretends to be somebody else. */
@Tag("e2e")
@ParameterizedClass(name = "shards={0}")
@ValueSource(ints = {1, 3})
class ForgeryTest {
    /** An address that is no subscriber's. */
    private static final String FOREIGN = "192.0.2.77";

    private static Scene scene;

    @Parameter int shards;

    @BeforeParameterizedClassInvocation
    static void open(int shards) {
        scene = Scene.open(shards);
        ip(Namespace.INET, "address add " + Lab.SUB + "/32 dev lo");
        ip(Namespace.INET, "route add " + Lab.SUBSCRIBER_PREFIX + " via " + Lab.CGN_OUTSIDE);
        ip(Namespace.SUB, "address add " + FOREIGN + "/32 dev lo");
        ip(Namespace.CGN, "route add " + FOREIGN + "/32 via " + Lab.SUB);
    }

    @AfterParameterizedClassInvocation
    static void close() {
        scene.close();
    }

    private static void ip(Namespace namespace, String words) {
        String[] command = ("ip " + words).split(" ", -1);
        scene.lab().run(namespace, command).orThrow();
    }

    @Test
    @Conformance("PCP-NET-003")
    void aRequestFromTheInternetWithASubscribersSourceMakesNothing() {
        int port = Scene.freshPort();
        Capture answers = captureAnswers();
        Capture arriving =
                scene.lab()
                        .capture(
                                Namespace.CGN,
                                Lab.OUTSIDE_DEVICE,
                                "udp and dst port " + PcpRequests.SERVER_PORT);
        try (UdpSocket forger = scene.inet().udp(Lab.SUB, 0)) {
            byte[] forged = request(Scene.freshNonce(), port, Scene.LONG_SECONDS);
            forger.send(forged, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT);
            forger.send(forged, Lab.CGN_OUTSIDE, PcpRequests.SERVER_PORT);
            assertEquals(Optional.empty(), forger.receive(Scene.SILENCE));
        }
        assertEquals(2, arriving.stop().size());
        assertEquals(List.of(), answers.stop());

        // Had it made a mapping, another nonce would be refused now.
        PcpAnswer own = scene.map(PcpRequests.UDP, port, Scene.freshNonce(), Scene.LONG_SECONDS);
        assertEquals(PcpAnswer.SUCCESS, own.result());
    }

    @Test
    @Conformance("PCP-NET-003")
    void aDeletionFromTheInternetWithASubscribersSourceAndNonceDeletesNothing() {
        byte[] nonce = Scene.freshNonce();
        try (UdpSocket socket = scene.sub().udp(Lab.SUB, 0);
                UdpSocket forger = scene.inet().udp(Lab.SUB, 0)) {
            PcpAnswer mapping =
                    scene.granted(PcpRequests.UDP, socket.port(), nonce, Scene.LONG_SECONDS);
            byte[] forged = request(nonce, socket.port(), 0);
            forger.send(forged, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT);
            forger.send(forged, Lab.CGN_OUTSIDE, PcpRequests.SERVER_PORT);
            assertEquals(Optional.empty(), forger.receive(Scene.SILENCE));

            assertTrue(scene.deliver(Scene.freshPeer(), mapping, socket).isPresent());
        }
    }

    @Test
    void aHostOutsideCannotAddressASubscriberDirectly() {
        Capture arriving =
                scene.lab()
                        .capture(
                                Namespace.CGN, Lab.OUTSIDE_DEVICE, "udp and host " + Lab.SUB_OTHER);
        try (UdpSocket socket = scene.sub().udp(Lab.SUB_OTHER, 0);
                UdpSocket stranger = scene.inet().udp(Lab.INET, 0)) {
            stranger.send(Scene.text("direct"), Lab.SUB_OTHER, socket.port());

            assertEquals(Optional.empty(), socket.receive(Scene.SILENCE));
            assertEquals(1, arriving.stop().size());
        }
    }

    @Test
    @Conformance("NAT-CGN-160")
    void aSourceThatIsNoSubscribersDoesNotPassFromInside() {
        Capture outside =
                scene.lab().capture(Namespace.INET, Lab.HOST_DEVICE, "udp and host " + Lab.INET);
        try (UdpSocket liar = scene.sub().udp(FOREIGN, 0);
                UdpSocket honest = scene.sub().udp(Lab.SUB, 0);
                UdpSocket target = scene.inet().udp(Lab.INET, 0)) {
            String before = drops();
            liar.send(Scene.text("lie"), Lab.INET, target.port());
            honest.send(Scene.text("truth"), Lab.INET, target.port());

            assertEquals("truth", Scene.text(target.receive(Scene.PATIENCE).orElseThrow()));
            assertEquals(Optional.empty(), target.receive(Scene.SILENCE));
            List<CapturedPacket> seen = outside.stop();
            assertEquals(1, seen.size(), seen::toString);
            assertTrue(!drops().equals(before), () -> "no drop was counted: " + before);
        }
    }

    private static String drops() {
        return scene.lab()
                .run(Namespace.CGN, "curl", "-sS", "http://127.0.0.1:9464/metrics")
                .orThrow()
                .output()
                .lines()
                .filter(line -> line.startsWith("nat_drop_"))
                .toList()
                .toString();
    }

    private static Capture captureAnswers() {
        return scene.lab()
                .capture(
                        Namespace.SUB,
                        Lab.HOST_DEVICE,
                        "udp and not multicast and src port " + PcpRequests.SERVER_PORT);
    }

    private static byte[] request(byte[] nonce, int port, int lifetimeSeconds) {
        return PcpRequests.map(Lab.SUB, nonce, PcpRequests.UDP, port, lifetimeSeconds);
    }
}
