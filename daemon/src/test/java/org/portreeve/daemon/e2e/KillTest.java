package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.testkit.Conformance;
import org.portreeve.testkit.kills.KillReport;
import org.portreeve.testkit.kills.KillRun;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;

/** A few kills in each build; {@code portreeve bench kills -n 50} does many. */
@Tag("e2e")
class KillTest {
    private static final int KILLS = 2;

    static Stream<Arguments> seedsAndShards() {
        long fresh = ThreadLocalRandom.current().nextLong(1, 1L << 40);
        return Stream.of(
                Arguments.of(Long.getLong("seed", 887), 1),
                Arguments.of(Long.getLong("seed", fresh), 3));
    }

    @ParameterizedTest(name = "-Dseed={0} shards={1}")
    @MethodSource("seedsAndShards")
    @Conformance({"PCP-MIX-008", "PCP-EPO-005"})
    void nothingAcknowledgedIsLostByKills(long seed, int shards) {
        try (Lab lab = Lab.open(LabOptions.standard());
                Node node = Node.start(lab, NodeConfig.of(lab, shards))) {
            KillReport report = KillRun.run(lab, node, seed, KILLS, KillRun.RATE_PER_SECOND);
            System.out.println(report.text());

            assertTrue(report.isClean(), report::text);
        }
    }
}
