package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.INTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.MAP_LENGTH;
import static org.portreeve.pcp.RawRequest.NO_PORT;
import static org.portreeve.pcp.RawRequest.TCP;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.MapPolicy.SetLimits;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.testkit.Conformance;

/**
 * PORT_SET from the outside (RFC 7753): raw octets to a node, and packets to each port of what it
 * gave.
 */
class PortSetTest {
    private static final int NONCE = 1;
    private static final int OTHER_NONCE = 2;
    private static final int SUCCESS = 0;
    private static final int NOT_AUTHORIZED = 2;
    private static final int MALFORMED_REQUEST = 3;
    private static final int MALFORMED_OPTION = 6;
    private static final int NO_RESOURCES = 8;
    private static final int USER_EX_QUOTA = 10;
    private static final int CANNOT_PROVIDE_EXTERNAL = 11;

    /** As many as a mapping may have, and rows that the table of filters has. */
    private static final int FILTERS = 16;

    private static final int TABLE_ROWS = 1024;
    private static final int PORT = 50_000;
    private static final int SIZE = MAP_LENGTH + 4;
    private static final int FIRST = MAP_LENGTH + 6;
    private static final int FLAGS = MAP_LENGTH + 8;
    private static final int WITH_SET = MAP_LENGTH + 12;
    private static final String X = "203.0.113.10";
    private static final String Y = "203.0.113.77";
    private static final String WITNESS = "127.9.9.9";

    private static PcpNode node;
    private static OutsideHosts outside;
    private static int subscribers;
    private static int remotePort = 10_000;
    private RawClient client;

    @BeforeAll
    static void start() throws Exception {
        node = PcpNode.with(config(64, new SetLimits(2, 32)), PcpServer.TOTAL);
        outside = outside(node);
    }

    private static OutsideHosts outside(PcpNode node) throws Exception {
        try (RawClient witness = node.client(WITNESS)) {
            byte[] answer = witness.ask(SUCCESS, map(WITNESS, NONCE, UDP, 9, 86_400));
            return new OutsideHosts(node, u16(answer, EXTERNAL_PORT));
        }
    }

    /** A node of so many mappings each, that may have such sets. */
    private static ControlConfig config(int mappings, SetLimits sets) {
        ControlConfig usual = PcpNode.config(new RequestRate(10_000, 10_000));
        var ports = new PortRange(1024, 16_383);
        return config(
                new ControlConfig(
                        PcpNode.nat(List.of(PcpNode.EXTERNAL), ports, mappings), usual.policy()),
                sets);
    }

