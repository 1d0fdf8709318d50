package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.EXTERNAL_ADDRESS;
import static org.portreeve.natpmp.RawNatPmp.EXTERNAL_PORT;
import static org.portreeve.natpmp.RawNatPmp.INTERNAL_PORT;
import static org.portreeve.natpmp.RawNatPmp.LIFETIME;
import static org.portreeve.natpmp.RawNatPmp.TCP;
import static org.portreeve.natpmp.RawNatPmp.UDP;
import static org.portreeve.natpmp.RawNatPmp.address;
import static org.portreeve.natpmp.RawNatPmp.epoch;
import static org.portreeve.natpmp.RawNatPmp.externalPort;
import static org.portreeve.natpmp.RawNatPmp.lifetime;
import static org.portreeve.natpmp.RawNatPmp.map;
import static org.portreeve.natpmp.RawNatPmp.result;
import static org.portreeve.natpmp.RawNatPmp.u16;
import static org.portreeve.natpmp.RawNatPmp.u32;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.RawClient;
import org.portreeve.pcp.RawRequest;
import org.portreeve.testkit.Conformance;

/** Opening ports: raw octets over real sockets, and packets of hosts outside. */
class MappingTest {
    private static final String CLIENT = "127.1.0.1";
    private static final String OTHER = "127.1.0.2";
    private static final int QUOTA = 8;

