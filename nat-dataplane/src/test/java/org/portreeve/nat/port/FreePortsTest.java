package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.Conformance;

/**
 * Goal: a port is found whenever there is one of its range and parity, with every algorithm, and no
 * other. Method: a set of booleans beside it, over few ports, so that they run out.
 */
class FreePortsTest {
    private static final int TCP = Protocol.index(Protocol.TCP);
    private static final int UDP = Protocol.index(Protocol.UDP);
    private static final PortRange PORTS = new PortRange(4_990, 5_360);

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance("NAT-RND-007")
    void whatIsFreeIsFoundAndNothingElse(long seed) {
        var random = new SplittableRandom(seed);
        for (int algorithm = 1; algorithm <= 5; algorithm++) {
            FreePorts ports = ports(algorithm, random);
            BitSet free = new BitSet();
            free.set(PORTS.first(), PORTS.last() + 1);
            free.clear(5_350, 5_352);
            free.clear(5_000, 5_010);
            for (int step = 0; step < 3_000; step++) {
                int first = random.nextInt(PORTS.first(), PORTS.last() + 1);
                int count = random.nextInt(0, PORTS.last() + 2 - first);
                int parity = random.nextInt(-1, 2);
                int port = ports.any(1, UDP, first, count, parity, random.nextLong(), step);
                if (port == PortAllocator.NONE) {
                    assertEquals(0, alike(free, first, count, parity).count());
                } else {
                    assertTrue(alike(free, first, count, parity).anyMatch(p -> p == port));
                    ports.take(1, UDP, port);
                    free.clear(port);
                }
                if (step % 500 > 400) {
                    int back = random.nextInt(PORTS.first(), PORTS.last() + 1);
                    boolean isNobodys = back == 5_350 || back == 5_351;
                    ports.free(1, UDP, back);
                    free.set(back, !isNobodys && !(5_000 <= back && back < 5_010));
                }
                assertEquals(free.get(first), ports.is(1, UDP, first));
            }
        }
    }

    private static IntStream alike(BitSet free, int first, int count, int parity) {
        return IntStream.range(first, first + count)
                .filter(free::get)
                .filter(port -> parity == FreePorts.ANY_PARITY || port % 2 == parity);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    @Conformance("NAT-CGN-130")
    void everyPortOfAnAddressIsGivenOnceAndOthersStayFree(int algorithm) {
        FreePorts ports = ports(algorithm, new SplittableRandom(algorithm));
        var given = new BitSet();
        int usable = PORTS.size() - 10;
        for (int i = 0; i < usable; i++) {
            int port = ports.any(0, TCP, PORTS.first(), PORTS.size(), -1, i, i);
            assertTrue(PORTS.contains(port) && !given.get(port), port + " for the " + i);
            given.set(port);
            ports.take(0, TCP, port);
        }
        assertEquals(0, ports.any(0, TCP, PORTS.first(), PORTS.size(), -1, 1, 1));
        assertTrue(ports.is(0, UDP, PORTS.first()) && ports.is(1, TCP, PORTS.first()));
    }

    private static FreePorts ports(int algorithm, SplittableRandom random) {
        Pool pool =
                Pool.of(List.of(1, 2), PORTS, Pool.NO_PORTS, new Pool.Block(16, 8, 1))
                        .with(new Pool.Allocation.Dynamic())
                        .without(List.of(new PortRange(5_000, 5_009)));
        var config =
                new NatConfig(
                        1,
                        List.of(Prefix.of("10.0.0.0/8")),
                        pool,
                        NatConfig.Timers.defaults(),
                        new NatConfig.Capacity(1, 1, 1),
                        Rules.of(
                                new Rules.Quota(1, 1, 1, 1, 1),
                                PORTS,
                                new Rules.Eif(1, 1, 1, 1, false)));
        var choice = new Pool.Choice(algorithm, 10, 500, false, false);
        var selection =
                new PortSelection(choice, new PortRandom(random.nextLong(), random.nextLong()));
        return new FreePorts(2, new PortLayout(config), selection);
    }
}
