package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Host;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/** One external address with two ports for everybody, and one that is shared. */
@Tag("e2e")
class SharedPortsTest {
    private static final String ADDRESS = "198.51.100.1";
    private static final String SHARED = ADDRESS + ":5000";

    /** The history is written once a second, and each question takes about as long. */
    private static final int ATTEMPTS = 20;

    private static Scene scene;

    @BeforeAll
    static void open() {
        Lab lab = Lab.open(LabOptions.standard());
        String pool =
                """
                addresses: [%s]
                      allocation: dynamic
                      ports: 6000-6001
                      incoming-ports: none
                      overlap-ports: 5000
                """
                        .formatted(ADDRESS);
        String yaml = NodeConfig.of(lab, 1).with("records: {destinations: overlapping}").yaml();
        Node node = Node.start(lab, yaml.replace("addresses: [" + Lab.POOL + "]", pool.strip()));
        scene = new Scene(lab, node, Host.in(lab, Namespace.SUB), Host.in(lab, Namespace.INET));
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @Test
    @Conformance({"SEED-B-050", "SEED-B-054"})
    void connectionsOfTwoSubscribersShareAPortAndTracesTellThemApart() {
        try (TcpServer one = scene.inet().listen(Lab.INET, Scene.freshPort());
                TcpServer other = scene.inet().listen(Lab.INET_OTHER, Scene.freshPort());
                TcpConnection first = connected(Lab.SUB, Lab.INET, one);
                TcpConnection second = connected(Lab.SUB, Lab.INET, one)) {
            assertTrue(greeting(first).startsWith(ADDRESS + ":600"));
            assertTrue(greeting(second).startsWith(ADDRESS + ":600"));
            try (TcpConnection third = connected(Lab.SUB, Lab.INET, one);
                    TcpConnection fourth = connected(Lab.SUB_OTHER, Lab.INET_OTHER, other)) {
                assertEquals(SHARED + "\n", greeting(third));
                assertEquals(SHARED + "\n", greeting(fourth));
                assertEchoes(third, "the third\n");
                assertEchoes(fourth, "the fourth\n");
                assertTraces();
            }
        }
    }

    private static void assertTraces() {
        String both = trace(said -> said.contains(Lab.SUB) && said.contains(Lab.SUB_OTHER));
        assertTrue(both.contains(Lab.INET) && both.contains(Lab.INET_OTHER), both);
        String one = trace(said -> said.contains(Lab.SUB), "--remote", Lab.INET);
        assertFalse(one.contains(Lab.SUB_OTHER), one);
        String other = trace(said -> said.contains(Lab.SUB_OTHER), "--remote", Lab.INET_OTHER);
        assertFalse(other.lines().anyMatch(line -> line.startsWith(Lab.SUB + " ")), other);
        assertTrue(trace(_ -> true, "--remote", "192.0.2.1").contains("Nobody had it then"));
    }

    private static String trace(Predicate<String> enough, String... options) {
        List<String> words =
                new ArrayList<>(
                        List.of("trace", SHARED + "/tcp", "--at", Instant.now().toString()));
        words.addAll(List.of("--skew", "60", "--data", data()));
        words.addAll(Arrays.asList(options));
        for (int attempt = 0; ; attempt++) {
            CommandResult result =
                    scene.lab().run(Namespace.CGN, Node.command(words.toArray(String[]::new)));
            assertEquals(0, result.exit(), result::output);
            if (enough.test(result.output())) {
                return result.output();
            }
            assertTrue(attempt < ATTEMPTS, result::output);
        }
    }

    private static String data() {
        return scene.lab().directory().resolve("data").toString();
    }

    private static TcpConnection connected(String from, String to, TcpServer server) {
        return scene.sub().connect(from, to, server.port(), Scene.PATIENCE).orElseThrow();
    }

    private static String greeting(TcpConnection connection) {
        return connection.read(Scene.PATIENCE).orElseThrow();
    }

    private static void assertEchoes(TcpConnection connection, String text) {
        connection.write(text);
        assertEquals(Optional.of(text), connection.read(Scene.PATIENCE));
    }
}
