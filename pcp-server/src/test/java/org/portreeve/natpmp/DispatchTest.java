package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.EXTERNAL_ADDRESS;
import static org.portreeve.natpmp.RawNatPmp.INTERNAL_PORT;
import static org.portreeve.natpmp.RawNatPmp.TCP;
import static org.portreeve.natpmp.RawNatPmp.UDP;
import static org.portreeve.natpmp.RawNatPmp.address;
import static org.portreeve.natpmp.RawNatPmp.epoch;
import static org.portreeve.natpmp.RawNatPmp.map;
import static org.portreeve.natpmp.RawNatPmp.result;
import static org.portreeve.natpmp.RawNatPmp.u16;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.PcpServer;
import org.portreeve.testkit.Conformance;

/** What is a request and which protocol answers it: raw octets over real sockets. */
class DispatchTest {
    private static final String CLIENT = "127.1.0.1";
    private static final String OTHER = "127.1.0.2";

    @Test
    @Conformance({"NPM-001", "NPM-093"})
    void eachListenAddressAnswersFromItself() throws Exception {
        var listen = PcpNode.listen(5351, "127.78.0.1", "127.78.0.2");
        try (var node = PcpNode.started(PcpNode.config(), PcpServer.TOTAL, listen);
                var client = node.client(CLIENT)) {
            for (int i = 0; i < 2; i++) {
                client.sendTo(node.address(i), address());
                assertEquals(5351, node.address(i).getPort());
                assertEquals(node.address(i), client.receivePacket().getSocketAddress());
                client.sendTo(node.address(i), map(UDP, 5000, 0, 600));
                assertEquals(node.address(i), client.receivePacket().getSocketAddress());
            }
        }
    }

