package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;

/** Torrent clients open their peer port, each by one protocol alone, and a stranger reaches it. */
@Tag("e2e")
class TorrentTest {
    private static final Duration OPENS = Duration.ofSeconds(40);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    /** Of the incoming range: Transmission takes no other port than its own. */
    private static final int PEER_PORT = 12_413;

    private static final Pattern EXTERNAL_PORT = Pattern.compile("external port: TCP/([0-9]+)");

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

    /** libtorrent asks by PCP, and by NAT-PMP when it is told that PCP is not spoken here. */
    private static final String LIBTORRENT =
            """
            import libtorrent, time
            session = libtorrent.session({
                'listen_interfaces': '%s:%d', 'enable_natpmp': True, 'enable_upnp': False,
                'enable_dht': False, 'enable_lsd': False,
                'alert_mask': libtorrent.alert.category_t.all_categories})
            while True:
                for alert in session.pop_alerts():
                    print(alert.message(), flush=True)
                time.sleep(0.05)
            """
                    .formatted(Lab.SUB, PEER_PORT);

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"PCP", "NAT-PMP"})
    void libtorrentOpensItsPortByPortControlAndIsReached(String protocol) {
        boolean isPcp = protocol.equals("PCP");
        try (Scene scene =
                Scene.ofYaml(lab ->
                        NodeConfig.of(lab, 1)
                                .yaml()
                                .replace("  nat-pmp:", "  enabled: " + isPcp + "\n  nat-pmp:"))) {
            LabProcess libtorrent =
                    scene.lab().start(Namespace.SUB, "/usr/bin/python3", "-c", LIBTORRENT);

            String opened = awaited(libtorrent, "successfully mapped port", "TCP");
            awaited(libtorrent, "<== port map [ transport: " + protocol, "tcp");
            Matcher port = EXTERNAL_PORT.matcher(opened);
            assertTrue(port.find(), opened);
            assertTrue(isReached(scene, Integer.parseInt(port.group(1))), libtorrent::output);
        }
    }

    private static String awaited(LabProcess process, String words, String more) {
        return process.awaitLine(0, line -> line.contains(words) && line.contains(more), OPENS)
                .orElseThrow(() -> new AssertionError(process.output()));
    }

    /** At the external address that the subscriber is told. */
    private static boolean isReached(Scene scene, int port) {
        CommandResult told = scene.lab().run(Namespace.SUB, "natpmpc", "-g", Lab.CGN_INSIDE);
        Matcher external = ClientsTest.PUBLIC.matcher(told.output());
        assertTrue(external.find(), told::output);
        Optional<TcpConnection> connection =
                scene.inet().connect(Scene.freshPeer(), external.group(1), port, Scene.PATIENCE);
        connection.ifPresent(TcpConnection::close);
        return connection.isPresent();
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
