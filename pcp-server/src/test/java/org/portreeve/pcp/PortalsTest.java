package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.socket.PcpListen;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.testkit.Conformance;

/** Several portals, and portals that have IPv6: raw octets over real sockets. */
@Timeout(60)
class PortalsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");
    private static final String FIRST_PORTAL = "127.200.0.1";
    private static final String SECOND_PORTAL = "127.200.0.2";
    private static final String FIRST_HOST = "127.11.0.1";
    private static final String SECOND_HOST = "127.12.0.1";

    private static Portal portal(String from, String hosts) {
        return new Portal(
                List.of(AddressPrefix.parse(from).orElseThrow()), List.of(Prefix.of(hosts)));
    }

    private static byte[] request(String from, String host) {
        return map(from, 1, UDP, 8080, 600, NO_PORT, ANY_IPV4, option(1, mapped(host)));
    }

    @Test
    void eachPortalMayAskForItsOwnHostsAlone() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var first = node.client(FIRST_PORTAL);
                var second = node.client(SECOND_PORTAL)) {
            node.use(
                    new ThirdParties(
                            List.of(
                                    portal(FIRST_PORTAL + "/32", "127.11.0.0/16"),
                                    portal(SECOND_PORTAL + "/32", "127.12.0.0/16")),
                            Realms.NONE));

            first.ask(0, request(FIRST_PORTAL, FIRST_HOST));
            first.ask(2, request(FIRST_PORTAL, SECOND_HOST));
            second.ask(2, request(SECOND_PORTAL, FIRST_HOST));
            second.ask(0, request(SECOND_PORTAL, SECOND_HOST));
        }
    }

    @Test
    @Conformance("PCP-TP-008")
    void anIpv6PortalMapsForAnIpv4Host() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(LOOPBACK) != null, "no IPv6 here");
        var listen =
                new PcpListen(
                        List.of(PcpAddress.of(LOOPBACK), PcpAddress.ofIpv4(Ipv4.of("127.0.0.1"))),
                        List.of(),
                        0);
        try (var node = PcpNode.started(PcpNode.config(), PcpServer.TOTAL, listen)) {
            byte[] request = request("0.0.0.0", FIRST_HOST);
            System.arraycopy(LOOPBACK.getAddress(), 0, request, 8, 16);
            assertEquals(5, ask(node, request)[RESULT]);
            node.use(new ThirdParties(List.of(portal("::1/128", "127.11.0.0/16")), Realms.NONE));

            byte[] answer = ask(node, request);

            assertArrayEquals(new byte[] {2, (byte) 0x81, 0, 0}, slice(answer, 0, 4));
            assertArrayEquals(
                    mapped(PcpNode.EXTERNAL),
                    slice(answer, EXTERNAL_ADDRESS, EXTERNAL_ADDRESS + 16));
            assertArrayEquals(
                    option(1, mapped(FIRST_HOST)), slice(answer, MAP_LENGTH, answer.length));
            int witness = witness(node);
            var outside = new OutsideHosts(node, witness);
            int port = u16(answer, EXTERNAL_PORT);
            assertTrue(outside.reaches(UDP, "203.0.113.5", 1, port, FIRST_HOST, 8080));
            // Another host, and a mapping of its own, are not for it.
            byte[] other = request("0.0.0.0", SECOND_HOST);
            System.arraycopy(LOOPBACK.getAddress(), 0, other, 8, 16);
            assertEquals(2, ask(node, other)[RESULT]);
        }
    }

    private static int witness(PcpNode node) throws Exception {
        try (var host = new RawClient("127.11.0.7", node.address(1))) {
            return u16(host.ask(0, map("127.11.0.7", 1, UDP, 9, 600)), EXTERNAL_PORT);
        }
    }

    private static byte[] ask(PcpNode node, byte[] request) throws Exception {
        try (var client = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            client.setSoTimeout(10_000);
            client.send(new DatagramPacket(request, request.length, node.address()));
            DatagramPacket answer = new DatagramPacket(new byte[2000], 2000);
            client.receive(answer);
            assertEquals(node.address(), answer.getSocketAddress());
            return Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }

    @Test
    void aPrefixOfEitherFamilyHasItsAddressesAndNoOthers() {
        AddressPrefix six = AddressPrefix.parse("2001:db8:0:4::/62").orElseThrow();
        assertTrue(six.contains(address("2001:db8:0:7:ffff::1")));
        assertFalse(six.contains(address("2001:db8:0:8::")));
        AddressPrefix host = AddressPrefix.parse("2001:db8::9/128").orElseThrow();
        assertTrue(host.contains(address("2001:db8::9")));
        assertFalse(host.contains(address("2001:db8::8")));
        assertEquals(Optional.of(host), AddressPrefix.parse("2001:db8::9"));
        AddressPrefix four = AddressPrefix.parse("192.0.2.128/25").orElseThrow();
        assertTrue(four.contains(address("192.0.2.200")));
        assertFalse(four.contains(address("192.0.2.100")));
        assertFalse(four.contains(address("::c000:2c8")));
        for (String allOfIpv6 : List.of("::/0", "::/64")) {
            AddressPrefix prefix = AddressPrefix.parse(allOfIpv6).orElseThrow();
            assertTrue(prefix.contains(address("::9")));
            assertFalse(prefix.contains(address("192.0.2.1")));
        }
    }

    @Test
    void whatIsNoPrefixIsNotRead() {
        for (String text :
                List.of("", "x::", "::1/129", "::1/64", "x::/64", "::ffff:192.0.2.0/120", "::/x")) {
            assertEquals(Optional.empty(), AddressPrefix.parse(text), text);
        }
        assertThrows(IllegalArgumentException.class, () -> new AddressPrefix(address("::1"), 127));
    }

    private static PcpAddress address(String text) {
        return PcpAddress.of(InetAddress.ofLiteral(text));
    }
}