    @Test
    @Conformance("NPM-002")
    void numbersAreInNetworkOrder() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] answer = client.ask(map(UDP, 0x1234, 0, 0x0102));

            assertEquals(0, answer[0]);
            assertEquals((byte) 129, answer[1]);
            assertEquals(0x12, answer[INTERNAL_PORT]);
            assertEquals(0x34, answer[INTERNAL_PORT + 1]);
            assertArrayEquals(new byte[] {0, 0, 1, 2}, Arrays.copyOfRange(answer, 12, 16));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129, 130, 133, 255})
    @Conformance("NPM-003")
    void aResponseIsNotAnswered(int opcode) throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            client.assertSilence(new byte[] {0, (byte) opcode});
            byte[] long12 = map(UDP, 5000, 0, 600);
            long12[1] = (byte) opcode;
            client.assertSilence(long12);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7, 127})
    @Conformance("NPM-004")
    void anUnknownOpcodeComesBackWhole(int opcode) throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] request = {0, (byte) opcode, 0x55, 0x66, 1, 2, 3, 4, 5, 6, 7, 8, 9};
            byte[] expected = request.clone();
            expected[1] |= (byte) 0x80;
            expected[2] = 0;
            expected[3] = 5;

            assertArrayEquals(expected, client.ask(request));
            byte[] shortest = {0, (byte) (opcode | 0x80), 0, 5};
            assertArrayEquals(shortest, client.ask(new byte[] {0, (byte) opcode}));
            assertArrayEquals(shortest, client.ask(new byte[] {0, (byte) opcode, 77}));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 255})
    @Conformance("NPM-005")
    void anotherVersionIsToldOfTheOneSpoken(int version) throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] request = map(UDP, 5000, 0, 600);
            request[0] = (byte) version;

            byte[] answer = client.ask(request);

            assertEquals(2, answer[0]);
            assertEquals(1, result(answer));
        }
    }

    @Test
    @Conformance("NPM-006")
    void aTruncatedRequestIsDroppedAndALongerOneIsNot() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            client.assertSilence(new byte[] {0});
            client.assertSilence(Arrays.copyOf(map(UDP, 5000, 0, 600), 11));
            client.assertSilence(new byte[] {0, 2});
            assertEquals(2, node.natPmpCounters.value(NatPmpCounter.IGNORED_TRUNCATED));

            assertEquals(0, result(client.ask(Arrays.copyOf(map(UDP, 5000, 0, 600), 16))));
            assertEquals(12, client.ask(new byte[] {0, 0, 9, 9}).length);
        }
    }

    @Test
    @Conformance("NPM-008")
    void everyAnswerCarriesThePcpEpoch() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var stranger = node.client("127.200.0.1")) {
            node.skipSeconds(5000);
            long before = 5000;

            for (byte[] request :
                    new byte[][] {
                        address(), map(TCP, 80, 0, 60), map(UDP, 0, 0, 60), map(UDP, 80, 0, 0)
                    }) {
                assertEpoch(before, client.ask(request));
            }
            assertEpoch(before, stranger.ask(address()));
            assertEpoch(before, stranger.ask(map(UDP, 80, 0, 60)));
        }
    }

    private static void assertEpoch(long expected, byte[] answer) {
        assertTrue(epoch(answer) >= expected && epoch(answer) < expected + 30);
    }

    @Test
    @Conformance("NPM-009")
    void switchedOffItSaysThatPcpIsSpoken() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            assertEquals(0, client.ask(address())[0]);

            node.offerNatPmp(false);
            byte[] answer = client.ask(address());
            assertEquals(2, answer[0]);
            assertEquals((byte) 128, answer[1]);
            assertEquals(1, result(answer));
            assertEquals(2, client.ask(map(UDP, 5000, 0, 600))[0]);

            node.offerNatPmp(true);
            assertEquals(12, client.ask(address()).length);
        }
    }

    @Test
    @Conformance("NPM-011")
    void theSourceAddressIsTheInternalAddress() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var one = node.client(CLIENT);
                var other = node.client(OTHER)) {
            int portOfOne = RawNatPmp.externalPort(one.ask(map(UDP, 5000, 0, 600)));
            int portOfOther = RawNatPmp.externalPort(other.ask(map(UDP, 5000, 0, 600)));
            var inbound = new Inbound(node, portOfOther);

            assertTrue(inbound.arrives(Inbound.UDP, portOfOne, CLIENT, 5000));
            assertTrue(inbound.arrives(Inbound.UDP, portOfOther, OTHER, 5000));
        }
    }

    @Test
    @Conformance("NPM-013")
    void aFloodOfOneClientCostsTheOthersNothing() throws Exception {
        try (var node = PcpNode.with(PcpNode.config(new RequestRate(1, 5)), PcpServer.TOTAL);
                var flooder = node.client(CLIENT);
                var other = node.client(OTHER)) {
            for (int i = 0; i < 500; i++) {
                flooder.send(address());
            }
            long startNs = System.nanoTime();
            byte[] answer = other.ask(address());

            assertEquals(12, answer.length);
            assertTrue(System.nanoTime() - startNs < 1_000_000_000L);
            // At most a burst and what the time of this test adds.
            long answered = node.natPmpCounters.value(NatPmpCounter.ANSWERED_SUCCESS);
            assertTrue(answered <= 20, () -> answered + " answers");
            assertTrue(node.counters.value(PcpCounter.RATE_LIMITED_CLIENT) >= 400);
        }
    }

    @Test
    @Conformance("NPM-020")
    void theAnswerToAnAddressRequestHasTwelveOctets() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] answer = client.ask(address());

            assertEquals(12, answer.length);
            assertArrayEquals(new byte[] {0, (byte) 128, 0, 0}, Arrays.copyOf(answer, 4));
            assertTrue(epoch(answer) < 30);
            assertArrayEquals(
                    new byte[] {(byte) 198, 51, 100, 7},
                    Arrays.copyOfRange(answer, EXTERNAL_ADDRESS, 12));
        }
    }

    @Test
    @Conformance("NPM-021")
    void aFailedAddressRequestCarriesNoAddress() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var stranger = node.client("127.200.0.1")) {
            byte[] answer = stranger.ask(address());

            assertEquals(12, answer.length);
            assertEquals(2, result(answer));
            assertEquals(0, RawNatPmp.u32(answer, EXTERNAL_ADDRESS));
            assertEquals(2, u16(stranger.ask(map(UDP, 5000, 0, 600)), RawNatPmp.RESULT));
        }
    }
}