    private static ControlConfig config(ControlConfig usual, SetLimits sets) {
        Profile profile = usual.policy().profiles().get(Profile.DEFAULT);
        var map = new MapPolicy(NoncePolicy.STRICT, 16, false, true, false, sets);
        var changed =
                new Profile(profile.name(), usual.nat().rules(), profile.requests(), map, Set.of());
        return new ControlConfig(
                usual.nat(),
                new Policy(Map.of(Profile.DEFAULT, changed), List.of(), usual.policy().lifetime()));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** Each test is another subscriber. */
    @BeforeEach
    void open() throws Exception {
        client = node.client("127.5.0." + ++subscribers);
    }

    @AfterEach
    void close() {
        client.close();
    }

    private static byte[] set(int size, int first, int flags) {
        return option(
                130,
                ByteBuffer.allocate(5)
                        .putShort((short) size)
                        .putShort((short) first)
                        .put((byte) flags)
                        .array());
    }

    private static byte[] set(int size, int first) {
        return set(size, first, 0);
    }

    private byte[] request(int port, long lifetimeSeconds, byte[]... options) {
        return request(NONCE, port, lifetimeSeconds, options);
    }

    private byte[] request(int nonce, int port, long lifetimeSeconds, byte[]... options) {
        return map(client.ip, nonce, UDP, port, lifetimeSeconds, NO_PORT, ANY_IPV4, options);
    }

    /** Asks for a set, or an end of one. */
    private byte[] ask(int port, long lifetimeSeconds, int size) throws Exception {
        return client.ask(SUCCESS, request(port, lifetimeSeconds, set(size, port)));
    }

    private static byte[][] setAndFilters(int size, int port) {
        byte[][] options = new byte[1 + FILTERS][];
        options[0] = set(size, port);
        for (int i = 0; i < FILTERS; i++) {
            options[1 + i] = only("203.0.113." + i);
        }
        return options;
    }

    /** Lets one address in. */
    private static byte[] only(String ip) {
        return option(3, ByteBuffer.allocate(20).putInt(128 << 16).put(mapped(ip)).array());
    }

    private boolean passes(int externalPort, int internalPort) {
        return passes(X, externalPort, internalPort);
    }

    private boolean passes(String from, int externalPort, int internalPort) {
        return outside.reaches(UDP, from, ++remotePort, externalPort, client.ip, internalPort);
    }

    private static void assertSet(byte[] answer, int port, int first, int size) {
        assertEquals(WITH_SET, answer.length);
        assertEquals(port, u16(answer, INTERNAL_PORT));
        assertArrayEquals(set(size, first), slice(answer, MAP_LENGTH, answer.length));
    }

    private static void assertAlone(byte[] answer, int port) {
        assertEquals(MAP_LENGTH, answer.length);
        assertEquals(port, u16(answer, INTERNAL_PORT));
    }

    @Test
    @Conformance({"PCP-PS-003", "PCP-PS-006", "PCP-PS-007", "PCP-PS-019"})
    void aSetIsCutToTheLimitAndEachOfItsPortsReachesItsOwn() throws Exception {
        byte[] answer = ask(PORT, 600, 100);

        assertSet(answer, PORT, PORT, 32);
        int external = u16(answer, EXTERNAL_PORT);
        for (int i = 0; i < 32; i++) {
            assertTrue(passes(external + i, PORT + i), "port " + i);
        }
        assertFalse(passes(external + 32, PORT + 32));
        List<MappingView> views = node.mappingsOf(client.ip);
        assertEquals(1, views.size());
        assertEquals(external, views.getFirst().externalPort());
        assertEquals(32, views.getFirst().portCount());
    }

    @Test
    @Conformance("PCP-PS-001")
    void theOptionHasFiveOctetsOnceAndInMapAlone() throws Exception {
        byte[] four = option(130, (byte) 0, (byte) 4, (byte) (PORT >> 8), (byte) PORT);
        byte[] six =
                option(
                        130,
                        (byte) 0,
                        (byte) 4,
                        (byte) (PORT >> 8),
                        (byte) PORT,
                        (byte) 0,
                        (byte) 0);
        byte[] good = set(4, PORT, 0xfe);

        client.ask(MALFORMED_OPTION, request(PORT, 600, four));
        client.ask(MALFORMED_OPTION, request(PORT, 600, six));
        client.ask(MALFORMED_OPTION, request(PORT, 600, good, good));
        assertTrue(node.mappingsOf(client.ip).isEmpty());

        // The reserved bits are ignored, and zero in the answer.
        assertSet(client.ask(SUCCESS, request(PORT, 600, good)), PORT, PORT, 4);

        byte[] peer =
                RawRequest.join(
                        RawRequest.header(2, 0, mapped(client.ip)),
                        slice(request(PORT, 0), RawRequest.DATA, MAP_LENGTH),
                        ByteBuffer.allocate(20)
                                .putShort((short) 80)
                                .putShort((short) 0)
                                .put(mapped(X))
                                .array(),
                        good);
        assertEquals(80, client.ask(SUCCESS, peer).length);
    }

    @Test
    @Conformance({"PCP-PS-002", "PCP-PS-015"})
    void whatContradictsItselfIsRefusedAndNothingIsMade() throws Exception {
        client.ask(MALFORMED_OPTION, request(PORT, 600, set(2, PORT), set(3, PORT)));
        client.ask(MALFORMED_OPTION, request(PORT, 600, set(0, PORT)));
        client.ask(MALFORMED_OPTION, request(PORT, 600, set(4, PORT + 1)));
        byte[] both =
                map(
                        client.ip,
                        NONCE,
                        UDP,
                        PORT,
                        600,
                        2000,
                        ANY_IPV4,
                        preferFailure(),
                        set(4, PORT));
        client.ask(MALFORMED_OPTION, both);

        assertTrue(node.mappingsOf(client.ip).isEmpty());
    }

    @Test
    @Conformance("PCP-PS-005")
    void oneSinglePortIsAPlainMapping() throws Exception {
        assertAlone(ask(PORT, 600, 1), PORT);
        assertEquals(1, node.mappingsOf(client.ip).getFirst().portCount());
    }

    @Test
    @Conformance({"PCP-PS-008", "SEED-B-101"})
    void parityIsKeptWhereItIsAskedForAndAccidentalElsewhere() throws Exception {
        for (int port : new int[] {PORT, PORT + 101}) {
            byte[] answer = client.ask(SUCCESS, request(port, 600, set(4, port, 1)));
            assertEquals(port & 1, u16(answer, EXTERNAL_PORT) & 1);
            assertEquals(1, answer[FLAGS]);
        }
        Set<Integer> parities = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            try (RawClient other = node.client("127.5.1." + (i + 1))) {
                byte[] octets =
                        map(other.ip, NONCE, UDP, PORT, 600, NO_PORT, ANY_IPV4, set(4, PORT));
                parities.add(u16(other.ask(SUCCESS, octets), EXTERNAL_PORT) & 1);
            }
        }
        assertEquals(2, parities.size());
    }

