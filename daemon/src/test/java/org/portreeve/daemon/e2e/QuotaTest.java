package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** One subscriber at its quota, its neighbour, and a reload in between. */
@Tag("e2e")
class QuotaTest {
    private static final int USER_EX_QUOTA = 10;
    private static final String POLICY =
            """
            profiles:
              default: {quota: {mappings: %d, requests: {per-second: %d, burst: %d}}}
            subscribers:
              - {id: alice, prefixes: [100.64.0.2/32]}
              - {id: bob, prefixes: [100.64.0.3/32]}
            """;

    private Scene scene;

    @BeforeEach
    void open() {
        scene = Scene.open(lab -> NodeConfig.of(lab, 1).with(POLICY.formatted(2, 100, 100)));
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    @Conformance("NAT-API-007")
    void aReloadRaisesTheQuotaAndCutsNothingThatIsEstablished() {
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            PcpAnswer mapping =
                    scene.granted(
                            PcpRequests.TCP, server.port(), Scene.freshNonce(), Scene.LONG_SECONDS);
            map(Lab.SUB, Scene.freshPort());
            try (TcpConnection visitor = visit(mapping)) {
                int refusedPort = Scene.freshPort();

                assertEquals(USER_EX_QUOTA, map(Lab.SUB, refusedPort).result());
                assertEquals(PcpAnswer.SUCCESS, map(Lab.SUB_OTHER, Scene.freshPort()).result());
                scene.node()
                        .reload(NodeConfig.of(scene.lab(), 1).with(POLICY.formatted(3, 100, 100)));

                assertEquals(PcpAnswer.SUCCESS, map(Lab.SUB, refusedPort).result());
                assertEquals(USER_EX_QUOTA, map(Lab.SUB, Scene.freshPort()).result());
                assertEchoes(visitor);
            }
        }
    }

    @Test
    void overTheRequestRateIsSilenceForOneAndServiceForTheOther() {
        scene.node().reload(NodeConfig.of(scene.lab(), 1).with(POLICY.formatted(2, 1, 3)));
        try (UdpSocket alice = scene.sub().udp(Lab.SUB, 0);
                UdpSocket bob = scene.sub().udp(Lab.SUB_OTHER, 0)) {
            byte[] announce = PcpRequests.announce(Lab.SUB);
            int answered = 0;
            for (int i = 0; i < 20; i++) {
                alice.send(announce, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT);
            }
            while (alice.receive(Scene.PATIENCE).isPresent()) {
                answered++;
            }
            bob.send(PcpRequests.announce(Lab.SUB_OTHER), Lab.CGN_INSIDE, PcpRequests.SERVER_PORT);

            assertTrue(bob.receive(Scene.PATIENCE).isPresent());
            assertTrue(3 <= answered && answered <= 6, "answered to a flood of 20: " + answered);
        }
    }

    private PcpAnswer map(String address, int port) {
        try (UdpSocket client = scene.sub().udp(address, 0)) {
            byte[] request =
                    PcpRequests.map(
                            address, Scene.freshNonce(), PcpRequests.UDP, port, Scene.LONG_SECONDS);
            return Scene.ask(client, request);
        }
    }

    private TcpConnection visit(PcpAnswer mapping) {
        Optional<TcpConnection> connection =
                scene.inet()
                        .connect(
                                Scene.freshPeer(),
                                mapping.externalAddress(),
                                mapping.externalPort(),
                                Scene.PATIENCE);
        TcpConnection visitor = connection.orElseThrow();
        visitor.read(Scene.PATIENCE);
        return visitor;
    }

    private static void assertEchoes(TcpConnection connection) {
        connection.write("still here\n");
        assertEquals(Optional.of("still here\n"), connection.read(Scene.PATIENCE));
    }
}
