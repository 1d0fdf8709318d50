package org.portreeve.nat.io.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;

class PoolPrefixesTest {
    @Test
    void aWholePrefixIsOnePrefix() {
        assertEquals("198.51.100.0/28", of("198.51.100.0", 16));
        assertEquals("198.51.100.1/32", of("198.51.100.1", 1));
        assertEquals("255.255.255.254/31", of("255.255.255.254", 2));
        assertEquals("", of("1.2.3.4", 0));
    }

    @Test
    void aRaggedRangeIsTheFewestPrefixes() {
        assertEquals("10.0.0.1/32 10.0.0.2/31 10.0.0.4/31 10.0.0.6/32", of("10.0.0.1", 6));
    }

    private static String of(String first, int count) {
        List<Integer> addresses =
                IntStream.range(0, count).mapToObj(i -> Ipv4.of(first) + i).toList();
        return PoolPrefixes.of(addresses).stream()
                .map(Prefix::toString)
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void theyHoldExactlyTheAddressesGiven(long seed) {
        var random = new SplittableRandom(seed);
        int base = random.nextInt() & ~0xff;
        var addresses = new TreeSet<Integer>(Integer::compareUnsigned);
        random.ints(random.nextInt(400), 0, 256).forEach(i -> addresses.add(base + i));

        var covered = new TreeSet<Integer>(Integer::compareUnsigned);
        PoolPrefixes.of(addresses).stream().flatMap(PoolPrefixesTest::each).forEach(covered::add);

        assertEquals(addresses, covered);
    }

    private static Stream<Integer> each(Prefix prefix) {
        return IntStream.range(0, (int) prefix.size()).mapToObj(i -> prefix.network() + i);
    }
}
