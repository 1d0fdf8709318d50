package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;

/** Transmission opens its peer port by UPnP alone, and a stranger reaches it. */
@Tag("e2e")
class TorrentTest {
    private static final Duration OPENS = Duration.ofSeconds(40);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    /** Of the incoming range: Transmission takes no other port than its own. */
    private static final int PEER_PORT = 12_413;

    @Test
    void transmissionOpensItsPortByUpnpAndIsReached() throws InterruptedException {
        try (Scene scene =
                Scene.open(lab ->
                        NodeConfig.of(lab, 1)
                                .withPool(Lab.PUBLIC_POOL)
                                .withoutNatPmp()
                                .with("upnp: {interfaces: [eth-in]}\n"))) {
            LabProcess transmission = start(scene);

            Optional<String> reached = awaitReached(scene);

            assertTrue(
                    reached.isPresent(),
                    () -> transmission.output() + "\n" + scene.node().process().output());
        }
    }

    private static LabProcess start(Scene scene) {
        return scene.lab()
                .start(
                        Namespace.SUB,
                        "transmission-daemon",
                        "--foreground",
                        "--log-debug",
                        "--config-dir",
                        scene.lab().directory().resolve("transmission").toString(),
                        "--portmap",
                        "--peerport",
                        Integer.toString(PEER_PORT),
                        "--bind-address-ipv4",
                        Lab.SUB,
                        "--no-dht",
                        "--no-lpd",
                        "--no-auth");
    }

    /** The external address at which the peer port accepts a connection. */
    private static Optional<String> awaitReached(Scene scene) throws InterruptedException {
        long deadlineNs = System.nanoTime() + OPENS.toNanos();
        while (System.nanoTime() - deadlineNs < 0) {
            CommandResult status = scene.lab().run(Namespace.SUB, "upnpc", "-m", Lab.SUB, "-s");
            var external = ClientsTest.EXTERNAL.matcher(status.output());
            if (external.find()) {
                String address = external.group(1);
                Optional<TcpConnection> connection =
                        scene.inet().connect(Scene.freshPeer(), address, PEER_PORT, Scene.SILENCE);
                if (connection.isPresent()) {
                    connection.get().close();
                    return Optional.of(address);
                }
            }
            Thread.sleep(BETWEEN_TRIES);
        }
        return Optional.empty();
    }
}
