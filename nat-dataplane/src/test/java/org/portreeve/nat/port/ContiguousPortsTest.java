package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;

/**
 * Goal: sets of ports that follow each other are free, of the right parity, and as long as any that
 * there are. Method: ports are taken at random until none is found; a set that is longer than what
 * was found is looked for one by one.
 */
class ContiguousPortsTest {
    private static final PortRange PORTS = new PortRange(3_000, 3_199);
    private static final PortRange INCOMING = new PortRange(3_000, 3_063);
    private static final int UDP = Protocol.index(Protocol.UDP);
    private static final int HOST = 0x0a00_0001;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void setsAreFreeEvenOrOddAndFoundWhileThereAreAny(long seed) {
        for (Allocation allocation :
                List.of(
                        new Allocation.Blocks(),
                        new Allocation.Dynamic(),
                        new Allocation.Deterministic(4, 0, 32))) {
            var random = new SplittableRandom(seed);
            var held = new boolean[PORTS.last() + 8];
            PortAllocator ports = allocator(allocation, random);
            for (int attempt = 0; attempt < 400; attempt++) {
                int most = random.nextInt(1, attempt % 8 == 0 ? 100 : 6);
                int parity = random.nextInt(-1, 2);
                long run = ports.contiguous(0, 0, UDP, HOST, most, parity);
                int first = PortAllocator.first(run);
                int size = PortAllocator.size(run);
                assertTrue(size <= most);
                if (size < most) {
                    assertNone(allowed(allocation), held, size + 1, parity);
                }
                if (size == 0) {
                    assertEquals(PortAllocator.NONE, first);
                    continue;
                }
                assertTrue(parity < 0 || (first & 1) == parity, first + " of parity " + parity);
                for (int port = first; port < first + size; port++) {
                    assertTrue(!held[port] && isAllowed(allocation, port), port + " is not free");
                }
                ports.take(0, 0, UDP, first, attempt);
                held[first] = true;
            }
        }
    }

    private static void assertNone(List<PortRange> ranges, boolean[] held, int size, int parity) {
        for (PortRange range : ranges) {
            for (int first = range.first(); first + size - 1 <= range.last(); first++) {
                boolean isFree = parity < 0 || (first & 1) == parity;
                for (int port = first; port < first + size; port++) {
                    isFree &= !held[port];
                }
                assertEquals(false, isFree, size + " from " + first + " on were not found");
            }
        }
    }

    private static boolean isAllowed(Allocation allocation, int port) {
        return allowed(allocation).stream().anyMatch(range -> range.contains(port));
    }

    private static List<PortRange> allowed(Allocation allocation) {
        return switch (allocation) {
            case Allocation.Blocks _ -> List.of(INCOMING);
            case Allocation.Dynamic _ -> List.of(PORTS);
            // The host is the second of its prefix.
            case Allocation.Deterministic _ -> List.of(new PortRange(3_096, 3_127), INCOMING);
        };
    }

    private static PortAllocator allocator(Allocation allocation, SplittableRandom random) {
        Pool pool = Pool.of(List.of(1), PORTS, INCOMING, new Pool.Block(16, 2, 1)).with(allocation);
        return Allocators.of(pool, new PortRandom(random.nextLong(), random.nextLong()));
    }
}
