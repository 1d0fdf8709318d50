package org.portreeve.bench.pcp;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.portreeve.testkit.lab.FetchMain;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.Namespace;

/**
 * Why requests may have had no answer, as the node and the kernel before it count. Immutable.
 *
 * @param counts by the name of the counter
 */
record Losses(Map<String, Long> counts) {
    private static final String METRICS = "http://127.0.0.1:9464/metrics";

    /** Datagrams that end without an answer, and what goes wrong with the journal. */
    private static final Pattern REASONS =
            Pattern.compile(
                    "^((?:pcp_(?:ignored|rate_limited|answer_unsent)"
                            + "|journal_(?:records_refused|records_lost|writes_failed))\\w*)"
                            + " ([0-9.E+]+)$",
                    Pattern.MULTILINE);

    /** The kernel's: sockets whose queue was full. */
    private static final String QUEUE_FULL = "RcvbufErrors";

    private static final Pattern UDP = Pattern.compile("^Udp: (.*)$", Pattern.MULTILINE);

    /** What is counted until now. */
    static Losses read(Lab lab) {
        Map<String, Long> counts = new TreeMap<>();
        String metrics =
                lab.run(Namespace.CGN, JavaProgram.small(FetchMain.class, METRICS))
                        .orThrow()
                        .output();
        Matcher reasons = REASONS.matcher(metrics);
        while (reasons.find()) {
            counts.put(reasons.group(1), (long) Double.parseDouble(reasons.group(2)));
        }
        counts.put("kernel's receive queue full", queueFull(lab));
        return new Losses(counts);
    }

    // A line of names, and a line of numbers in their order.
    private static long queueFull(Lab lab) {
        String text = lab.run(Namespace.CGN, "cat", "/proc/net/snmp").orThrow().output();
        String[][] lines =
                UDP.matcher(text)
                        .results()
                        .map((MatchResult line) -> line.group(1).split(" ", -1))
                        .toArray(String[][]::new);
        for (int i = 0; i < lines[0].length; i++) {
            if (lines[0][i].equals(QUEUE_FULL)) {
                return Long.parseLong(lines[1][i]);
            }
        }
        throw new LabException("no " + QUEUE_FULL + " in " + text);
    }

    /** What was counted since. */
    Losses since(Losses before) {
        Map<String, Long> counts = new TreeMap<>(this.counts);
        before.counts.forEach((name, count) -> counts.merge(name, -count, Long::sum));
        return new Losses(counts);
    }

    /** Those that there were, for a person. */
    String text() {
        String text =
                counts.entrySet().stream()
                        .filter(count -> count.getValue() > 0)
                        .map(count -> "%,d %s".formatted(count.getValue(), count.getKey()))
                        .collect(Collectors.joining(", "));
        return text.isEmpty() ? "nothing counted" : text;
    }
}
