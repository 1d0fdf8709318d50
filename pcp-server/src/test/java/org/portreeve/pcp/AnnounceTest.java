package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.header;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u32;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;

/** Is the server there, and what is its epoch: raw octets over real sockets. */
class AnnounceTest {
    private static final String CLIENT = "127.1.0.1";

    @Test
    @Conformance({"PCP-ANN-001", "PCP-RSP-001", "PCP-RSP-003"})
    void theAnswerIsAHeaderWithTheEpoch() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            node.skipSeconds(1000);

            byte[] answer = client.ask(announce(CLIENT));

            assertEquals(24, answer.length);
            assertArrayEquals(
                    new byte[] {2, (byte) 0x80, 0, 0, 0, 0, 0, 0}, slice(answer, 0, EPOCH));
            assertTrue(u32(answer, EPOCH) >= 1000 && u32(answer, EPOCH) < 1030);
            assertArrayEquals(new byte[12], slice(answer, RawRequest.RESERVED, DATA));
        }
    }

    @Test
    @Conformance("PCP-ANN-002")
    void theRequestedLifetimeIsIgnored() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] answer = client.ask(0, header(0, 77, mapped(CLIENT)));

            assertEquals(0, u32(answer, LIFETIME));
        }
    }

    @Test
    @Conformance({"PCP-ANN-003", "PCP-SRV-007"})
    void anotherClientAddressIsAMismatch() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] answer = client.ask(12, announce("127.1.0.2"));

            assertEquals(1800, u32(answer, LIFETIME));
        }
    }

    @Test
    @Conformance("PCP-EPO-001")
    void theEpochRunsOnTheMonotonicClockAlone() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            long first = u32(client.ask(0, announce(CLIENT)), EPOCH);
            node.stepWallSeconds(3600);
            long second = u32(client.ask(0, announce(CLIENT)), EPOCH);
            node.stepWallSeconds(-7200);
            node.skipSeconds(100);
            long third = u32(client.ask(0, announce(CLIENT)), EPOCH);

            // The test itself takes a moment.
            assertTrue(second - first <= 5, () -> first + " then " + second);
            assertTrue(third - second >= 100 && third - second <= 105);
        }
    }

    @Test
    @Conformance("PCP-NET-002")
    void eachListenAddressAnswersFromItself() throws Exception {
        try (var node =
                        PcpNode.started(
                                PcpNode.config(),
                                PcpServer.TOTAL,
                                PcpNode.listen(5351, "127.77.0.1", "127.77.0.2"));
                var client = node.client(CLIENT)) {
            for (int i = 0; i < 2; i++) {
                assertEquals(5351, node.address(i).getPort());
                client.sendTo(node.address(i), announce(CLIENT));
                assertEquals(node.address(i), client.receivePacket().getSocketAddress());
            }
            assertUnreachable("127.77.0.1", 5350);
            assertUnreachable("127.77.0.3", 5351);
        }
    }

    private static void assertUnreachable(String ip, int port) throws Exception {
        try (var other = DatagramChannel.open()) {
            other.connect(new InetSocketAddress(InetAddress.ofLiteral(ip), port));
            other.write(ByteBuffer.wrap(announce("127.0.0.1")));
            assertThrows(PortUnreachableException.class, () -> other.read(ByteBuffer.allocate(1)));
        }
    }

    @Test
    @Conformance("PCP-SRV-010")
    void aStrangerIsNotAuthorized() throws Exception {
        // The translator's inside is 127.0.0.0/9 in these tests.
        try (var node = PcpNode.on("127.0.0.1");
                var stranger = node.client("127.200.0.1")) {
            byte[] answer = stranger.ask(2, announce("127.200.0.1"));

            assertEquals(2, answer[RESULT]);
            assertEquals(1800, u32(answer, LIFETIME));
        }
    }
}
