package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.ShardEvent;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.model.ReferenceNat.Pairing;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.testkit.Conformance;

/** Packets whose question port control answers late or never. */
class WaitingRulesTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void packetGivesUpAfterThreeSecondsWithoutAnAnswerAndThePlaceIsFree(int shards) {
        var story = new Story(shards);
        TestPacket packet = TestPacket.udp(HOST, INET_X);
        story.node.fromInside(0, List.of(packet));
        story.pass(3);
        assertEquals(1, story.node.reference.waitingIn(0));
        story.pass(1);
        assertEquals(0, story.node.reference.waitingIn(0));

        // The late answer finds nobody; the next packet is served as any other.
        assertEquals(1, story.out(packet).size());
        assertEquals(1, story.out(packet).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void packetGivesUpThoughTheRecordOfItsBlockNeverComes(int shards) {
        var story = new Story(shards);
        TestPacket packet = TestPacket.udp(HOST, INET_X);
        story.node.fromInside(0, List.of(packet));
        story.node.unanswered.clear();
        story.node.pair(HOST.ip(), new Pairing(0, 0));
        story.node.decidePairing(0, HOST.ip());
        story.pass(4);
        for (int shard = 0; shard < shards; shard++) {
            assertEquals(0, story.node.reference.waitingIn(shard));
        }
        assertEquals(1, story.out(packet).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-CGN-110")
    void hostThatGetsNoExternalAddressIsTold(int shards) {
        var story = new Story(shards);
        story.node.fromInside(0, List.of(TestPacket.udp(HOST, INET_X)));
        story.node.unanswered.clear();
        story.node.decidePairing(0, HOST.ip());
        assertTold(story, NatCounter.DROP_UNPAIRED, EventKind.PAIRING_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-CGN-110")
    void hostWhoseBlockGetsNoRecordIsTold(int shards) {
        var story = new Story(shards);
        story.node.fromInside(0, List.of(TestPacket.udp(HOST, INET_X)));
        story.node.unanswered.clear();
        story.node.pair(HOST.ip(), new Pairing(0, 0));
        story.node.decidePairing(0, HOST.ip());
        SimulatedNode.Event asked = story.node.unanswered.remove();
        var leased = (ShardOutcome.BlockLeased) asked.outcome();
        story.node.decideBlock(asked.shard(), leased, false);
        assertTold(story, NatCounter.DROP_NO_RECORD, EventKind.BLOCK_REFUSED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-CGN-110")
    void packetThatFindsNoPlaceToWaitIsAnsweredAndNoneThatWaitsIsPushedOut(int shards) {
        var story = new Story(shards);
        for (int flow = 0; flow < 16; flow++) {
            story.node.fromInside(0, List.of(flow(flow)));
        }
        assertEquals(List.of(), story.node.takeGenerated());
        story.node.fromInside(0, List.of(flow(16)));
        assertTold(story, NatCounter.DROP_WAIT_FULL, EventKind.PAIRING_REFUSED);

        story.node.unanswered.clear();
        story.node.pair(HOST.ip(), new Pairing(0, 0));
        story.node.decidePairing(0, HOST.ip());
        story.node.fromInside(0, List.of(flow(17)));
        assertTold(story, NatCounter.DROP_WAIT_FULL, EventKind.TABLE_FULL);
        story.node.takeSent();
        story.control.answerAll();
        assertEquals(16, story.node.takeSent().size());
    }

    /** Type 3 code 1 from an external address, once; counted once. */
    private static void assertTold(Story story, NatCounter reason, EventKind kind) {
        List<MemoryPacket> errors = story.node.takeGenerated();
        assertEquals(1, errors.size());
        byte[] error = errors.getFirst().bytes();
        assertEquals(PacketPort.INSIDE, errors.getFirst().side());
        assertEquals(3, error[20]);
        assertEquals(1, error[21]);
        assertEquals(HOST.ip(), TestPacket.u32(error, 16));
        int source = TestPacket.u32(error, 12);
        assertTrue(story.node.config.pool().addresses().contains(source));
        assertTrue(story.node.count(reason) > 0);
        List<ShardEvent> events = story.node.takeEvents();
        assertTrue(events.stream().anyMatch(event -> event.kind() == kind), events::toString);
    }

    private static TestPacket flow(int number) {
        return TestPacket.udp(new Endpoint(HOST.ip(), HOST.port() + number), INET_X);
    }
}
