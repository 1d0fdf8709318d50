package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;

/** A subscriber with an external address for itself, beside one that shares. */
@Tag("e2e")
class DedicatedTest {
    private static final String OWN = "198.51.100.14";
    private static final String SHARED_POOL = "198.51.100.0-198.51.100.9";
    private static final int ALL_PROTOCOLS = 0;
    private static final int ALL_PORTS = 0;
    private static final String ESP = "50";

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open(lab -> config(lab, "dedicated: " + OWN));
    }

    private static NodeConfig config(Lab lab, String key) {
        return NodeConfig.of(lab, 2)
                .withPool(SHARED_POOL)
                .with(
                        """
                        subscribers:
                          - {id: own, prefixes: [%s/32], %s}
                          - {id: other, prefixes: [%s/32]}
                        """
                                .formatted(Lab.SUB, key, Lab.SUB_OTHER));
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    private static CommandResult run(Namespace where, String command) {
        return scene.lab().run(where, command.split(" ", -1));
    }

    @Test
    @Conformance({"PCP-MAP-011", "PCP-MAP-012", "PCP-MAP-043"})
    void everyPortIsReachedFromOutsideAndEveryProtocolPassesBothWays() {
        PcpAnswer all = scene.granted(ALL_PROTOCOLS, ALL_PORTS, Scene.freshNonce(), 600);
        assertEquals(OWN, all.externalAddress());
        for (int port : new int[] {22, 443, 61_000}) {
            try (var _ = scene.sub().listen(Lab.SUB, port);
                    var visit =
                            scene.inet()
                                    .connect(Lab.INET, OWN, port, Scene.PATIENCE)
                                    .orElseThrow()) {
                assertTrue(visit.read(Scene.PATIENCE).orElse("").startsWith(Lab.INET));
            }
        }
        run(Namespace.INET, "ping -c 1 -W 3 " + OWN).orThrow();
        // Larger than a link: each fragment passes for itself.
        run(Namespace.INET, "ping -c 1 -W 3 -s 4000 " + OWN).orThrow();
        run(Namespace.SUB, "ping -I " + Lab.SUB + " -c 1 -W 3 -s 4000 " + Lab.INET).orThrow();
        // Whoever is reached says that it does not know the protocol, and that comes back too.
        String esp = "traceroute -n -q 1 -w 3 -f 6 -m 6 -P " + ESP + " ";
        CommandResult in = run(Namespace.INET, esp + OWN);
        assertTrue(in.output().contains(OWN + " ") && in.output().contains("!P"), in::output);
        CommandResult out = run(Namespace.SUB, esp + "-s " + Lab.SUB + " " + Lab.INET);
        assertTrue(
                out.output().contains(Lab.INET + " ") && out.output().contains("!P"), out::output);
        CommandResult shared = run(Namespace.SUB, esp + "-s " + Lab.SUB_OTHER + " " + Lab.INET);
        assertTrue(shared.output().contains("*"), shared::output);
    }

    @Test
    @Conformance("NAT-HAIR-006")
    void subscribersMeetByTheExternalAddress() {
        run(Namespace.SUB, "ping -I " + Lab.SUB_OTHER + " -c 1 -W 3 " + OWN).orThrow();
        run(Namespace.SUB, "ping -I " + Lab.SUB + " -c 1 -W 3 " + OWN).orThrow();
    }

    @Test
    void theAddressComesAndGoesByAReload() {
        Node node = scene.node();
        node.reload(config(scene.lab(), "profile: default"));
        try (UdpSocket host = scene.sub().udp(Lab.SUB, 0);
                UdpSocket peer = scene.inet().udp(Lab.INET, 0)) {
            assertNotEquals(OWN, seen(host, peer).address());
            node.reload(config(scene.lab(), "dedicated: " + OWN));
            Datagram seen = seen(host, peer);
            assertEquals(OWN, seen.address());
            assertEquals(host.port(), seen.port());
        }
    }

    private static Datagram seen(UdpSocket host, UdpSocket peer) {
        host.send(Scene.text("hello"), Lab.INET, peer.port());
        return peer.receive(Scene.PATIENCE).orElseThrow();
    }
}
