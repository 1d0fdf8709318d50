package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/** Programs that people have: each opens a port, and a host on the Internet gets in. */
@Tag("e2e")
class ClientsTest {
    private static final Pattern NATPMPC =
            Pattern.compile("Mapped public port ([0-9]+) protocol TCP to local port ([0-9]+)");

    /** What {@code upnpc -s} says of the external address. */
    static final Pattern EXTERNAL = Pattern.compile("ExternalIPAddress = ([0-9.]+)");

    /** What {@code natpmpc} says of it. */
    static final Pattern PUBLIC = Pattern.compile("Public IP address : ([0-9.]+)");

    private static final Pattern OURS =
            Pattern.compile("reachable at ([0-9.]+):([0-9]+) for [0-9]+ s");

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene =
                Scene.open(lab ->
                        NodeConfig.of(lab, 2)
                                .withPool(Lab.PUBLIC_POOL)
                                .with("upnp: {interfaces: [eth-in]}\n"));
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @Test
    @Conformance("SEED-A-045")
    void ourOwnClientOpensAPort() {
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            String port = Integer.toString(server.port());
            CommandResult map = sub(Node.command("map", port, "--server", Lab.CGN_INSIDE));

            Matcher granted = found(OURS, map);
            assertReached(granted.group(1), Integer.parseInt(granted.group(2)));
        }
    }

    @Test
    @Conformance({"NPM-031", "NPM-060", "SEED-A-045"})
    void natpmpcOpensAPortAndClosesIt() {
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            String port = Integer.toString(server.port());

            CommandResult open =
                    sub("natpmpc", "-g", Lab.CGN_INSIDE, "-a", port, port, "tcp", "3600");

            String external = found(PUBLIC, open).group(1);
            int externalPort = Integer.parseInt(found(NATPMPC, open).group(1));
            assertReached(external, externalPort);

            CommandResult close =
                    sub("natpmpc", "-g", Lab.CGN_INSIDE, "-a", port, port, "tcp", "0");
            assertEquals(0, close.exit(), close::output);
            assertFalse(isReached(external, externalPort), "closed, and still reached");
        }
    }

    @Test
    void upnpcShowsListsOpensAndClosesAPort() {
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            String port = Integer.toString(server.port());
            // Of the incoming range, from which single ports are given.
            String wanted = "1" + port.substring(1);

            CommandResult status = sub("upnpc", "-m", Lab.SUB, "-s");
            String external = found(EXTERNAL, status).group(1);
            assertTrue(status.output().contains("Status : Connected"), status::output);

            CommandResult open =
                    sub("upnpc", "-m", Lab.SUB, "-e", "a door", "-a", Lab.SUB, port, wanted, "tcp");
            assertTrue(open.output().contains("is redirected to internal"), open::output);
            assertReached(external, Integer.parseInt(wanted));
            CommandResult list = sub("upnpc", "-m", Lab.SUB, "-l");
            assertTrue(list.output().contains(wanted + "->" + Lab.SUB + ":" + port), list::output);
            assertTrue(list.output().contains("a door"), list::output);

            CommandResult close = sub("upnpc", "-m", Lab.SUB, "-d", wanted, "tcp");
            assertEquals(0, close.exit(), close::output);
            assertFalse(isReached(external, Integer.parseInt(wanted)), "closed, and still reached");
        }
    }

    private static CommandResult sub(String... command) {
        return scene.lab().run(Namespace.SUB, command);
    }

    private static Matcher found(Pattern pattern, CommandResult result) {
        Matcher matcher = pattern.matcher(result.output());
        assertTrue(matcher.find(), () -> pattern + " is not in: " + result.output());
        return matcher;
    }

    private static void assertReached(String external, int port) {
        assertTrue(isReached(external, port), () -> external + ":" + port + " is not reached");
    }

    /** Whether a host never contacted connects and is greeted by the server. */
    private static boolean isReached(String external, int port) {
        String visitor = Scene.freshPeer();
        Optional<TcpConnection> connection =
                scene.inet().connect(visitor, external, port, Scene.SILENCE);
        if (connection.isEmpty()) {
            return false;
        }
        try (TcpConnection tcp = connection.get()) {
            return tcp.read(Scene.PATIENCE).orElse("").startsWith(visitor);
        }
    }
}
