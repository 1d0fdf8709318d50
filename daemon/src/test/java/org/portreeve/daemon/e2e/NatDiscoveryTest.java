package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.NodeConfig;

/** What a client of RFC 5780 says of the node, as it is and with each knob turned by SIGHUP. */
@Tag("e2e")
class NatDiscoveryTest {
    private static final Duration START = Duration.ofSeconds(20);
    private static final Duration DISCOVERY = Duration.ofSeconds(60);

    /** What the client says, and nothing after it, when the server was too slow for it. */
    private static final String GAVE_UP = "STUN receive timeout..";

    private static final int ATTEMPTS = 3;

    private static Scene scene;

    @BeforeAll
    static void open() {
        scene = Scene.open(2);
        LabProcess server =
                scene.lab()
                        .start(
                                Namespace.INET,
                                "turnserver",
                                "-n",
                                "--stun-only",
                                "--no-cli",
                                "--no-tls",
                                "--no-dtls",
                                "--listening-ip=" + Lab.INET,
                                "--listening-ip=" + Lab.INET_OTHER,
                                "--log-file=stdout",
                                "--pidfile=" + scene.lab().directory().resolve("turnserver.pid"),
                                "--userdb=" + scene.lab().directory().resolve("turndb"));
        String last = "SQLite DB connection success";
        assertTrue(
                server.awaitLine(0, line -> line.contains(last), START).isPresent(),
                server::output);
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    @Test
    @Conformance({"NAT-FLT-001", "NAT-CGN-070", "NAT-EIM-001"})
    void nodeIsEndpointIndependentAndHairpinsByDefault() {
        profile("{}");

        says("-m", "NAT with Endpoint Independent Mapping!");
        says("-f", "NAT with Endpoint Independent Filtering!");
        says("-H", "successful hairpinning");
    }

    @Test
    @Conformance("NAT-FLT-002")
    void filteringIsWhatTheProfileSays() {
        profile("{filtering: {udp: address-dependent}}");
        says("-f", "NAT with Address Dependent Filtering!");
        says("-m", "NAT with Endpoint Independent Mapping!");

        profile("{filtering: {udp: address-and-port-dependent}}");
        says("-f", "NAT with Address and Port Dependent Filtering!");
        profile("{filtering: {tcp: address-and-port-dependent}}");
        says("-f", "NAT with Endpoint Independent Filtering!");
    }

    @Test
    void mappingIsWhatTheProfileSays() {
        profile("{mapping: {udp: address-dependent}}");
        says("-m", "NAT with Address Dependent Mapping!");
        says("-f", "NAT with Endpoint Independent Filtering!");

        profile("{mapping: {udp: address-and-port-dependent}}");
        says("-m", "NAT with Address and Port Dependent Mapping!");
    }

    @Test
    @Conformance("SEED-B-073")
    void applicationIsFilteredByItsOwnRule() {
        profile(
                """
                {eif: {applications: [
                    {protocol: udp, internal-ports: 5060-5069, filtering: address-dependent}]}}
                """
                        .replace("\n", " "));
        says("-f", "NAT with Address Dependent Filtering!", "-L", Lab.SUB, "-l", "5060");
        says("-f", "NAT with Endpoint Independent Filtering!", "-L", Lab.SUB, "-l", "5070");
    }

    private static void profile(String yaml) {
        String profiles = "profiles: {default: " + yaml + "}\n";
        scene.node().reload(NodeConfig.of(scene.lab(), 2).with(profiles));
    }

    private static void says(String question, String answer, String... more) {
        String[] command = new String[3 + more.length];
        command[0] = "turnutils_natdiscovery";
        command[1] = question;
        System.arraycopy(more, 0, command, 2, more.length);
        command[command.length - 1] = Lab.INET;
        String said = discover(command);
        for (int attempt = 1; attempt < ATTEMPTS && said.endsWith(GAVE_UP); attempt++) {
            said = discover(command);
        }
        String last = said;
        assertTrue(last.contains(answer), () -> last);
    }

    private static String discover(String... command) {
        return scene.lab().start(Namespace.SUB, command).result(DISCOVERY).output().strip();
    }
}
