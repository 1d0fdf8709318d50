package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.TCP;
import static org.portreeve.natpmp.RawNatPmp.externalPort;
import static org.portreeve.natpmp.RawNatPmp.map;
import static org.portreeve.natpmp.RawNatPmp.u16;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.portreeve.control.PacketShard;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.RawClient;
import org.portreeve.pcp.RawRequest;
import org.portreeve.testkit.Conformance;

/** Clients of PCP and of NAT-PMP side by side: raw octets over real sockets. */
class BothProtocolsTest {
    private static final int PORT = 5000;
    private static final int ROUNDS = 4;

    @Test
    @Conformance("PCP-VER-005")
    void eachClientIsAnsweredAndToldInTheFormatInWhichItAsked() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (var node = PcpNode.on("127.0.0.1")) {
            for (int host = 1; host <= 4; host++) {
                clients.add(node.client("127.17.0." + host));
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < clients.size(); i++) {
                    clients.get(i).send(request(clients.get(i).ip, i, round));
                }
            }
            for (int i = 0; i < clients.size(); i++) {
                for (int round = 0; round < ROUNDS; round++) {
                    assertAnswer(isPcp(i), clients.get(i).receive());
                }
            }
            for (int i = 0; i < clients.size(); i++) {
                assertTrue(drop(node, clients.get(i).ip));
            }
            for (int i = 0; i < clients.size(); i++) {
                if (isPcp(i)) {
                    byte[] update = clients.get(i).receive();
                    assertAnswer(true, update);
                    assertEquals(0, ByteBuffer.wrap(update).getInt(RawRequest.LIFETIME));
                } else {
                    // RFC 6886 knows none, and it could not read those of PCP.
                    assertTrue(clients.get(i).isSilent(100));
                }
            }
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    private static boolean isPcp(int index) {
        return index % 2 == 0;
    }

    private static byte[] request(String ip, int index, int round) {
        return isPcp(index)
                ? RawRequest.map(ip, 1, RawRequest.TCP, PORT + round, 600)
                : map(TCP, PORT + round, 0, 600);
    }

    private static void assertAnswer(boolean isPcp, byte[] answer) {
        assertEquals(isPcp ? 60 : 16, answer.length);
        assertEquals(isPcp ? 2 : 0, answer[0]);
        assertEquals((byte) (isPcp ? 0x81 : 0x82), answer[1]);
        assertEquals(0, isPcp ? answer[RawRequest.RESULT] : RawNatPmp.result(answer));
        int internalPort = u16(answer, isPcp ? 40 : RawNatPmp.INTERNAL_PORT);
        assertTrue(internalPort >= PORT && internalPort < PORT + ROUNDS);
    }

    private static boolean drop(PcpNode node, String ip) throws Exception {
        InternalTuple internal = InternalTuple.of(RawRequest.TCP, Ipv4.of(ip), PORT);
        return node.desk().drop(internal).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    @Conformance("SEED-A-051")
    void whoSuggestsATakenPortGetsAnotherInASuccess() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var first = node.client("127.17.2.1");
                var second = node.client("127.17.2.2")) {
            byte[] taken = first.ask(map(TCP, PORT, 8080, 600));
            byte[] other = second.ask(map(TCP, PORT, 8080, 600));

            assertEquals(0, RawNatPmp.result(taken));
            assertEquals(8080, externalPort(taken));
            assertEquals(0, RawNatPmp.result(other));
            assertNotEquals(8080, externalPort(other));
        }
    }

    @Test
    @Conformance("NPM-050")
    void anotherHostInsideReachesAMappedPortByItsExternalTuple() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client("127.17.1.1")) {
            int port = externalPort(client.ask(map(RawNatPmp.UDP, PORT, 0, 600)));
            byte[] packet =
                    PacketShard.packet(
                            RawRequest.UDP,
                            Ipv4.of("127.17.1.2"),
                            6000,
                            Ipv4.of(PcpNode.EXTERNAL),
                            port);

            node.packets.inject(PacketPort.INSIDE, packet);
            MemoryPacket arrived = new Inbound(node, 0).next();

            ByteBuffer octets = ByteBuffer.wrap(arrived.bytes());
            assertEquals(PacketPort.INSIDE, arrived.side());
            assertEquals(Ipv4.of(PcpNode.EXTERNAL), octets.getInt(12));
            assertEquals(Ipv4.of("127.17.1.1"), octets.getInt(16));
            assertEquals(PORT, u16(arrived.bytes(), 22));
        }
    }
}
