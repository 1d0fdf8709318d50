package org.portreeve.bench.pcp;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.portreeve.bench.dataplane.Sample;
import org.portreeve.bench.dataplane.Spread;
import org.portreeve.bench.pcp.Stage.Reading;
import org.portreeve.bench.traffic.Order.Operation;

/** The table of a run and the promises that were not kept. Main thread. */
public final class Report {
    private static final String HEADER =
            """
            | measurement | server | figure | promise | forwarded, packets/s \
            | machine CPU, us per request | server CPU, us per request |
            |---|---|---|---|---|---|---|\
            """;

    /** Of the greatest rate, whatever the number of mappings. */
    private static final double PROMISED_FLATNESS = 0.75;

    private final PrintWriter out;
    private final List<String> notes = new ArrayList<>();
    private final List<String> missed = new ArrayList<>();
    private final Map<Operation, List<Double>> levels = new EnumMap<>(Operation.class);

    /** Prints the head of the table. */
    public Report(PrintWriter out) {
        this.out = out;
        out.println(HEADER);
        out.flush();
    }

    void row(Row row) {
        out.println(
                "| %s | %s | %s | %s | %s | %s | %s |"
                        .formatted(
                                row.measurement,
                                row.server,
                                row.figure,
                                row.promise,
                                row.forwarded,
                                row.machine,
                                row.process));
        out.flush();
    }

    /** Takes down the rate with some number of mappings, as a part of the echo's. */
    void level(Operation operation, double ratio) {
        levels.computeIfAbsent(operation, _ -> new ArrayList<>()).add(ratio);
    }

    private void compareLevels() {
        levels.forEach((operation, ratios) -> {
            if (ratios.size() == 1) {
                return;
            }
            double flatness = Collections.min(ratios) / Collections.max(ratios);
            String name = "flatness, " + operation.name().toLowerCase(Locale.ROOT);
            String text =
                    "the least of %d rates is %.2f of the greatest, at least %s"
                            .formatted(ratios.size(), flatness, PROMISED_FLATNESS);
            note(name + ": " + promise(name, text, flatness >= PROMISED_FLATNESS));
        });
    }

    /** Says something below the table, once. */
    public void note(String sentence) {
        if (!notes.contains(sentence)) {
            notes.add(sentence);
        }
    }

    /** The cell of a promise, which counts as missed when it was not kept. */
    String promise(String measurement, String text, boolean isKept) {
        if (!isKept) {
            missed.add(measurement + ": " + text);
        }
        return text + (isKept ? ", kept" : ", **missed**");
    }

    /** Says which requests were not granted, if any. */
    void failures(String measurement, Server server, Answers answers) {
        if (answers.repeated() > 0 || !answers.refusals().isEmpty()) {
            note(
                    "%s, %s: of %,d requests %,d were sent again, %,d never answered; refusals: %s"
                            .formatted(
                                    measurement,
                                    server.label(),
                                    answers.sent(),
                                    answers.repeated(),
                                    answers.never(),
                                    answers.refusals().isEmpty() ? "none" : answers.refusals()));
        }
    }

    /** Prints what stands below the table; whether every promise was kept. */
    public boolean end() {
        compareLevels();
        out.println();
        notes.forEach(out::println);
        missed.forEach(promise -> out.println("missed: " + promise));
        out.flush();
        return missed.isEmpty();
    }

    /** A row. Immutable. */
    record Row(
            String measurement,
            String server,
            String figure,
            String promise,
            String forwarded,
            String machine,
            String process) {
        static final String NOTHING = "-";

        private static final double US_PER_NS = 1e-3;

        /** One of what was read, which may be nothing. */
        static Row of(
                String measurement,
                String server,
                String figure,
                String promise,
                List<Reading> readings) {
            if (readings.isEmpty()) {
                return new Row(measurement, server, figure, promise, NOTHING, NOTHING, NOTHING);
            }
            List<Sample> samples = readings.stream().map(Reading::sample).toList();
            boolean hasProcess = samples.getFirst().cpu().processNs() > 0;
            return new Row(
                    measurement,
                    server,
                    figure,
                    promise,
                    Spread.of(readings, Reading::packetsPerSecond).cell(0),
                    Spread.of(samples, sample -> sample.machineNs() * US_PER_NS).cell(1),
                    hasProcess
                            ? Spread.of(samples, sample -> sample.nodeNs() * US_PER_NS).cell(1)
                            : NOTHING);
        }
    }
}
