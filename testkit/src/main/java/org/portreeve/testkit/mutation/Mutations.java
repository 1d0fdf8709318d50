package org.portreeve.testkit.mutation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The table {@code mutations.tsv}: its cells are those of {@link Mutation}. Any thread. */
public final class Mutations {
    private static final String TABLE = "mutations.tsv";

    private Mutations() {}

    /** All of them, in the order of the table. */
    public static List<Mutation> all() {
        try (InputStream table = Mutations.class.getResourceAsStream(TABLE)) {
            return new String(table.readAllBytes(), UTF_8)
                    .lines()
                    .skip(1)
                    .map(Mutation::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of each of so many rows, both chosen by the seed; all rows when there are no more. */
    static List<Mutation> draw(List<Mutation> from, DrawOptions options) {
        var random = new Random(options.seed());
        Map<String, List<Mutation>> byRow = new LinkedHashMap<>();
        for (Mutation mutation : from) {
            if (mutation.row().startsWith(options.rows())) {
                byRow.computeIfAbsent(mutation.row(), _ -> new ArrayList<>()).add(mutation);
            }
        }
        List<List<Mutation>> rows = new ArrayList<>(byRow.values());
        Collections.shuffle(rows, random);
        return rows.stream()
                .limit(options.rowCount())
                .map(ways -> ways.get(random.nextInt(ways.size())))
                .toList();
    }
}
