package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation.Deterministic;
import org.portreeve.testkit.Conformance;

/** Goal: both functions of RFC 7422 are right, and each is the other's inverse. */
class DeterministicRangesTest {
    private static final PortRange ALL = new PortRange(1_024, 65_535);

    @Test
    @Conformance("NAT-DET-002")
    void fourteenHostsAndFactorTwoHaveTheRangesOfTheRfc() {
        var inside = List.of(Prefix.of("100.64.0.0/28"));
        var ranges = new DeterministicRanges(inside, pool(1, ALL, Pool.NO_PORTS, 14, 2, 0));
        assertEquals(4_032, ranges.rangePorts());
        assertEquals(1_024, ranges.firstPort(Ipv4.of("100.64.0.0")));
        assertEquals(5_056, ranges.firstPort(Ipv4.of("100.64.0.1")));
        assertEquals(57_472, ranges.overflowFirst());
        // A pool of one address serves fourteen; the last two of the prefix have no range.
        assertEquals(DeterministicRanges.NONE, ranges.firstPort(Ipv4.of("100.64.0.14")));
        assertEquals(OptionalInt.empty(), ranges.internalIp(0, 57_472));
        assertEquals(OptionalInt.empty(), ranges.internalIp(0, 1_023));
        assertEquals(OptionalInt.of(Ipv4.of("100.64.0.13")), ranges.internalIp(0, 57_471));
    }

    @Test
    void incomingRangeIsLeftOutAtEitherEnd() {
        var inside = List.of(Prefix.of("10.0.0.0/30"));
        var low = new PortRange(1_024, 16_383);
        var high = new PortRange(50_000, 65_535);
        assertEquals(
                16_384,
                new DeterministicRanges(inside, pool(1, ALL, low, 4, 0, 0))
                        .firstPort(Ipv4.of("10.0.0.0")));
        var below = new DeterministicRanges(inside, pool(1, ALL, high, 4, 0, 0));
        assertEquals(1_024, below.firstPort(Ipv4.of("10.0.0.0")));
        assertEquals(50_000, below.overflowFirst());
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance("NAT-DET-006")
    void everyPortOfARangeLeadsBackToItsAddressAndNoPortToTwo(long seed) {
        var random = new SplittableRandom(seed);
        List<Prefix> inside = List.of(prefix(0, random), prefix(1, random), prefix(2, random));
        long hosts = inside.stream().mapToLong(Prefix::size).sum();
        int addresses = random.nextInt(1, 6);
        int compression = Math.toIntExact(Math.ceilDiv(hosts, addresses));
        Pool pool = pool(addresses, ALL, Pool.NO_PORTS, compression, random.nextInt(4), 0);
        var ranges = new DeterministicRanges(inside, pool);
        assertEquals(hosts, ranges.size());

        var taken = new BitSet();
        for (Prefix prefix : inside) {
            for (int host = 0; host < prefix.size(); host++) {
                int ip = prefix.network() + host;
                int address = ranges.addressIndex(ip);
                int first = ranges.firstPort(ip);
                assertTrue(0 <= address && address < addresses);
                for (int port = first; port < first + ranges.rangePorts(); port++) {
                    assertEquals(OptionalInt.of(ip), ranges.internalIp(address, port));
                    assertTrue(ranges.isOwn(ip, address, port));
                    assertTrue(ranges.isComputed(port));
                    assertTrue(!taken.get(address << 16 | port), "a port of two");
                    taken.set(address << 16 | port);
                }
            }
        }
        long found =
                IntStream.range(0, addresses << 16)
                        .filter(at -> ranges.internalIp(at >>> 16, at & 0xffff).isPresent())
                        .count();
        assertEquals(taken.cardinality(), found);
    }

    @Test
    void greatPrefixesAreCountedAsUnsigned() {
        var inside = List.of(Prefix.of("0.0.0.0/1"), Prefix.of("128.0.0.0/2"));
        var ranges = new DeterministicRanges(inside, pool(4_096, ALL, Pool.NO_PORTS, 60_000, 0, 0));
        assertEquals(245_760_000, ranges.size());
        assertEquals(1, ranges.addressIndex(60_000));
        assertEquals(DeterministicRanges.NONE, ranges.addressIndex(Ipv4.of("191.255.255.255")));
    }

    private static Prefix prefix(int number, SplittableRandom random) {
        int length = random.nextInt(26, 33);
        return new Prefix(Ipv4.of("192.168.0.0") + (number << 16), length);
    }

    private static Pool pool(
            int addresses, PortRange ports, PortRange incoming, int c, int d, int rangePorts) {
        List<Integer> ips = IntStream.range(0, addresses).boxed().toList();
        return Pool.of(ips, ports, incoming, new Pool.Block(64, 8, 1))
                .with(new Deterministic(c, d, rangePorts));
    }
}
