package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Capture;
import org.portreeve.testkit.lab.CommandResult;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** What a node says unasked, and where it listens, as seen on the wire of the subscribers. */
@Tag("e2e")
@Timeout(180)
class AnnouncementTest {
    private static final String NODE_V6 = "2001:db8:64::1";
    private static final String SUB_V6 = "2001:db8:64::2";
    private static final String ANYCAST = "192.0.0.9";
    private static final String ANYCAST_V6 = "2001:1::1";
    private static final String SERVER_PORT = "5351";
    private static final String CLIENT_PORT = "5350";
    private static final String CONTROL = "udp and (port 5350 or port 5351)";

    private static final long WATCHED_MILLIS = 8_000;

    /** Copies that are seen meanwhile at least; without any lateness there are six. */
    private static final int COPIES = 3;

    /** What the way to the device may take once more and once less on a busy machine. */
    private static final double JITTER = 0.05;

    /** One message as tshark reads it. */
    private record Seen(
            double seconds,
            String source,
            String destination,
            String sourcePort,
            String destinationPort,
            String version,
            String opcode,
            String warning) {
        static Seen of(String line) {
            String[] f = line.split("\\|", -1);
            return new Seen(
                    Double.parseDouble(f[0]),
                    f[1] + f[2],
                    f[3] + f[4],
                    f[5],
                    f[6],
                    f[7],
                    f[8],
                    f[9]);
        }

        boolean isPcpTo(String address, String port) {
            return version.equals("2")
                    && destination.equals(address)
                    && destinationPort.equals(port);
        }
    }

    private static Scene dualStack() {
        return Scene.open(lab -> {
            addIpv6(lab);
            return NodeConfig.of(lab, 1)
                    .withListen(
                            String.join(
                                    ", ",
                                    Lab.CGN_INSIDE,
                                    ANYCAST,
                                    '"' + NODE_V6 + '"',
                                    '"' + ANYCAST_V6 + '"'));
        });
    }

    private static void addIpv6(Lab lab) {
        shell(lab, Namespace.CGN, "echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6");
        shell(lab, Namespace.CGN, "echo 0 > /proc/sys/net/ipv6/conf/eth-in/disable_ipv6");
        shell(lab, Namespace.CGN, "ip -6 addr add " + NODE_V6 + "/64 dev eth-in nodad");
        shell(lab, Namespace.CGN, "ip addr add " + ANYCAST + "/32 dev lo");
        shell(lab, Namespace.CGN, "echo 0 > /proc/sys/net/ipv6/conf/lo/disable_ipv6");
        shell(lab, Namespace.CGN, "ip -6 addr add " + ANYCAST_V6 + "/128 dev lo nodad");
        shell(lab, Namespace.SUB, "echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6");
        shell(lab, Namespace.SUB, "echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6");
        shell(lab, Namespace.SUB, "ip -6 addr add " + SUB_V6 + "/64 dev eth0 nodad");
        shell(lab, Namespace.SUB, "ip -6 route add default via " + NODE_V6);
    }

    private static void shell(Lab lab, Namespace namespace, String line) {
        lab.run(namespace, "sh", "-c", line).orThrow();
    }

    @Test
    @Conformance({"PCP-ANN-005", "PCP-ANN-006", "PCP-ANN-007", "PCP-ANN-008", "PCP-ANN-009"})
    void aStartIsAnnouncedToBothFamiliesAndToTheKnownClient() throws Exception {
        try (Scene scene = dualStack();
                UdpSocket client = scene.sub().udp(Lab.SUB, 0)) {
            byte[] nonce = Scene.freshNonce();
            byte[] map = PcpRequests.map(Lab.SUB, nonce, PcpRequests.UDP, client.port(), 3_600);
            assertTrue(Scene.ask(client, map).succeeded());
            scene.node().kill();

            Capture capture = scene.lab().capture(Namespace.SUB, Lab.HOST_DEVICE, CONTROL);
            scene.node().start();
            Thread.sleep(WATCHED_MILLIS);
            capture.stop();
            List<Seen> all = seen(scene.lab(), capture.file());

            assertSchedule(all, Lab.CGN_INSIDE, "224.0.0.1", CLIENT_PORT);
            assertSchedule(all, ANYCAST, "224.0.0.1", CLIENT_PORT);
            assertSchedule(all, NODE_V6, "ff02::1", CLIENT_PORT);
            assertSchedule(all, ANYCAST_V6, "ff02::1", CLIENT_PORT);
            assertSchedule(all, Lab.CGN_INSIDE, Lab.SUB, Integer.toString(client.port()));
            assertEquals(List.of(), all.stream().filter(s -> !s.warning.isEmpty()).toList());
            assertTrue(all.stream().allMatch(s -> s.sourcePort.equals(SERVER_PORT)));
        }
    }

    private static void assertSchedule(List<Seen> all, String from, String to, String port) {
        List<Seen> copies =
                all.stream().filter(s -> s.source.equals(from) && s.isPcpTo(to, port)).toList();
        assertTrue(copies.stream().allMatch(s -> s.opcode.equals("0")), copies::toString);
        assertTrue(copies.size() >= COPIES, () -> to + " heard " + copies);
        double least = 0.25;
        for (int i = 1; i < copies.size(); i++) {
            double gap = copies.get(i).seconds - copies.get(i - 1).seconds;
            assertTrue(gap >= least - JITTER, copies::toString);
            least = 2 * gap - 2 * JITTER;
        }
    }

