package org.portreeve.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.mutation.Mutation;
import org.portreeve.testkit.mutation.Mutations;

/** The table of ways to break the code names lines and tests that are there. */
class MutationTableTest {
    private static final int ROWS_TO_DRAW_FROM = 40;

    private final List<Mutation> mutations = Mutations.all();

    @Test
    void everyOriginalStandsInItsFileExactlyOnce() {
        for (Mutation mutation : mutations) {
            String text = Sources.read(Sources.ROOT.resolve(mutation.source()));

            assertTrue(!mutation.applyTo(text).equals(text), mutation::toString);
        }
    }

    @Test
    void everyTestCarriesTheTagOfItsRow() {
        SortedMap<String, Set<String>> tests = Tags.testsByRow();

        String untagged =
                mutations.stream()
                        .filter(mutation ->
                                !tests.getOrDefault(mutation.row(), Set.of())
                                        .contains(mutation.shortTest()))
                        .map(mutation -> mutation.row() + " " + mutation.test())
                        .collect(Collectors.joining("\n"));

        assertEquals("", untagged);
    }

    @Test
    void thereAreRowsToDrawFrom() {
        long rows = mutations.stream().map(Mutation::row).distinct().count();

        assertTrue(rows >= ROWS_TO_DRAW_FROM, () -> "rows: " + rows);
    }
}
