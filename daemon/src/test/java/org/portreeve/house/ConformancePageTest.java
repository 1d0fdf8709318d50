package org.portreeve.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The conformance page says which test observes which row; it must say what the tests say. */
class ConformancePageTest {
    /** One row of {@code docs/conformance-rows.tsv}: a rule of the conformance tables. */
    private record Row(String id, String level, String source) {
        boolean isMust() {
            return level.startsWith("MUST");
        }

        /** The ID without its number. */
        String group() {
            return id.substring(0, id.lastIndexOf('-'));
        }
    }

    private final Map<String, Row> rows = rows();
    private final SortedMap<String, Set<String>> tests = Tags.testsByRow();

    @Test
    void everyTagNamesAKnownRow() {
        var unknown = new TreeSet<>(tests.keySet());
        unknown.removeAll(rows.keySet());

        assertEquals(new TreeSet<>(), unknown);
    }

    @Test
    void rowsAreReadWhole() {
        assertTrue(rows.size() > 900, () -> "rows: " + rows.size());
    }

    @Test
    void committedPageIsMadeOfTheTags() {
        Sources.assertGenerated("docs/CONFORMANCE.md", page());
    }

    private String page() {
        List<Row> untested =
                rows.values().stream().filter(row -> row.isMust() && !isTested(row)).toList();
        long musts = rows.values().stream().filter(Row::isMust).count();
        return """
        # Conformance

        Made from the `@Conformance` tags of the tests; do not edit. Row IDs, levels and sources
        are those of `docs/conformance-rows.tsv`. † marks a level this project set itself;
        S1 is the draft that became RFC 6269, S2 the one that became RFC 7857.

        %d of %d MUST rows have a test.

        ## Rows with a test

        | row | level | source | test |
        |---|---|---|---|
        %s
        ## MUST rows without a test

        %s\
        """
                .formatted(musts - untested.size(), musts, testedTable(), untestedList(untested));
    }

    private boolean isTested(Row row) {
        return tests.containsKey(row.id());
    }

    private String testedTable() {
        return rows.values().stream()
                .filter(this::isTested)
                .map(row ->
                        "| %s | %s | %s | %s |\n"
                                .formatted(
                                        row.id(),
                                        row.level(),
                                        row.source(),
                                        String.join("<br>", tests.get(row.id()))))
                .collect(Collectors.joining());
    }

    private static String untestedList(List<Row> untested) {
        var groups = new LinkedHashMap<String, List<String>>();
        for (Row row : untested) {
            String number = row.id().substring(row.group().length() + 1);
            groups.computeIfAbsent(row.group(), _ -> new ArrayList<>()).add(number);
        }
        return groups.entrySet().stream()
                .map(group -> "- " + group.getKey() + ": " + String.join(" ", group.getValue()))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static Map<String, Row> rows() {
        var rows = new LinkedHashMap<String, Row>();
        String text = Sources.read(Sources.ROOT.resolve("docs/conformance-rows.tsv"));
        for (String line : text.lines().skip(1).toList()) {
            String[] cells = line.split("\t", -1);
            rows.put(cells[0], new Row(cells[0], cells[1], cells[2]));
        }
        return rows;
    }
}
