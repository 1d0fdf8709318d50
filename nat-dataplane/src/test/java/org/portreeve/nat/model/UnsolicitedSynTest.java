package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;
import static org.portreeve.nat.model.Story.INET_Y;
import static org.portreeve.nat.model.Story.OTHER_HOST;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.table.HeldSyns;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.testkit.Conformance;

/** SYNs from outside that nobody waits for (RFC 5382 REQ-4). */
class UnsolicitedSynTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private Story story;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-TCP-003", "NAT-FLT-006"})
    void synToNoMappingIsAnsweredOnceAndNotBeforeSixSeconds(int shards) {
        story = new Story(shards);
        Endpoint nobody = nobody();
        TestPacket syn = syn(INET_X, nobody);
        assertEquals(Optional.empty(), story.delivered(syn));
        story.pass(3);
        assertEquals(Optional.empty(), story.delivered(syn));
        story.node.advanceTo(story.node.nowNs() + 3 * SECOND_NS - 1);
        assertEquals(List.of(), story.node.takeGenerated());
        story.node.advanceTo(story.node.nowNs() + 1);
        List<MemoryPacket> answers = story.node.takeGenerated();
        assertEquals(1, answers.size());
        assertEquals(PacketPort.OUTSIDE, answers.getFirst().side());
        TestError expected = TestError.about(3, 3, syn.bytes()).from(nobody.ip()).ofTranslator();
        assertArrayEquals(expected.bytes(), answers.getFirst().bytes());
        story.pass(60);
        assertEquals(List.of(), story.node.takeGenerated());
        assertEquals(2, story.node.count(NatCounter.DROP_NO_MAPPING));
        assertEquals(1, story.node.count(NatCounter.SYNS_HELD));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-TCP-003")
    void synThatFilteringRefusesIsAnsweredLate(int shards) {
        story = new Story(shards);
        story.rules(filtered());
        Endpoint external = story.mapped(syn(HOST, INET_X));
        assertEquals(Optional.empty(), story.delivered(syn(INET_Y, external)));
        story.pass(5);
        assertEquals(List.of(), story.node.takeGenerated());
        story.pass(1);
        assertEquals(1, story.node.takeGenerated().size());
        assertEquals(1, story.node.count(NatCounter.DROP_STRANGER));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-TCP-003", "NAT-TCP-002"})
    void synThatCrossesOneOfTheHostIsDroppedSilentlyAndTheConnectionOpens(int shards) {
        story = new Story(shards);
        story.rules(filtered());
        Endpoint external = story.mapped(syn(HOST, INET_X));
        assertEquals(Optional.empty(), story.delivered(syn(INET_Y, external)));
        story.pass(5);
        assertEquals(external, story.mapped(syn(HOST, INET_Y)));
        assertEquals(Optional.of(HOST), story.delivered(syn(INET_Y, external)));
        TestPacket answer = TestPacket.tcp(HOST, INET_Y, Story.SYN_ACK);
        assertEquals(external, story.mapped(answer));
        TestPacket theirs = TestPacket.tcp(INET_Y, external, Story.SYN_ACK);
        assertEquals(Optional.of(HOST), story.delivered(theirs));
        story.pass(60);
        assertEquals(List.of(), story.node.takeGenerated());
        // It is established: it outlives what half-open ones have.
        story.pass(7_000);
        assertEquals(
                Optional.of(HOST), story.delivered(TestPacket.tcp(INET_Y, external, Story.DATA)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void synWhoseConnectionIsLetInMeanwhileIsNotAnswered(int shards) {
        story = new Story(shards);
        Endpoint external = story.mapped(syn(HOST, INET_X));
        story.rules(filtered());
        assertEquals(Optional.empty(), story.delivered(syn(INET_Y, external)));
        story.rules(story.usual());
        story.pass(1);
        assertEquals(Optional.of(HOST), story.delivered(syn(INET_Y, external)));
        story.pass(60);
        assertEquals(List.of(), story.node.takeGenerated());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-HAIR-003")
    void hairpinnedSynIsFilteredAndAnsweredLikeOneFromOutside(int shards) {
        story = new Story(shards);
        story.rules(filtered());
        Endpoint external = story.mapped(syn(HOST, INET_X));
        TestPacket syn = syn(elsewhere(external), external);
        assertEquals(List.of(), story.out(syn));
        assertEquals(1, story.node.count(NatCounter.DROP_STRANGER));
        story.pass(6);
        List<MemoryPacket> answers = story.node.takeGenerated();
        assertEquals(1, answers.size());
        assertEquals(PacketPort.INSIDE, answers.getFirst().side());
        TestError expected = TestError.about(3, 3, syn.bytes()).from(external.ip()).ofTranslator();
        assertArrayEquals(expected.bytes(), answers.getFirst().bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-TCP-004")
    void floodOfSynsIsHeldInBoundedPlacesAndAnsweredWithinTheRate(int shards) {
        int perSecond = 100 * shards;
        story =
                new Story(
                        Story.withErrors(
                                shards, new ErrorRules(true, true, true, perSecond, 5, List.of())));
        Endpoint nobody = nobody();
        var known = new Endpoint(nobody.ip(), nobody.port() ^ 1);
        int flood = 3 * HeldSyns.PLACES;
        for (int i = 0; i < flood; i++) {
            story.delivered(syn(new Endpoint(INET_X.ip() + i / 1_000, 1_000 + i % 1_000), nobody));
        }
        assertEquals(HeldSyns.PLACES, story.node.count(NatCounter.SYNS_HELD));
        assertEquals(flood - HeldSyns.PLACES, story.node.count(NatCounter.SYNS_NOT_HELD));
        story.delivered(syn(INET_Y, nobody).shaped(9, 0, Checksum.WRONG));
        assertEquals(flood + 1 - HeldSyns.PLACES, story.node.count(NatCounter.SYNS_NOT_HELD));
        story.pass(6);
        // Half of the rate, so that other errors have the rest.
        assertEquals(50, story.node.takeGenerated().size());
        assertEquals(HeldSyns.PLACES - 50, story.node.count(NatCounter.GENERATED_SUPPRESSED));
        byte[] expired = TestPacket.udp(INET_X, known).bytes();
        expired[8] = 1;
        for (int i = 0; i < 50; i++) {
            List<MemoryPacket> told =
                    story.node.raw(0, PacketPort.OUTSIDE, expired, NatCounter.DROP_TTL);
            assertEquals(1, told.size());
        }
        story.pass(60);
        assertEquals(List.of(), story.node.takeGenerated());
        // There is place again.
        story.delivered(syn(INET_Y, nobody));
        story.pass(6);
        assertEquals(1, story.node.takeGenerated().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-FLT-006", "SEED-A-055"})
    void nothingButASoundSynIsAnsweredWhereNobodyIs(int shards) {
        story = new Story(shards);
        Endpoint nobody = nobody();
        story.delivered(TestPacket.udp(INET_X, nobody));
        story.delivered(TestPacket.tcp(INET_X, nobody, TcpHeader.ACK));
        story.delivered(TestPacket.tcp(INET_X, nobody, Story.SYN_ACK));
        story.delivered(TestPacket.tcp(INET_X, nobody, TcpHeader.RST));
        story.delivered(syn(INET_X, nobody).shaped(9, 0, Checksum.WRONG));
        story.pass(60);
        assertEquals(List.of(), story.node.takeGenerated());
        assertEquals(5, story.node.count(NatCounter.DROP_NO_MAPPING));

        Endpoint udp = story.control.reserve(OTHER_HOST, Protocol.UDP, 5_270).orElseThrow();
        assertEquals(Optional.of(OTHER_HOST), story.delivered(TestPacket.udp(INET_X, udp)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-TCP-003")
    void policyMayKeepTheTranslatorSilent(int shards) {
        for (ErrorRules silent :
                List.of(
                        new ErrorRules(true, true, true, false, 100, 10, List.of()),
                        new ErrorRules(true, false, true, true, 100, 10, List.of()))) {
            story = new Story(Story.withErrors(shards, silent));
            story.delivered(syn(INET_X, nobody()));
            story.pass(60);
            assertEquals(List.of(), story.node.takeGenerated());
            assertEquals(0, story.node.count(NatCounter.SYNS_HELD));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void synToAnAddressThatLeftThePoolMeanwhileIsNotAnswered(int shards) {
        story = new Story(shards);
        List<Integer> addresses = story.node.config.pool().addresses();
        int index = addresses.size() - 1;
        var nobody = new Endpoint(addresses.get(index), 5_000);
        story.delivered(syn(INET_X, nobody));
        assertEquals(1, story.node.count(NatCounter.SYNS_HELD));
        PoolAddresses pool = PoolAddresses.of(story.node.config);
        story.pass(1);
        use(pool.with(index, PoolAddresses.Use.LEAVING));
        story.pass(1);
        use(pool.with(index, PoolAddresses.Use.VACANT));
        story.pass(60);
        assertEquals(List.of(), story.node.takeGenerated());

        use(pool);
        story.delivered(syn(INET_X, nobody));
        story.pass(6);
        assertEquals(1, story.node.takeGenerated().size());
    }

    /** All shards use these addresses from now on. */
    private void use(PoolAddresses pool) {
        for (int shard = 0; shard < story.node.config.shardCount(); shard++) {
            // The first addresses are of one shard each.
            long request = story.node.open(shard).orElseThrow();
            ShardOutcome outcome = story.node.ask(shard, new ShardCommand.UsePool(request, pool));
            assertEquals(new ShardOutcome.Activated(request), outcome);
            story.node.close(shard);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void longSynIsQuotedWithItsHeadersOnly(int shards) {
        story = new Story(shards);
        TestPacket syn = syn(INET_X, nobody()).shaped(700, 4, Checksum.RIGHT);
        story.delivered(syn);
        story.pass(6);
        byte[] answer = story.node.takeGenerated().getFirst().bytes();
        byte[] quote = Arrays.copyOfRange(answer, 28, answer.length);
        assertArrayEquals(Arrays.copyOf(syn.bytes(), HeldSyns.HEAD_BYTES), quote);
    }

    /** A host with a session, of another shard than this address if there are several. */
    private Endpoint elsewhere(Endpoint external) {
        int shard = shardOf(external);
        for (int i = 0; i < 100; i++) {
            var host = new Endpoint(OTHER_HOST.ip() + i, OTHER_HOST.port());
            int other = shardOf(story.mapped(syn(host, INET_X)));
            if (story.node.config.shardCount() == 1 || other != shard) {
                return host;
            }
        }
        throw new AssertionError("all hosts are on shard " + shard);
    }

    private int shardOf(Endpoint external) {
        var config = story.node.config;
        return config.shardOf(config.pool().addresses().indexOf(external.ip()));
    }

    /** An external tuple that nothing leads to, at the address of the host. */
    private Endpoint nobody() {
        Endpoint external = story.mapped(TestPacket.udp(HOST, INET_X));
        return new Endpoint(external.ip(), external.port() ^ 1);
    }

    private Rules filtered() {
        Rules usual = story.usual();
        var filtering =
                new Rules.Filtering(
                        Behaviour.ADDRESS_AND_PORT_DEPENDENT, Behaviour.ADDRESS_AND_PORT_DEPENDENT);
        return new Rules(
                usual.quota(),
                usual.explicitPorts(),
                usual.mapping(),
                filtering,
                usual.eif(),
                List.of());
    }

    private static TestPacket syn(Endpoint source, Endpoint destination) {
        return TestPacket.tcp(source, destination, TcpHeader.SYN);
    }
}
