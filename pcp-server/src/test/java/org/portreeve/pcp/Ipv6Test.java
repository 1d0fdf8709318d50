package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.header;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u32;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.socket.PcpListen;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.testkit.Conformance;

/** A client with an IPv6 address alone: raw octets over real sockets. */
@Timeout(60)
class Ipv6Test {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    private static PcpNode node() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(LOOPBACK) != null, "no IPv6 here");
        var listen = new PcpListen(List.of(PcpAddress.of(LOOPBACK)), List.of(), 0);
        return PcpNode.started(PcpNode.config(), PcpServer.TOTAL, listen);
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
    @Conformance({"PCP-NET-001", "PCP-NET-002"})
    void theEpochIsTold() throws Exception {
        try (var node = node()) {
            byte[] answer = ask(node, header(0, 0, LOOPBACK.getAddress()));

            assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 0}, slice(answer, 0, 4));
            assertEquals(24, answer.length);
        }
    }

    @Test
    @Conformance("PCP-EPO-002")
    void theEpochSaysThatAMappingWhichItAskedForIsLost() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(LOOPBACK) != null, "no IPv6 here");
        var listen = new PcpListen(List.of(PcpAddress.of(LOOPBACK)), List.of(), 0);
        for (LeaseOrigin origin : List.of(LeaseOrigin.PCP, LeaseOrigin.UPNP)) {
            var node = new PcpNode(PcpNode.config(), PcpServer.TOTAL, listen, lost(origin));
            try (node) {
                node.startTranslator();
                PcpNode.await(node.deploy());
                while (node.count(ControlCounter.LOST_AT_RESTORE) == 0) {
                    Thread.onSpinWait();
                }

                byte[] answer = ask(node, header(0, 0, LOOPBACK.getAddress()));

                assertEquals(origin == LeaseOrigin.PCP, u32(answer, RawRequest.EPOCH) < 60);
            }
        }
    }

    /** A node that was up for long; the address of its only lease has left the pool. */
    private static RecoveredState lost(LeaseOrigin origin) {
        long nowMillis = System.currentTimeMillis();
        String host = "127.6.0.1";
        int formerIp = Ipv4.of("203.0.113.77");
        var lease =
                new JournalRecord.LeaseGranted(
                        InternalTuple.of(RawRequest.UDP, Ipv4.of(host), 7000),
                        host,
                        formerIp,
                        4711,
                        Nonce.ZERO,
                        origin,
                        0,
                        0,
                        nowMillis + 500_000,
                        "");
        return new RecoveredState(
                List.of(lease),
                List.of(),
                List.of(new JournalRecord.Paired(host, formerIp)),
                List.of(),
                OptionalLong.of(nowMillis - 5_000_000),
                nowMillis - 1_000);
    }

    @Test
    void aMappingForItselfIsNotOffered() throws Exception {
        try (var node = node()) {
            byte[] request = RawRequest.map("127.0.0.1", 1, RawRequest.UDP, 7000, 600);
            System.arraycopy(LOOPBACK.getAddress(), 0, request, 8, 16);

            byte[] answer = ask(node, request);

            assertEquals(2, answer[RESULT]);
            assertEquals(1800, u32(answer, LIFETIME));
            assertArrayEquals(slice(request, 24, 60), slice(answer, 24, 60));
        }
    }

    @Test
    void anotherClientAddressIsAMismatch() throws Exception {
        try (var node = node()) {
            byte[] answer = ask(node, RawRequest.announce("127.0.0.1"));

            assertEquals(12, answer[RESULT]);
        }
    }

    @Test
    void withPcpOffThereIsNoAnswer() throws Exception {
        try (var node = node()) {
            byte[] request = header(0, 0, LOOPBACK.getAddress());
            node.offerPcp(false);
            send(node, request);
            while (node.counters.value(PcpCounter.IGNORED_OFF) == 0) {
                Thread.onSpinWait();
            }

            node.offerPcp(true);
            ask(node, request);
            assertEquals(1, node.counters.value(PcpCounter.ANSWERED_SUCCESS));
        }
    }

    private static void send(PcpNode node, byte[] request) throws Exception {
        try (var client = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            client.send(new DatagramPacket(request, request.length, node.address()));
        }
    }

    @Test
    void natPmpIsNotForIt() throws Exception {
        try (var node = node()) {
            byte[] answer = ask(node, new byte[] {0, 0});

            assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 1}, slice(answer, 0, 4));
        }
    }
}
