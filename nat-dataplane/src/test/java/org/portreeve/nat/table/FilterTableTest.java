package org.portreeve.nat.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;

/**
 * Goal: the table admits whom the filters of a mapping name, and loses no row. Method: random
 * changes of a few mappings beside lists, some of which several of them share, up to the brim.
 */
class FilterTableTest {
    private static final int CAPACITY = 30;
    private static final int MAPPINGS = 5;
    private static final int STEPS = 20_000;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void tableAdmitsWhomTheListNames(long seed) {
        var random = new SplittableRandom(seed);
        var table = new FilterTable(CAPACITY, MAPPINGS);
        List<List<PeerFilter>> inForce = new ArrayList<>(Collections.nCopies(MAPPINGS, List.of()));
        List<List<PeerFilter>> staged = new ArrayList<>(inForce);
        for (int step = 0; step < STEPS; step++) {
            int mapping = random.nextInt(MAPPINGS);
            List<PeerFilter> filters = filters(random);
            int used = count(inForce, staged);
            assertEquals(used, table.size());
            assertEquals(used + filters.size() <= CAPACITY, table.hasRoom(filters.size()));
            switch (random.nextInt(7)) {
                case 0 -> {
                    table.apply(mapping);
                    inForce.set(mapping, staged.get(mapping));
                    staged.set(mapping, List.of());
                }
                case 1 -> {
                    table.unstage(mapping);
                    staged.set(mapping, List.of());
                }
                case 2 -> {
                    table.clear(mapping);
                    inForce.set(mapping, List.of());
                    staged.set(mapping, List.of());
                }
                case 3 -> {
                    int other = random.nextInt(MAPPINGS);
                    if (other != mapping) {
                        table.share(mapping, other);
                        staged.set(mapping, staged.get(other));
                    }
                }
                default -> {
                    if (table.hasRoom(filters.size())) {
                        table.stage(mapping, filters);
                        staged.set(mapping, filters);
                    }
                }
            }
            check(table, mapping, inForce.get(mapping), random);
        }
    }

    private static void check(
            FilterTable table, int mapping, List<PeerFilter> filters, SplittableRandom random) {
        assertEquals(!filters.isEmpty(), table.has(mapping));
        int ip = ip(random);
        int port = random.nextInt(1, 4);
        boolean isNamed = filters.stream().anyMatch(filter -> filter.admits(ip, port));
        assertEquals(filters.isEmpty() || isNamed, table.admits(mapping, ip, port));
    }

    @Test
    void filterOfEveryAddressLooksAtThePort() {
        var table = new FilterTable(1, 1);
        table.stage(0, List.of(PeerFilter.of(0, 0, 0xffff)));
        assertTrue(table.admits(0, 1, 1), "what is set aside does not hold yet");
        table.apply(0);

        assertTrue(table.admits(0, Ipv4.of("203.0.113.1"), 0xffff));
        assertFalse(table.admits(0, Ipv4.of("203.0.113.1"), 1));
    }

    private static List<PeerFilter> filters(SplittableRandom random) {
        return Stream.generate(
                        () -> PeerFilter.of(ip(random), random.nextInt(33), random.nextInt(4)))
                .limit(random.nextInt(6))
                .toList();
    }

    private static int ip(SplittableRandom random) {
        return random.nextInt(-4, 4);
    }

    /** A list that several mappings have is one chain, and counts once. */
    private static int count(List<List<PeerFilter>> inForce, List<List<PeerFilter>> staged) {
        Set<List<PeerFilter>> chains = Collections.newSetFromMap(new IdentityHashMap<>());
        Stream.of(inForce, staged).forEach(chains::addAll);
        return chains.stream().mapToInt(List::size).sum();
    }
}
