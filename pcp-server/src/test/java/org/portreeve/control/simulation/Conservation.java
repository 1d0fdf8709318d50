package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumMap;
import java.util.Map;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.shard.Shard;

/** That no packet is lost or doubled: the equation of {@link NatCounter}, here alone. */
final class Conservation {
    private final WholeNode node;
    private final Tally tally;
    private long inBefore;
    private long outBefore;

    Conservation(WholeNode node, Tally tally) {
        this.node = node;
        this.tally = tally;
    }

    /** Another process counts from zero. */
    void begin() {
        inBefore = tally.packetsIn;
        outBefore = tally.packetsOut;
    }

    /** For each shard, at any moment between its turns. */
    void check() {
        for (Shard shard : node.shards) {
            Map<NatCounter, Long> counts = shard.counters().read();
            long in =
                    counts.get(NatCounter.RECEIVED)
                            + counts.get(NatCounter.HANDED_IN)
                            + counts.get(NatCounter.GENERATED);
            long out = counts.get(NatCounter.FORWARDED) + counts.get(NatCounter.HANDED_OUT);
            for (Map.Entry<NatCounter, Long> count : counts.entrySet()) {
                out += count.getKey().isDrop() ? count.getValue() : 0;
            }
            assertEquals(in, out + shard.occupancy().waitingPackets(), "packets of a shard");
        }
    }

    /** For the node, when nothing moves. */
    void checkAtRest() {
        Map<NatCounter, Long> sum = new EnumMap<>(NatCounter.class);
        for (Shard shard : node.shards) {
            shard.counters().read().forEach((counter, n) -> sum.merge(counter, n, Long::sum));
        }
        assertEquals(tally.packetsIn - inBefore, sum.get(NatCounter.RECEIVED), "packets came");
        assertEquals(tally.packetsOut - outBefore, sum.get(NatCounter.FORWARDED), "packets left");
        assertEquals(sum.get(NatCounter.HANDED_OUT), sum.get(NatCounter.HANDED_IN), "handed over");
    }
}