    @Test
    @Conformance({"PCP-UPD-005", "PCP-UPD-006"})
    void theOwnerOfAReleasedAddressIsToldThreeTimes() throws Exception {
        try (Scene scene = Scene.open(1);
                UdpSocket client = scene.sub().udp(Lab.SUB, 0)) {
            byte[] nonce = Scene.freshNonce();
            byte[] map = PcpRequests.map(Lab.SUB, nonce, PcpRequests.TCP, 8_080, 3_600);
            PcpAnswer granted = Scene.ask(client, map);
            assertTrue(granted.succeeded(), granted::toString);

            String port = Integer.toString(client.port());
            Capture capture =
                    scene.lab().capture(Namespace.SUB, Lab.HOST_DEVICE, "udp and dst port " + port);
            release(scene, Lab.SUB);
            Optional<Datagram> told = client.receive(Scene.PATIENCE);
            Thread.sleep(1_500);
            capture.stop();
            List<Seen> copies = seen(scene.lab(), capture.file());

            PcpAnswer update = PcpAnswer.of(told.orElseThrow().bytes());
            assertEquals(0, update.lifetimeSeconds());
            assertEquals(HexFormat.of().formatHex(nonce), update.nonce());
            assertEquals(granted.externalPort(), update.externalPort());
            assertEquals(3, copies.size(), copies::toString);
            assertTrue(copies.get(1).seconds - copies.get(0).seconds >= 0.25 - JITTER);
            assertTrue(copies.get(2).seconds - copies.get(1).seconds >= 0.5 - JITTER);
            for (Seen copy : copies) {
                assertEquals("1", copy.opcode);
                assertEquals("", copy.warning);
            }
        }
    }

    private static void release(Scene scene, String address) {
        String data = scene.lab().directory().resolve("data").toString();
        String[] command = Node.command("release", address, "--data", data);
        CommandResult result = scene.lab().run(Namespace.CGN, command).orThrow();
        assertTrue(result.output().contains("1 mappings"), result::output);
    }

    @Test
    @Conformance({"PCP-ANY-001", "PCP-NET-001", "PCP-NET-002"})
    void everyAddressAnswersFromItself() {
        try (Scene scene = dualStack()) {
            for (String server : List.of(Lab.CGN_INSIDE, ANYCAST)) {
                try (UdpSocket client = scene.sub().udp(Lab.SUB, 0)) {
                    assertAnswered(client, PcpRequests.announce(Lab.SUB), server, 0);
                }
            }
            for (String server : List.of(NODE_V6, ANYCAST_V6)) {
                try (UdpSocket client = scene.sub().udp(SUB_V6, 0)) {
                    byte[] announce = PcpRequests.announce(Lab.SUB);
                    System.arraycopy(subV6(), 0, announce, 8, 16);
                    assertAnswered(client, announce, server, 0);
                    byte[] map =
                            PcpRequests.map(
                                    Lab.SUB, Scene.freshNonce(), PcpRequests.UDP, 7_000, 600);
                    System.arraycopy(subV6(), 0, map, 8, 16);
                    assertAnswered(client, map, server, 2);
                }
            }
        }
    }

    private static byte[] subV6() {
        return HexFormat.of().parseHex("20010db8006400000000000000000002");
    }

    private static void assertAnswered(
            UdpSocket client, byte[] request, String server, int result) {
        client.send(request, server, PcpRequests.SERVER_PORT);
        Datagram answer = client.receive(Scene.PATIENCE).orElseThrow();
        assertEquals(InetAddress.ofLiteral(server), InetAddress.ofLiteral(answer.address()));
        assertEquals(PcpRequests.SERVER_PORT, answer.port());
        assertEquals(result, PcpAnswer.of(answer.bytes()).result());
    }

    @Test
    @Conformance("NPM-007")
    void neitherProtocolIsAnsweredAtExternalAddressesNorToTheInternet() {
        try (Scene scene = Scene.open(1);
                UdpSocket sub = scene.sub().udp(Lab.SUB, 0);
                UdpSocket inet = scene.inet().udp(Lab.INET, 0)) {
            PcpAnswer mapping =
                    scene.granted(PcpRequests.UDP, Scene.freshPort(), Scene.freshNonce(), 600);
            for (byte[] request : List.of(new byte[2], PcpRequests.announce(Lab.SUB))) {
                sub.send(request, mapping.externalAddress(), PcpRequests.SERVER_PORT);
                sub.send(request, Lab.CGN_OUTSIDE, PcpRequests.SERVER_PORT);
                inet.send(request, Lab.CGN_OUTSIDE, PcpRequests.SERVER_PORT);
                inet.send(request, mapping.externalAddress(), PcpRequests.SERVER_PORT);
            }
            assertFalse(sub.receive(Scene.SILENCE).isPresent());
            assertFalse(inet.receive(Scene.SILENCE).isPresent());
        }
    }

    private static List<Seen> seen(Lab lab, Path capture) {
        String fields =
                "frame.time_epoch ip.src ipv6.src ip.dst ipv6.dst udp.srcport udp.dstport"
                        + " portcontrol.version portcontrol.opcode _ws.expert.message";
        StringBuilder line =
                new StringBuilder("tshark -n -r " + capture + " -T fields -E separator='|'");
        Arrays.stream(fields.split(" ", -1)).forEach(field -> line.append(" -e ").append(field));
        String said = lab.run(Namespace.SUB, "sh", "-c", line + " 2>/dev/null").orThrow().output();
        return said.lines()
                .filter(text -> text.contains("|"))
                .map(Seen::of)
                .filter(seen -> seen.version.equals("2"))
                .toList();
    }
}
