package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.model.ReferenceNat.Pairing;

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
}
