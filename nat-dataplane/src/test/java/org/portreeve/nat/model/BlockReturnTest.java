package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.nat.model.Story.HOST;
import static org.portreeve.nat.model.Story.INET_X;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules.Quota;
import org.portreeve.testkit.Conformance;

/** How a subscriber comes to have fewer blocks again: a story of two blocks of sixteen ports. */
class BlockReturnTest {
    private static final int SIZE = 16;

    /**
     * With this one, more than three quarters of the first block are taken: the second is leased.
     */
    private static final int AHEAD = 13;

    /** Idle time of UDP, hold-down and guard, in seconds (NAT-UDP-001, NAT-CGN-080). */
    private static final int IDLE = 300;

    private static final int REST = 120;
    private static final int GUARD = 180;

    private Story story;
    private int flows;

    @BeforeEach
    void noFlowsYet() {
        flows = 0;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance({"NAT-ALLOC-003", "SEED-A-006"})
    void blockThatIsIdleLongestIsSparedAndGoesBackAfterTimersRestAndGuard(int shards) {
        int idle = filled(shards);
        int other = block(open());
        assertNotEquals(idle, other);
        int first = flows - 1;
        open(other, 3);
        // The others' traffic goes on, and they get new ports.
        for (int second = 0; second < IDLE + REST + GUARD - 50; second += 50) {
            story.pass(50);
            for (int flow = first; flow < first + 4; flow++) {
                story.mapped(flow(flow));
            }
            if (second % 150 == 0) {
                open(other, 1);
            }
        }
        story.pass(49);
        assertEquals(0, story.node.count(NatCounter.BLOCKS_RELEASED));
        story.pass(2);
        assertEquals(1, story.node.count(NatCounter.BLOCKS_RELEASED));
        assertEquals(other, block(story.mapped(flow(first))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Conformance("NAT-ALLOC-003")
    void sparedBlockServesWhenTheOthersAreFull(int shards) {
        int spared = filled(shards);
        int other = block(open());
        open(other, SIZE - 1);
        open(spared, SIZE - AHEAD);
    }

    @Test
    @Conformance("NAT-CGN-080")
    void blockThatWentBackRestsOverAPlannedRestart() {
        story = new Story(oneBlock());
        int block = block(open());
        story.pass(IDLE + REST + GUARD + 1);
        assertEquals(1, story.node.count(NatCounter.BLOCKS_RELEASED));
        story.restart(30);
        story.restart(30);
        story.pass(REST - 62);
        assertEquals(List.of(), story.out(flow(flows)), "the block is leased while it rests");
        story.pass(2);
        assertEquals(block, block(open()));
    }

    /** A host with a second block, of which it has no port yet; the block it has ports of. */
    private int filled(int shards) {
        story = new Story(twoBlocks(shards));
        story.limit(new Quota(10, 2 * SIZE, 1_000, 1_000, 1_000));
        int block = block(open());
        open(block, AHEAD - 1);
        return block;
    }

    /** The incoming range, and ports for one block, at a single address. */
    private static NatConfig oneBlock() {
        NatConfig roomy = TranslatorModelTest.roomy(1);
        List<Integer> address = roomy.pool().addresses().subList(0, 1);
        var block = new Pool.Block(SIZE, 2, GUARD * 1_000_000_000L);
        var ports = new PortRange(8_192, 8_255 + SIZE);
        var incoming = new PortRange(8_192, 8_255);
        return TranslatorModelTest.with(roomy, Pool.of(address, ports, incoming, block));
    }

    private static NatConfig twoBlocks(int shards) {
        NatConfig roomy = TranslatorModelTest.roomy(shards);
        var block = new Pool.Block(SIZE, 2, GUARD * 1_000_000_000L);
        var ports = new PortRange(8_192, 8_447);
        var incoming = new PortRange(8_192, 8_255);
        return TranslatorModelTest.with(
                roomy, Pool.of(roomy.pool().addresses(), ports, incoming, block));
    }

    private void open(int block, int count) {
        for (int i = 0; i < count; i++) {
            assertEquals(block, block(open()), "of flow " + flows);
        }
    }

    private Endpoint open() {
        flows++;
        return story.mapped(flow(flows - 1));
    }

    private static TestPacket flow(int number) {
        return TestPacket.udp(new Endpoint(HOST.ip(), HOST.port() + number), INET_X);
    }

    private static int block(Endpoint external) {
        return external.port() / SIZE;
    }
}
