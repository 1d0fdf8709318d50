package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.header;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.PacketShard;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.rules.Rules;
import org.portreeve.pcp.wire.ResultCode;
import org.portreeve.testkit.Conformance;

/** What is refused with which code, and that nothing comes of it: raw octets, real sockets. */
@Timeout(60)
class RefusalTest {
    private static final int NONCE = 1;
    private static final int OTHER_NONCE = 2;
    private static final int SUCCESS = 0;
    private static final int QUOTA = 8;
    private static final int TAKEN = 4711;
    private static final String CLIENT = "127.7.0.1";
    private static final String OTHER = "127.7.0.2";

    /** One request for each code that a subscriber can be answered with at any time. */
    private static Map<Integer, byte[]> faulty() {
        byte[] good = map(CLIENT, NONCE, TCP, 80, 600);
        byte[] version = good.clone();
        version[0] = 3;
        Map<Integer, byte[]> requests = new LinkedHashMap<>();
        requests.put(1, version);
        requests.put(3, Arrays.copyOf(good, 56));
        requests.put(4, join(header(50, 600, mapped(CLIENT)), new byte[36]));
        requests.put(5, join(good, option(60)));
        requests.put(6, join(good, option(2, new byte[4])));
        requests.put(9, map(CLIENT, NONCE, 132, 80, 600));
        requests.put(11, insisting());
        requests.put(12, map(OTHER, NONCE, TCP, 80, 600));
        return requests;
    }

    private static byte[] insisting() {
        return map(CLIENT, NONCE, TCP, 80, 600, TAKEN, ANY_IPV4, preferFailure());
    }

    private static byte[] suggesting(String client, int port) {
        return map(client, NONCE, TCP, 80, 600, port, ANY_IPV4);
    }