    @Test
    @Conformance({"PCP-PS-009", "PCP-PS-014"})
    void asManyAsMayBeIsOneSetOfTheLimit() throws Exception {
        byte[] answer = ask(1024, 600, 0xffff);

        assertSet(answer, 1024, 1024, 32);
        assertTrue(client.isSilent(50));
    }

    @Test
    @Conformance("PCP-PS-010")
    void aSetIsRenewedAsOneByWhicheverOfItsPorts() throws Exception {
        byte[] made = ask(PORT, 600, 8);
        int external = u16(made, EXTERNAL_PORT);

        byte[] whole = ask(PORT, 1200, 8);
        assertSet(whole, PORT, PORT, 8);
        assertEquals(external, u16(whole, EXTERNAL_PORT));
        assertEquals(1200, u32(whole, LIFETIME));
        byte[] inner = client.ask(SUCCESS, request(PORT + 5, 1800));
        assertSet(inner, PORT + 5, PORT, 8);
        assertEquals(external, u16(inner, EXTERNAL_PORT));

        assertEquals(1800, node.mappingsOf(client.ip).getFirst().remainingSeconds());
        assertEquals(1, node.mappingsOf(client.ip).size());
    }

    /** RFC 6887 §13.2: of an inner port, what is insisted on is that port's own place. */
    @Test
    @Conformance("PCP-PS-010")
    void anInnerPortOfASetIsInsistedOnAtItsOwnPlace() throws Exception {
        int external = u16(ask(PORT, 600, 8), EXTERNAL_PORT);

        client.ask(SUCCESS, insisting(PORT + 5, external + 5));
        assertEquals(1200, node.mappingsOf(client.ip).getFirst().remainingSeconds());
        client.ask(CANNOT_PROVIDE_EXTERNAL, insisting(PORT + 4, external));
        client.ask(CANNOT_PROVIDE_EXTERNAL, insisting(PORT + 4, external + 5));
    }