    private static PcpNode with(NatConfig nat) {
        return PcpNode.with(
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000)),
                PcpServer.TOTAL);
    }

    private static int witness(PcpNode node) throws Exception {
        try (var client = node.client("127.1.9.9")) {
            return externalPort(client.ask(map(UDP, 9, 0, 86_400)));
        }
    }

    @Test
    @Conformance("NPM-022")
    void laterMappingsUseTheAddressThatWasTold() throws Exception {
        var nat =
                PcpNode.nat(
                        List.of("198.51.100.1", "198.51.100.2", "198.51.100.3"),
                        new PortRange(1024, 16_383),
                        QUOTA);
        Set<Long> told = new HashSet<>();
        try (var node = with(nat)) {
            for (int i = 1; i <= 6; i++) {
                String ip = "127.1.0." + i;
                try (var client = node.client(ip)) {
                    long address = u32(client.ask(address()), EXTERNAL_ADDRESS);
                    told.add(address);
                    assertEquals(address, u32(client.ask(address()), EXTERNAL_ADDRESS));
                    client.ask(map(UDP, 5000, 0, 600));
                    // PCP, with the same protocol's port next to it, tells the mapped address.
                    byte[] mapped = client.ask(RawRequest.map(ip, 1, RawRequest.UDP, 5001, 600));
                    assertEquals(address, u32(mapped, RawRequest.EXTERNAL_ADDRESS + 12));
                }
            }
        }
        assertEquals(3, told.size(), "the least loaded address is chosen");
    }

    @Test
    @Conformance({"NPM-021", "NPM-023", "NPM-047"})
    void beforeTheTranslatorIsThereNothingCanBeHad() throws Exception {
        var listen = PcpNode.listen(0, "127.0.0.1");
        try (var node = new PcpNode(PcpNode.config(), PcpServer.TOTAL, listen, paired())) {
            PcpNode.await(node.deploy());
            try (var client = node.client(CLIENT)) {
                byte[] noAddress = client.ask(address());
                byte[] noMapping = client.ask(map(UDP, 5000, 4711, 600));

                assertEquals(12, noAddress.length);
                assertEquals(3, result(noAddress));
                assertEquals(0, u32(noAddress, EXTERNAL_ADDRESS));
                assertEquals(3, result(noMapping));
                assertEquals(5000, u16(noMapping, INTERNAL_PORT));
                assertEquals(0, externalPort(noMapping));
                assertEquals(0, lifetime(noMapping));
            }
        }
    }

    /** A block to be put back into a translator that does not run. */
    private static RecoveredState paired() {
        return new RecoveredState(
                List.of(),
                List.of(),
                List.of(new JournalRecord.Paired(CLIENT, Ipv4.of(PcpNode.EXTERNAL))),
                List.of(
                        new JournalRecord.BlockLeased(
                                CLIENT, Ipv4.of(PcpNode.EXTERNAL), 16_384, 512)),
                OptionalLong.of(1000),
                1000);
    }

    @Test
    @Conformance({"NPM-030", "NPM-031", "NPM-034"})
    void eachFieldIsAtItsPlace() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            byte[] request = map(TCP, 0x1f90, 0x2328, 0x1234);
            request[2] = 0x55;
            request[3] = (byte) 0xaa;

            byte[] answer = client.ask(request);

            assertEquals(16, answer.length);
            assertEquals(0, answer[0]);
            assertEquals((byte) 130, answer[1]);
            assertEquals(0, result(answer));
            assertTrue(epoch(answer) < 30);
            assertEquals(0x1f90, u16(answer, INTERNAL_PORT));
            assertEquals(0x2328, u16(answer, EXTERNAL_PORT));
            assertEquals(0x1234, u32(answer, LIFETIME));

            byte[] taken = other.ask(map(TCP, 0x1f90, 0x2328, 600));
            assertEquals(0, result(taken));
            assertNotEquals(0x2328, externalPort(taken));
        }
    }

    @Test
    @Conformance({"NPM-032", "NPM-033", "NPM-045"})
    void overTheQuotaNothingIsMade() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            for (int i = 0; i < QUOTA; i++) {
                assertEquals(0, result(client.ask(map(TCP, 4000 + i, 0, 600))));
            }

            byte[] answer = client.ask(map(TCP, 5000, 6000, 600));

            assertEquals(16, answer.length);
            assertEquals((byte) 130, answer[1]);
            assertEquals(4, result(answer));
            assertEquals(5000, u16(answer, INTERNAL_PORT));
            assertArrayEquals(new byte[6], Arrays.copyOfRange(answer, 10, 16));
            // Had it been made, it would be renewed, quota or not.
            assertEquals(4, result(client.ask(map(TCP, 5000, 6000, 600))));
        }
    }

    @Test
    @Conformance("NPM-034")
    void withoutAnyPortLeftTheAnswerIsOutOfResources() throws Exception {
        try (var node = with(PcpNode.nat(List.of(PcpNode.EXTERNAL), new PortRange(2000, 2003), 2));
                var one = node.client(CLIENT);
                var two = node.client(OTHER);
                var three = node.client("127.1.0.3")) {
            for (RawClient client : List.of(one, two)) {
                assertEquals(0, result(client.ask(map(TCP, 80, 0, 600))));
                assertEquals(0, result(client.ask(map(TCP, 81, 0, 600))));
            }

            assertEquals(4, result(three.ask(map(TCP, 80, 0, 600))));
        }
    }

    @Test
    @Conformance("NPM-035")
    void portsThatAreNotSuggestedAreHighAndWithoutPattern() throws Exception {
        Set<Integer> ports = new HashSet<>();
        Set<Integer> gaps = new HashSet<>();
        try (var node =
                        with(
                                PcpNode.nat(
                                        List.of(PcpNode.EXTERNAL),
                                        new PortRange(1024, 16_383),
                                        20));
                var client = node.client(CLIENT)) {
            int last = 0;
            for (int i = 0; i < 20; i++) {
                int port = externalPort(client.ask(map(UDP, 5000 + i, 0, 600)));
                assertTrue(port >= 1024);
                ports.add(port);
                gaps.add(port - last);
                last = port;
            }
        }
        assertEquals(20, ports.size());
        assertTrue(gaps.size() >= 15, () -> "gaps " + gaps);
    }

    @Test
    @Conformance({"NPM-036", "NPM-051"})
    void theOtherProtocolIsNotOpened() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            var inbound = new Inbound(node, witness(node));
            int port = externalPort(client.ask(map(TCP, 8080, 0, 600)));

            assertTrue(inbound.arrives(Inbound.TCP, port, CLIENT, 8080));
            assertTrue(inbound.arrives(Inbound.TCP, port, CLIENT, 8080), "of another host");
            assertFalse(inbound.arrives(Inbound.UDP, port, CLIENT, 8080));
        }
    }

    @Test
    @Conformance("NPM-039")
    void anExistingMappingKeepsItsPortWhateverIsSuggested() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            int port = externalPort(client.ask(map(UDP, 5000, 7000, 600)));

            byte[] again = client.ask(map(UDP, 5000, 7001, 600));

            assertEquals(7000, port);
            assertEquals(0, result(again));
            assertEquals(7000, externalPort(again));
        }
    }

    @Test
    @Conformance("NPM-039")
    void outboundTrafficsPortBecomesTheMappings() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            var inbound = new Inbound(node, witness(node));
            int outbound = inbound.sourcePortOutside(Inbound.UDP, CLIENT, 5000);

            byte[] answer = client.ask(map(UDP, 5000, 7000, 600));

            assertEquals(0, result(answer));
            assertEquals(outbound, externalPort(answer));
        }
    }

    @Test
    @Conformance("NPM-040")
    void noMoreThanWhatWasAskedIsOffered() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            assertEquals(60, lifetime(client.ask(map(UDP, 5000, 0, 60))));
            assertEquals(86_400, lifetime(client.ask(map(UDP, 5000, 0, 1_000_000_000))));
            assertEquals(86_400, lifetime(client.ask(map(UDP, 5001, 0, 0xffff_ffffL))));
            // A renewal may ask for less.
            assertEquals(30, lifetime(client.ask(map(UDP, 5000, 0, 30))));
        }
    }

    @Test
    @Conformance({"NPM-042", "NPM-043"})
    void aMappingLivesUntilItIsNotRenewed() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            var inbound = new Inbound(node, witness(node));
            int port = externalPort(client.ask(map(UDP, 5000, 0, 600)));
            node.skipSeconds(300);
            byte[] renewed = client.ask(map(UDP, 5000, port, 600));
            assertEquals(port, externalPort(renewed));
            assertEquals(600, lifetime(renewed));

            node.skipSeconds(500);
            assertTrue(inbound.arrives(Inbound.UDP, port, CLIENT, 5000), "not yet over");

            node.skipSeconds(101);
            assertFalse(arrivesAfterExpiry(inbound, port));
        }
    }

    /** The end takes a turn of the loop and one of the shard. */
    private static boolean arrivesAfterExpiry(Inbound inbound, int port) {
        for (int i = 0; i < 50; i++) {
            if (!inbound.arrives(Inbound.UDP, port, CLIENT, 5000)) {
                return false;
            }
            LockSupport.parkNanos(20_000_000);
        }
        return true;
    }

    @Test
    @Conformance("NPM-048")
    void allPortsCannotBeOpened() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] answer = client.ask(map(UDP, 0, 0, 60));

            assertEquals(2, result(answer));
            assertEquals(0, externalPort(answer));
            assertEquals(0, lifetime(answer));
            for (int i = 0; i < QUOTA; i++) {
                assertEquals(0, result(client.ask(map(UDP, 4000 + i, 0, 600))), "quota is whole");
            }
        }
    }

    @Test
    @Conformance("NPM-049")
    void whatIsMappedLeavesByTheMappedPort() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            var inbound = new Inbound(node, witness(node));
            int port = externalPort(client.ask(map(UDP, 5000, 0, 600)));
            assertTrue(inbound.arrives(Inbound.UDP, port, CLIENT, 5000));

            assertEquals(port, inbound.sourcePortOutside(Inbound.UDP, CLIENT, 5000));
        }
    }

    @Test
    @Conformance("NPM-052")
    void whatPcpOwnsCanBeReadAndNotChanged() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            byte[] owned =
                    client.ask(
                            RawRequest.map(
                                    CLIENT,
                                    1,
                                    RawRequest.UDP,
                                    5000,
                                    600,
                                    7000,
                                    RawRequest.ANY_IPV4));
            assertEquals(7000, u16(owned, RawRequest.EXTERNAL_PORT));
            node.skipSeconds(100);

            byte[] read = client.ask(map(UDP, 5000, 7001, 3600));

            assertEquals(0, result(read));
            assertEquals(7000, externalPort(read));
            assertTrue(lifetime(read) <= 500 && lifetime(read) >= 470);
            assertTrue(lifetime(client.ask(map(UDP, 5000, 0, 3600))) <= 500, "not renewed");
            byte[] renewed = client.ask(RawRequest.map(CLIENT, 1, RawRequest.UDP, 5000, 600));
            assertEquals(0, renewed[RawRequest.RESULT]);
        }
    }

    @Test
    @Conformance("NPM-052")
    void pcpTakesOverWithItsNonce() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            int port = externalPort(client.ask(map(UDP, 5000, 7000, 600)));

            byte[] taken = client.ask(RawRequest.map(CLIENT, 1, RawRequest.UDP, 5000, 600));
            byte[] wrong = client.ask(RawRequest.map(CLIENT, 2, RawRequest.UDP, 5000, 600));

            assertEquals(0, taken[RawRequest.RESULT]);
            assertEquals(port, u16(taken, RawRequest.EXTERNAL_PORT));
            assertEquals(2, wrong[RawRequest.RESULT]);
        }
    }
}