    @Test
    @Conformance({"PCP-RC-001", "PCP-RC-003", "PCP-RSP-002"})
    void eachFaultHasItsCodeAndLifetime() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            other.ask(SUCCESS, suggesting(OTHER, TAKEN));
            for (var fault : faulty().entrySet()) {
                byte[] answer = client.ask(fault.getKey(), fault.getValue());

                assertEquals((byte) (0x80 | fault.getValue()[1]), answer[1]);
                if (fault.getKey() != 11) {
                    assertEquals(1800, u32(answer, LIFETIME), "code " + fault.getKey());
                }
            }
        }
    }

    @Test
    void eachRefusalIsInTheRequestLogWithItsReason() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            other.ask(SUCCESS, suggesting(OTHER, TAKEN));
            for (var fault : faulty().entrySet()) {
                client.ask(fault.getKey(), fault.getValue());

                RequestEntry entry = node.requestsOf(CLIENT).getFirst();
                String expected = ResultCode.of(fault.getKey()).orElseThrow().name();
                assertEquals(expected, entry.told().result());
                assertTrue(entry.told().sentence().endsWith("."), entry::toString);
            }
            assertEquals(faulty().size(), node.requestsOf(CLIENT).size());
            assertEquals(1, node.requestsOf(OTHER).size());
        }
    }

    @Test
    @Conformance("PCP-RSP-009")
    void aRefusedRequestChangesNothing() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            other.ask(SUCCESS, suggesting(OTHER, TAKEN));
            byte[] mapping = client.ask(SUCCESS, map(CLIENT, NONCE, TCP, 79, 600));
            for (int i = 0; i < 2 * QUOTA; i++) {
                for (var fault : faulty().entrySet()) {
                    client.ask(fault.getKey(), fault.getValue());
                }
                byte[] refused = client.ask(2, map(CLIENT, OTHER_NONCE, TCP, 79, 86_400));
                assertTrue(u32(refused, LIFETIME) <= 600);
                refused = client.ask(2, map(CLIENT, OTHER_NONCE, TCP, 79, 0));
                assertTrue(u32(refused, LIFETIME) <= 600);
            }

            byte[] again = client.ask(SUCCESS, map(CLIENT, NONCE, TCP, 79, 600));
            assertArrayEquals(slice(mapping, DATA, MAP_LENGTH), slice(again, DATA, MAP_LENGTH));
            for (int port = 80; port < 79 + QUOTA; port++) {
                client.ask(SUCCESS, map(CLIENT, NONCE, TCP, port, 600));
            }
            client.ask(10, map(CLIENT, NONCE, TCP, 79 + QUOTA, 600));
            assertEquals(TAKEN, u16(other.ask(SUCCESS, suggesting(OTHER, 0)), EXTERNAL_PORT));
        }
    }

    /** Goal: shortage and quota apart. Method: sixteen ports, eight for each, and many who ask. */
    @Test
    @Conformance({"PCP-RC-009", "PCP-RSP-011", "PCP-RC-004"})
    void shortageIsOfAllAndAQuotaIsOnesOwn() throws Exception {
        var config =
                ControlConfig.of(
                        sixteenPorts(),
                        new LifetimeBounds(120, 86_400),
                        new RequestRate(1000, 1000));
        try (var node = PcpNode.with(config, PcpServer.TOTAL);
                var full = node.client(CLIENT)) {
            for (int port = 1; port <= QUOTA; port++) {
                full.ask(SUCCESS, map(CLIENT, NONCE, TCP, port, 600));
            }
            byte[] quota = full.ask(10, map(CLIENT, NONCE, TCP, 99, 600));
            byte[] shortage = takeTheRest(node);
            byte[] both = full.ask(10, map(CLIENT, NONCE, TCP, 99, 600));

            for (byte[] answer : List.of(quota, shortage, both)) {
                assertEquals(30, u32(answer, LIFETIME));
            }
        }
    }

    /** What the first is told for whom nothing is left. */
    private static byte[] takeTheRest(PcpNode node) throws Exception {
        for (int i = 1; i <= 16; i++) {
            try (var one = node.client("127.7.1." + i)) {
                byte[] answer = one.ask(map(one.ip, NONCE, TCP, 80, 600));
                if (answer[RESULT] != SUCCESS) {
                    assertEquals(8, answer[RESULT]);
                    return answer;
                }
            }
        }
        return fail("sixteen ports were enough for seventeen");
    }

    private static NatConfig sixteenPorts() {
        return new NatConfig(
                1,
                List.of(Prefix.of("127.0.0.0/9")),
                Pool.of(
                        List.of(Ipv4.of(PcpNode.EXTERNAL)),
                        new PortRange(1024, 1039),
                        new PortRange(1024, 1031),
                        new Pool.Block(4, 1, 180_000_000_000L)),
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(1024, 1024, 1024),
                Rules.of(
                        new Rules.Quota(QUOTA, 2048, 1024, 200, 2000),
                        new PortRange(1024, 1039),
                        new Rules.Eif(1024, 50, 200, 30_000_000_000L, false)));
    }

    @Test
    @Conformance("PCP-RC-010")
    void whatIsNotTheClientsToDoIsNotAuthorized() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var stranger = node.client("127.200.0.9")) {
            client.ask(SUCCESS, map(CLIENT, NONCE, UDP, 7000, 600));
            sendsOut(node, 7001);

            // An outbound mapping ends with its traffic alone.
            client.ask(2, map(CLIENT, NONCE, UDP, 7001, 0));
            client.ask(2, map(CLIENT, OTHER_NONCE, UDP, 7000, 0));
            client.ask(2, map(CLIENT, OTHER_NONCE, UDP, 7000, 600));
            stranger.ask(2, map(stranger.ip, NONCE, UDP, 7000, 600));
            client.ask(SUCCESS, map(CLIENT, NONCE, UDP, 7002, 0));
        }
    }

    private static void sendsOut(PcpNode node, int internalPort) {
        node.packets.inject(
                PacketPort.INSIDE,
                PacketShard.packet(UDP, Ipv4.of(CLIENT), internalPort, Ipv4.of("203.0.113.1"), 7));
        while (node.packets.poll().isEmpty()) {
            LockSupport.parkNanos(100_000);
        }
    }
}