    private byte[] insisting(int port, int externalPort) {
        return map(client.ip, NONCE, UDP, port, 1200, externalPort, ANY_IPV4, preferFailure());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    @Conformance("PCP-PS-010")
    void aSetEndsAsOneByWhicheverOfItsPorts(int port) throws Exception {
        int external = u16(ask(PORT, 600, 8), EXTERNAL_PORT);
        assertTrue(passes(external + 7, PORT + 7));

        byte[] answer = port == 0 ? ask(PORT, 0, 8) : client.ask(SUCCESS, request(PORT + port, 0));

        assertSet(answer, PORT + port, PORT, 8);
        assertEquals(0, u32(answer, LIFETIME));
        assertTrue(node.mappingsOf(client.ip).isEmpty());
        for (int i = 0; i < 8; i++) {
            assertFalse(passes(Y, external + i, PORT + i), "port " + i);
        }
        // What rests is its owner's, and comes back as it was.
        assertEquals(external, u16(ask(PORT, 600, 8), EXTERNAL_PORT));
        assertTrue(passes(external + 7, PORT + 7));
    }

    @Test
    @Conformance("PCP-PS-010")
    void anotherNonceChangesNothingOfASet() throws Exception {
        int external = u16(ask(PORT, 600, 8), EXTERNAL_PORT);

        client.ask(NOT_AUTHORIZED, request(OTHER_NONCE, PORT + 2, 0));
        client.ask(NOT_AUTHORIZED, request(OTHER_NONCE, PORT, 900, set(8, PORT)));

        assertTrue(passes(external + 2, PORT + 2));
        assertTrue(node.mappingsOf(client.ip).getFirst().remainingSeconds() <= 600);
    }

    @Test
    @Conformance("PCP-PS-011")
    void aRequestThatTouchesTwoMappingsRefreshesBothWithAnAnswerEach() throws Exception {
        int alone = u16(client.ask(SUCCESS, request(100, 600)), EXTERNAL_PORT);
        int external = u16(ask(101, 600, 30), EXTERNAL_PORT);

        byte[] first = ask(100, 1200, 31);
        byte[] second = client.receive();

        assertAlone(first, 100);
        assertEquals(alone, u16(first, EXTERNAL_PORT));
        assertEquals(1200, u32(first, LIFETIME));
        assertSet(second, 101, 101, 30);
        assertEquals(external, u16(second, EXTERNAL_PORT));
        assertEquals(1200, u32(second, LIFETIME));
        assertEquals(2, node.mappingsOf(client.ip).size());
    }

    @Test
    @Conformance("PCP-PS-011")
    void aDeletionOfSeveralMappingsNamesEach() throws Exception {
        for (int port = 100; port < 103; port++) {
            client.ask(SUCCESS, request(port, 600));
        }

        byte[] answer = ask(100, 0, 3);
        for (int port = 100; port < 103; port++) {
            assertAlone(answer, port);
            assertEquals(0, u32(answer, LIFETIME));
            answer = port < 102 ? client.receive() : answer;
        }
        assertTrue(client.isSilent(50));
        assertTrue(node.mappingsOf(client.ip).isEmpty());
    }

    @Test
    @Conformance("PCP-PS-011")
    void theNonceOfEachMappingThatIsTouchedCounts() throws Exception {
        client.ask(SUCCESS, request(OTHER_NONCE, 100, 600));
        ask(101, 600, 3);

        byte[] answer = client.ask(NOT_AUTHORIZED, request(100, 1200, set(4, 100)));
        assertEquals(NOT_AUTHORIZED, answer[RawRequest.RESULT]);
        assertSet(client.receive(), 101, 101, 3);

        List<Long> left =
                node.mappingsOf(client.ip).stream().map(MappingView::remainingSeconds).toList();
        assertTrue(left.getFirst() <= 600 && left.getLast() > 1100, left::toString);
    }

    @Test
    @Conformance("PCP-PS-012")
    void whichOfTwoSetsComesFirstDecides() throws Exception {
        assertSet(ask(1, 600, 10), 1, 1, 10);
        assertSet(ask(5, 600, 10), 5, 1, 10);
        try (RawClient other = node.client("127.5.2.1")) {
            byte[] b = map(other.ip, NONCE, UDP, 5, 600, NO_PORT, ANY_IPV4, set(10, 5));
            byte[] a = map(other.ip, NONCE, UDP, 1, 600, NO_PORT, ANY_IPV4, set(10, 1));

            assertSet(other.ask(SUCCESS, b), 5, 5, 10);
            byte[] answer = other.ask(SUCCESS, a);
            assertEquals(5, u16(answer, FIRST));
            assertEquals(10, u16(answer, SIZE));
        }
    }

    @Test
    @Conformance("PCP-PS-013")
    void aSubscriberHasSoManySetsAtOneAddress() throws Exception {
        byte[] one = ask(1000, 600, 32);
        byte[] two = ask(2000, 600, 32);
        client.ask(USER_EX_QUOTA, request(3000, 600, set(32, 3000)));

        byte[] address = mapped(PcpNode.EXTERNAL);
        assertArrayEquals(address, slice(one, EXTERNAL_ADDRESS, MAP_LENGTH));
        assertArrayEquals(address, slice(two, EXTERNAL_ADDRESS, MAP_LENGTH));
        // Both are one mapping each, and single ports are another matter.
        assertAlone(client.ask(SUCCESS, request(3000, 600)), 3000);
        ask(1000, 0, 32);
        assertSet(ask(4000, 600, 32), 4000, 4000, 32);
    }

    @Test
    @Conformance("PCP-PS-016")
    void aSetEndsWithTheLastPort() throws Exception {
        assertSet(ask(65_530, 600, 30), 65_530, 65_530, 6);
    }

    @Test
    @Conformance("PCP-PS-017")
    void theStatelessExampleIsMalformed() throws Exception {
        byte[] example = map(client.ip, NONCE, 0, 1, 600, NO_PORT, ANY_IPV4, set(0xffff, 1));

        client.ask(MALFORMED_REQUEST, example);
    }

    @Test
    @Conformance("PCP-PS-018")
    void oneRequestBringsSixteenAnswersAndRefreshesAll() throws Exception {
        for (int i = 0; i < 40; i++) {
            client.ask(SUCCESS, request(PORT + i, 600));
        }

        client.send(request(PORT, 1800, set(40, PORT)));

        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            byte[] answer = client.receive();
            assertEquals(1800, u32(answer, LIFETIME));
            answered.add(u16(answer, INTERNAL_PORT));
        }
        assertTrue(client.isSilent(50));
        assertEquals(IntStream.range(PORT, PORT + 16).boxed().toList(), answered);
        List<MappingView> views = node.mappingsOf(client.ip);
        assertEquals(40, views.size());
        assertTrue(views.stream().allMatch(view -> view.remainingSeconds() > 1700));
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 1})
    @Conformance({"PCP-PS-004", "PCP-PS-005"})
    void whereFewPortsFollowEachOtherThoseAreTheSet(int left) throws Exception {
        var ports = new PortRange(2048, 2048 + left - 1);
        ControlConfig usual = PcpNode.config();
        var small =
                new ControlConfig(PcpNode.nat(List.of(PcpNode.EXTERNAL), ports, 8), usual.policy());
        try (var crowded = PcpNode.with(config(small, SetLimits.USUAL), PcpServer.TOTAL);
                var other = crowded.client("127.5.3.1")) {
            byte[] octets = map(other.ip, NONCE, UDP, PORT, 600, NO_PORT, ANY_IPV4, set(20, PORT));
            byte[] answer = other.ask(SUCCESS, octets);

            assertEquals(2048, u16(answer, EXTERNAL_PORT));
            if (left == 1) {
                assertAlone(answer, PORT);
            } else {
                assertSet(answer, PORT, PORT, left);
            }
        }
    }

    static Stream<Allocation> poolModes() {
        return Stream.of(
                new Allocation.Blocks(),
                new Allocation.Dynamic(),
                new Allocation.Deterministic(16, 0, 0));
    }

    /** Ports that follow each other are those that the mode has for its subscriber. */
    @ParameterizedTest
    @MethodSource("poolModes")
    @Conformance({"PCP-PS-006", "PCP-PS-008"})
    void eachPoolModeHasSets(Allocation mode) throws Exception {
        NatConfig usual = PcpNode.nat(List.of(PcpNode.EXTERNAL), new PortRange(1024, 16_383), 64);
        boolean isBlocks = mode instanceof Allocation.Blocks;
        Pool pool = isBlocks ? usual.pool() : usual.pool().withIncoming(Pool.NO_PORTS);
        var nat =
                new NatConfig(
                        1,
                        List.of(Prefix.of("127.5.4.0/28")),
                        pool.with(mode),
                        usual.timers(),
                        usual.capacity(),
                        usual.rules());
        var config = new ControlConfig(nat, PcpNode.config().policy());
        try (var other = PcpNode.with(config(config, SetLimits.USUAL), PcpServer.TOTAL);
                var host = other.client("127.5.4.3");
                var witness = other.client("127.5.4.9")) {
            byte[] open = map(witness.ip, NONCE, UDP, 9, 86_400);
            var hosts = new OutsideHosts(other, u16(witness.ask(SUCCESS, open), EXTERNAL_PORT));
            byte[] octets =
                    map(host.ip, NONCE, UDP, 5001, 600, NO_PORT, ANY_IPV4, set(20, 5001, 1));
            byte[] answer = host.ask(SUCCESS, octets);

            assertEquals(20, u16(answer, SIZE));
            int external = u16(answer, EXTERNAL_PORT);
            assertEquals(1, external & 1);
            for (int i = 0; i < 20; i++) {
                assertTrue(hosts.reaches(UDP, X, 777, external + i, host.ip, 5001 + i));
            }
        }
    }

    @Test
    void filtersHoldForEachPortOfASet() throws Exception {
        byte[] answer = client.ask(SUCCESS, request(PORT, 600, only(X), set(4, PORT)));
        int external = u16(answer, EXTERNAL_PORT);

        for (int i = 0; i < 4; i++) {
            assertTrue(passes(X, external + i, PORT + i));
            assertFalse(passes(Y, external + i, PORT + i));
        }
    }

    /** Sixteen filters for 256 ports: a chain for each port were four times what the table has. */
    @Test
    void thePortsOfASetHaveTheFiltersTogether() throws Exception {
        try (PcpNode fresh = PcpNode.with(config(64, new SetLimits(2, 32)), PcpServer.TOTAL)) {
            for (int host = 0; host < 4; host++) {
                try (RawClient owner = fresh.client("127.6.0." + host)) {
                    assertFilteredSet(owner, PORT);
                    assertFilteredSet(owner, PORT + 100);
                }
            }
        }
    }

    private static void assertFilteredSet(RawClient owner, int port) throws Exception {
        byte[][] options = setAndFilters(32, port);
        byte[] octets = map(owner.ip, NONCE, UDP, port, 600, port, ANY_IPV4, options);
        byte[] answer = owner.ask(SUCCESS, octets);
        byte[] last = slice(answer, answer.length - options[0].length, answer.length);
        assertArrayEquals(options[0], last);
    }

    /** Each port of the suggestion alone could be had, but most of them are kept for others. */
    @Test
    @Conformance("SEED-A-042")
    void aSuggestedSetTakesNoPortThatIsKeptForOthers() throws Exception {
        NatConfig usual = PcpNode.nat(List.of(PcpNode.EXTERNAL), new PortRange(1024, 1087), 64);
        var nat =
                new NatConfig(
                        1,
                        usual.inside(),
                        usual.pool().with(new Pool.Kept(8, 7)),
                        usual.timers(),
                        usual.capacity(),
                        usual.rules());
        var config = new ControlConfig(nat, PcpNode.config().policy());
        try (PcpNode full = PcpNode.with(config(config, new SetLimits(2, 64)), PcpServer.TOTAL);
                RawClient owner = full.client(client.ip)) {
            byte[] octets = map(owner.ip, NONCE, UDP, PORT, 600, 1024, ANY_IPV4, set(64, PORT));
            // Its own eight, and what the promises to seven leave of 64.
            assertSet(owner.ask(SUCCESS, octets), PORT, PORT, 16);
        }
    }

    /** What rests is the set's own: it needs no port, but its filters need rows. */
    @Test
    void aSetOfItsOwnPortsNeedsRoomForItsFilters() throws Exception {
        try (PcpNode small = PcpNode.with(config(64, new SetLimits(2, 32)), PcpServer.TOTAL);
                RawClient owner = small.client(client.ip);
                RawClient other = small.client("127.6.1.1")) {
            byte[] plain = map(owner.ip, NONCE, UDP, PORT, 600, NO_PORT, ANY_IPV4, set(4, PORT));
            int external = u16(owner.ask(SUCCESS, plain), EXTERNAL_PORT);
            byte[] end = map(owner.ip, NONCE, UDP, PORT, 0, NO_PORT, ANY_IPV4, set(4, PORT));
            owner.ask(SUCCESS, end);
            byte[][] options = setAndFilters(4, PORT);
            byte[][] filters = Arrays.copyOfRange(options, 1, options.length);
            for (int i = 0; i < TABLE_ROWS / FILTERS; i++) {
                byte[] full = map(other.ip, NONCE, UDP, 7000 + i, 600, NO_PORT, ANY_IPV4, filters);
                other.ask(SUCCESS, full);
            }

            byte[] again = map(owner.ip, NONCE, UDP, PORT, 600, external, ANY_IPV4, options);
            owner.ask(NO_RESOURCES, again);
            assertEquals(external, u16(owner.ask(SUCCESS, plain), EXTERNAL_PORT));
        }
    }

    @Test
    void theSameSetIsSuggestedAndGivenAgain() throws Exception {
        byte[] octets = map(client.ip, NONCE, UDP, PORT, 600, 9000, ANY_IPV4, set(16, PORT));
        assertEquals(9000, u16(client.ask(SUCCESS, octets), EXTERNAL_PORT));
        // Another protocol has ports of its own.
        byte[] tcp = map(client.ip, NONCE, TCP, PORT, 600, 9000, ANY_IPV4, set(16, PORT));
        assertEquals(9000, u16(client.ask(SUCCESS, tcp), EXTERNAL_PORT));
    }

    @Test
    void aHostThatSendsFromAPortOfASetIsSeenAtItsOwn() throws Exception {
        int before = outside.sourcePortOutside(UDP, client.ip, PORT + 2, X, 777);
        int external = u16(ask(PORT, 600, 4), EXTERNAL_PORT);

        assertEquals(external + 2, outside.sourcePortOutside(UDP, client.ip, PORT + 2, Y, 777));
        assertEquals(before, outside.sourcePortOutside(UDP, client.ip, PORT + 2, X, 777));
        assertTrue(passes(external + 2, PORT + 2));
    }
}
