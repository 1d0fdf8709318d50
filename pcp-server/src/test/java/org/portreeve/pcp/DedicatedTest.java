package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.DATA;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.INTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.testkit.Conformance;

/** What a host is told that has an external address for itself, and what reaches it. */
class DedicatedTest {
    private static final String OWNER = "127.3.1.1";
    private static final String OWN = "198.51.100.99";
    private static final String SHARER = "127.3.2.1";
    private static final String REMOTE = "203.0.113.9";
    private static final int ICMP = 1;
    private static final int GRE = 47;
    private static final int ESP = 50;
    private static final int SCTP = 132;

    private static PcpNode node;
    private RawClient owner;
    private RawClient sharer;

    @BeforeAll
    static void start() {
        var nat = PcpNode.nat(List.of(PcpNode.EXTERNAL), new PortRange(1024, 16_383), 8);
        Policy usual =
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000))
                        .policy();
        var plans =
                List.of(
                        new SubscriberPlan(
                                "owner", List.of(Prefix.of(OWNER)), "default", Ipv4.of(OWN)),
                        new SubscriberPlan("sharer", List.of(Prefix.of(SHARER)), "default"));
        var policy = new Policy(usual.profiles(), plans, usual.lifetime());
        node = PcpNode.with(new ControlConfig(nat, policy), PcpServer.TOTAL);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void open() throws Exception {
        owner = node.client(OWNER);
        sharer = node.client(SHARER);
    }

    @AfterEach
    void close() {
        owner.close();
        sharer.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "6, 0, 0",
        "17, 0, 0",
        "1, 0, 0",
        "47, 0, 0",
        "50, 0, 0",
        "6, 80, 80",
        "17, 1, 1",
        "132, 38412, 38412"
    })
    @Conformance({"PCP-MAP-011", "PCP-MAP-012", "PCP-MAP-014", "PCP-MAP-043", "SEED-A-007"})
    void whateverIsAskedForIsThereAlready(int protocol, int port, int externalPort)
            throws Exception {
        byte[] request = map(OWNER, 1, protocol, port, 600, 7777, mapped(PcpNode.EXTERNAL));

        byte[] answer = owner.ask(0, request);

        assertEquals(MAP_LENGTH, answer.length);
        assertEquals(600, u32(answer, LIFETIME));
        assertArrayEquals(slice(request, DATA, INTERNAL_PORT + 2), slice(answer, DATA, 42));
        assertEquals(externalPort, u16(answer, EXTERNAL_PORT));
        assertArrayEquals(mapped(OWN), slice(answer, EXTERNAL_ADDRESS, MAP_LENGTH));
        assertTrue(node.mappingsOf(OWNER).isEmpty());
        // Another nonce is told the same: there is nothing to own.
        owner.ask(0, map(OWNER, 2, protocol, port, 600));
        sharer.ask(port == 0 || protocol == SCTP ? 9 : 0, map(SHARER, 1, protocol, port, 600));
    }

    @Test
    @Conformance({"PCP-MAP-011", "PCP-MAP-012", "PCP-MAP-043"})
    void everyPortAndProtocolReachesTheHostWithoutAMapping() {
        for (int protocol : new int[] {TCP, UDP, GRE, ESP, SCTP}) {
            for (int port : new int[] {1, 22, 60_000}) {
                assertReaches(packet(protocol, port));
            }
        }
        byte[] echo = packet(ICMP, 0);
        echo[20] = 8;
        assertReaches(echo);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "6, 0", "47, 0", "6, 80"})
    @Conformance({"PCP-DEL-002", "PCP-DEL-005"})
    void deletionSucceedsAndTakesNothingAway(int protocol, int port) throws Exception {
        owner.ask(0, map(OWNER, 1, protocol, port, 600));
        byte[] request = map(OWNER, 2, protocol, port, 0, 9, mapped(REMOTE));

        byte[] answer = owner.ask(0, request);

        assertEquals(0, u32(answer, LIFETIME));
        assertArrayEquals(slice(request, DATA, MAP_LENGTH), slice(answer, DATA, MAP_LENGTH));
        assertReaches(packet(TCP, 80));
    }

    @Test
    @Conformance("PCP-MAP-043")
    void anotherTupleThanItsOwnCannotBeInsistedOn() throws Exception {
        byte[] same = mapped(OWN);
        owner.ask(0, map(OWNER, 1, TCP, 80, 600, 80, same, preferFailure()));
        owner.ask(0, map(OWNER, 1, TCP, 80, 600, 80, ANY_IPV4, preferFailure()));
        byte[] port = owner.ask(11, map(OWNER, 1, TCP, 80, 600, 81, same, preferFailure()));
        owner.ask(11, map(OWNER, 1, TCP, 80, 600, 80, mapped(PcpNode.EXTERNAL), preferFailure()));
        owner.ask(11, map(OWNER, 1, 0, 0, 600, 80, same, preferFailure()));
        assertEquals(1800, u32(port, LIFETIME));
    }

    @Test
    void filtersAreNotOfferedWhereNothingIsFiltered() throws Exception {
        byte[] filter = ByteBuffer.allocate(20).put(1, (byte) 128).put(4, mapped(REMOTE)).array();
        byte[] option = RawRequest.option(3, filter);

        byte[] answer = owner.ask(5, map(OWNER, 1, TCP, 80, 600, 0, ANY_IPV4, option));

        assertEquals(5, answer[RESULT]);
        assertReaches(packet(TCP, 80));
    }

    @Test
    void aPeerIsToldTheTupleThatItsPacketsHave() throws Exception {
        for (int protocol : new int[] {TCP, UDP, SCTP}) {
            byte[] answer = owner.ask(0, peer(OWNER, protocol, 4000, 0, ANY_IPV4));
            assertEquals(4000, u16(answer, EXTERNAL_PORT));
            assertArrayEquals(mapped(OWN), slice(answer, EXTERNAL_ADDRESS, MAP_LENGTH));
            assertEquals(600, u32(answer, LIFETIME));
        }
        owner.ask(0, peer(OWNER, TCP, 4000, 4000, mapped(OWN)));
        owner.ask(11, peer(OWNER, TCP, 4000, 4001, ANY_IPV4));
        owner.ask(11, peer(OWNER, TCP, 4000, 4000, mapped(PcpNode.EXTERNAL)));
        owner.ask(9, peer(OWNER, GRE, 4000, 0, ANY_IPV4));
        sharer.ask(9, peer(SHARER, SCTP, 4000, 0, ANY_IPV4));
        assertTrue(node.mappingsOf(OWNER).isEmpty());
    }

    private static byte[] peer(
            String client, int protocol, int port, int suggestedPort, byte[] suggested) {
        byte[] map = map(client, 1, protocol, port, 600, suggestedPort, suggested);
        byte[] request = join(map, new byte[20]);
        request[1] = 2;
        ByteBuffer.wrap(request).putShort(60, (short) 443).put(64, mapped(REMOTE));
        return request;
    }

    @Test
    void natPmpIsAnsweredWithTheSameTuple() throws Exception {
        byte[] address = owner.ask(new byte[] {0, 0});
        assertEquals(0, u16(address, 2));
        assertEquals(Ipv4.of(OWN), (int) u32(address, 8));
        byte[] granted = owner.ask(natPmp(2, 8080, 9090, 60));
        assertEquals(0, u16(granted, 2));
        assertEquals(8080, u16(granted, 8));
        assertEquals(8080, u16(granted, 10));
        assertEquals(60, u32(granted, 12));
        for (int port : new int[] {8080, 0}) {
            byte[] deleted = owner.ask(natPmp(2, port, 0, 0));
            assertEquals(0, u16(deleted, 2));
            assertEquals(0, u32(deleted, 12));
        }
        assertReaches(packet(TCP, 8080));
    }

    private static byte[] natPmp(int opcode, int port, int external, int lifetimeSeconds) {
        return ByteBuffer.allocate(12)
                .put((byte) 0)
                .put((byte) opcode)
                .putShort((short) 0)
                .putShort((short) port)
                .putShort((short) external)
                .putInt(lifetimeSeconds)
                .array();
    }

    @Test
    void reservationsOfSuchAHostAreRefused() throws Exception {
        var draft =
                new ReservationDraft(
                        InternalTuple.of(TCP, Ipv4.of(OWNER), 80), OptionalInt.empty(), 8080, "");
        ReservationOutcome outcome =
                node.reservations()
                        .create(draft, Resolution.REFUSE, "ada")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
        var invalid = assertInstanceOf(ReservationOutcome.Invalid.class, outcome);
        assertEquals(1, invalid.faults().size());
        assertTrue(invalid.faults().getFirst().toString().contains(OWN));
    }

    @Test
    void requestsAreKeptInTheLogOfTheSubscriber() throws Exception {
        owner.ask(0, map(OWNER, 1, 0, 0, 600));
        List<RequestEntry> log = node.requestsOf("owner");
        assertEquals(Ipv4.of(OWNER), log.getFirst().clientIp());
    }

    private static void assertReaches(byte[] packet) {
        node.packets.inject(PacketPort.OUTSIDE, packet);
        byte[] expected = packet.clone();
        ByteBuffer.wrap(expected).putInt(16, Ipv4.of(OWNER));
        MemoryPacket arrived = next();
        assertEquals(PacketPort.INSIDE, arrived.side());
        byte[] actual = arrived.bytes();
        // The checksums follow the address; the translator's own tests look at them.
        assertArrayEquals(slice(expected, 12, 36), slice(actual, 12, 36));
    }

    private static MemoryPacket next() {
        for (int round = 0; round < 10_000; round++) {
            Optional<MemoryPacket> packet = node.packets.poll();
            if (packet.isPresent()) {
                return packet.get();
            }
            LockSupport.parkNanos(1_000_000);
        }
        throw new AssertionError("nothing was forwarded");
    }

    private static byte[] packet(int protocol, int port) {
        return ByteBuffer.allocate(48)
                .put((byte) 0x45)
                .putShort(2, (short) 48)
                .put(8, (byte) 60)
                .put(9, (byte) protocol)
                .putInt(12, Ipv4.of(REMOTE))
                .putInt(16, Ipv4.of(OWN))
                .putShort(20, (short) 999)
                .putShort(22, (short) port)
                .put(32, (byte) 0x50)
                .array();
    }
}
