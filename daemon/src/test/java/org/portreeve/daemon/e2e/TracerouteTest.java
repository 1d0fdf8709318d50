package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** What Debian's traceroute and tracepath show of the way through the node, in both directions. */
@Tag("e2e")
class TracerouteTest {
    private static final Duration START = Duration.ofSeconds(10);
    private static final Pattern HOP = Pattern.compile("^ *\\d+:? +(\\S+).*");

    private static Scene scene;
    private static LabProcess outside;

    @BeforeAll
    static void open() {
        scene = Scene.open(3);
        outside =
                scene.lab()
                        .start(
                                Namespace.INET,
                                "tcpdump",
                                "-n",
                                "-v",
                                "-l",
                                "--immediate-mode",
                                "-i",
                                Lab.HOST_DEVICE);
        outside.awaitLine("tcpdump: listening", START);
    }

    @AfterAll
    static void close() {
        scene.close();
    }

    /** What tcpdump wrote so far, quoted packets included, names no subscriber. */
    private static void assertNothingInternalOutside() {
        outside.awaitLine(0, line -> line.contains("198.51.100."), START);
        assertFalse(outside.output().contains("100.64."), outside::output);
    }

    @Test
    @Conformance({"NAT-ICMP-016", "NAT-ICMP-019"})
    void subscriberSeesTheNodeThenItsExternalAddressThenTheHost() {
        for (List<String> method : List.of(List.of("-U"), List.of("-I"))) {
            List<String> hops = hops(Namespace.SUB, method, Lab.INET);

            assertEquals(3, hops.size(), hops::toString);
            assertEquals(Lab.CGN_INSIDE, hops.getFirst());
            assertTrue(hops.get(1).startsWith("198.51.100."), hops::toString);
            assertEquals(Lab.INET, hops.get(2));
        }
        assertNothingInternalOutside();
    }

    @Test
    void tracepathReachesTheHost() {
        CommandResult path = scene.lab().run(Namespace.SUB, "tracepath", "-n", Lab.INET);

        assertTrue(path.output().contains("reached"), path::output);
        assertTrue(path.output().contains("198.51.100."), path::output);
        assertNothingInternalOutside();
    }

    @Test
    @Conformance({"NAT-ICMP-010", "NAT-ICMP-019"})
    void visitorOfAMappedUdpPortSeesTheNodeAndTheExternalAddressOnly() {
        PcpAnswer mapping = mapped(PcpRequests.UDP, Scene.freshPort());
        List<String> method = List.of("-U", "-p", Integer.toString(mapping.externalPort()));

        assertWayIn(hops(Namespace.INET, method, mapping.externalAddress()), mapping);
        assertNothingInternalOutside();
    }

    @Test
    void visitorOfAMappedTcpPortSeesTheSame() {
        try (TcpServer server = scene.sub().listen(Lab.SUB, Scene.freshPort())) {
            PcpAnswer mapping = mapped(PcpRequests.TCP, server.port());
            List<String> method = List.of("-T", "-p", Integer.toString(mapping.externalPort()));

            assertWayIn(hops(Namespace.INET, method, mapping.externalAddress()), mapping);
            assertNothingInternalOutside();
        }
    }

    /** The host itself, at the end, is known by its external address too. */
    private static void assertWayIn(List<String> hops, PcpAnswer mapping) {
        String external = mapping.externalAddress();
        assertEquals(List.of(Lab.CGN_OUTSIDE, external, external), hops);
    }

    private static PcpAnswer mapped(int protocol, int port) {
        return scene.granted(protocol, port, Scene.freshNonce(), Scene.LONG_SECONDS);
    }

    private static List<String> hops(Namespace from, List<String> method, String destination) {
        List<String> command = new ArrayList<>(List.of("traceroute", "-n", "-q", "1", "-N", "1"));
        command.addAll(List.of("-w", "3", "-m", "6"));
        command.addAll(method);
        command.add(destination);
        CommandResult result = scene.lab().run(from, command.toArray(String[]::new));
        assertTrue(result.succeeded(), result::output);
        return result.output()
                .lines()
                .filter(line -> HOP.matcher(line).matches())
                .map(line -> HOP.matcher(line).replaceAll("$1"))
                .toList();
    }
}
