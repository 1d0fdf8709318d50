package org.portreeve.bench.pcp;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What became of the requests of an order. Immutable.
 *
 * @param figures by the names that the crowd's program gives them
 */
record Answers(Map<String, Long> figures) {
    private static final double NS_PER_SECOND = 1e9;
    private static final String REFUSED = "refused-";

    /** Reads the program's line. */
    static Answers of(String line) {
        return new Answers(
                Arrays.stream(line.split(" ", -1))
                        .skip(1)
                        .map(word -> word.split("=", -1))
                        .collect(
                                Collectors.toMap(
                                        parts -> parts[0],
                                        parts -> Long.parseLong(parts[1]),
                                        Long::sum,
                                        TreeMap::new)));
    }

    /** Successes of a second, as long as requests were sent. */
    double perSecond() {
        return figure("in-time") * NS_PER_SECOND / Math.max(1, figure("took-ns"));
    }

    long sent() {
        return figure("sent");
    }

    long succeeded() {
        return figure("succeeded");
    }

    /** Requests that had no answer when a client sends them again. */
    long repeated() {
        return figure("repeated");
    }

    /** Requests that had no answer even then. */
    long never() {
        return figure("never");
    }

    double p50Us() {
        return figure("p50-ns") / 1e3;
    }

    double p99Us() {
        return figure("p99-ns") / 1e3;
    }

    /** Mappings that there are. */
    long live() {
        return figure("live");
    }

    /** Refusals by result code, for a person; empty when there were none. */
    String refusals() {
        return figures.entrySet().stream()
                .filter(figure -> figure.getKey().startsWith(REFUSED))
                .map(figure ->
                        "%,d of result %s"
                                .formatted(
                                        figure.getValue(),
                                        figure.getKey().substring(REFUSED.length())))
                .collect(Collectors.joining(", "));
    }

    private long figure(String name) {
        return figures.getOrDefault(name, 0L);
    }
}
