package org.portreeve.nat.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: every row is found by its hash and no other is, whatever came and went before it. Method: a
 * map beside it; few hashes that lie together, also round the end of the index.
 */
class HashIndexTest {
    private static final int ROWS = 40;
    private static final int STEPS = 20_000;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void rowsAreFoundByTheirHashesAndNothingElseIs(long seed) {
        var random = new SplittableRandom(seed);
        var index = new HashIndex(ROWS);
        Map<Integer, Integer> hashes = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            int row = random.nextInt(ROWS);
            Integer hash = hashes.remove(row);
            if (hash == null) {
                int fresh = hash(random);
                index.insert(fresh, row);
                hashes.put(row, fresh);
            } else {
                index.remove(hash, row);
            }
            int asked = hash(random);
            assertEquals(rowsOf(hashes, asked), found(index, asked));
        }
    }

    @Test
    void touchReadsTheEntryThatALookUpReadsFirst() {
        var index = new HashIndex(ROWS);
        index.insert(5, 3);
        assertTrue(index.touch(5) != 0);
        assertEquals(0, index.touch(6));
    }

    /** The last places and the first ones, with other bits above. */
    private static int hash(SplittableRandom random) {
        return random.nextInt(-6, 6) ^ random.nextInt(3) << 20;
    }

    private static Set<Integer> rowsOf(Map<Integer, Integer> hashes, int hash) {
        return hashes.entrySet().stream()
                .filter(entry -> entry.getValue() == hash)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Integer> found(HashIndex index, int hash) {
        Set<Integer> rows = new TreeSet<>();
        for (int slot = index.first(hash); slot != HashIndex.NONE; slot = index.next(slot, hash)) {
            assertTrue(rows.add(index.row(slot)), "found twice");
        }
        return rows;
    }
}
