package org.portreeve.bench.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where the answers differ, and what of that is justified. Immutable.
 *
 * @param asked how many questions were asked
 * @param differences those that were answered differently
 * @param obsolete reasons of {@link Reasons} for differences that there are none of
 */
public record Findings(int asked, List<Difference> differences, List<String> obsolete) {
    /**
     * One question and both answers, one for each datagram. Immutable.
     *
     * @param id which question
     * @param what what was sent
     * @param ours the product's answers
     * @param theirs those of miniupnpd
     */
    record Difference(String id, String what, List<String> ours, List<String> theirs) {
        /** What both answered alike before is not of interest. */
        private int first() {
            int first = 0;
            while (first < ours.size() - 1 && ours.get(first).equals(theirs.get(first))) {
                first++;
            }
            return first;
        }

        String oursInWords() {
            return words(ours);
        }

        String theirsInWords() {
            return words(theirs);
        }

        private String words(List<String> answers) {
            return String.join("; then ", answers.subList(first(), answers.size()));
        }

        /** Whether the product answers what {@link Expected} has. */
        private boolean isExpected() {
            return Expected.is(id, oursInWords());
        }
    }

    static Findings of(
            List<Question> questions, List<List<String>> ours, List<List<String>> theirs) {
        List<Difference> differences = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            if (!ours.get(i).equals(theirs.get(i))) {
                Question question = questions.get(i);
                differences.add(
                        new Difference(question.id(), question.what(), ours.get(i), theirs.get(i)));
            }
        }
        List<String> ids = differences.stream().map(Difference::id).toList();
        List<String> obsolete =
                Reasons.ALL.stream()
                        .flatMap(reason -> reason.ids().stream())
                        .filter(id -> !ids.contains(id))
                        .toList();
        return new Findings(questions.size(), differences, obsolete);
    }

    /** Whether each difference has its reason and our answer, and each reason its difference. */
    public boolean isJustified() {
        return obsolete.isEmpty() && unexplained().isEmpty() && changed().isEmpty();
    }

    /** Answers of the product that are not what they should be, whatever miniupnpd says. */
    private List<Difference> changed() {
        return differences.stream().filter(each -> !each.isExpected()).toList();
    }

    private List<Difference> unexplained() {
        return differences.stream().filter(each -> Reasons.of(each.id()).isEmpty()).toList();
    }

    /** For a person: a table for each reason, in Markdown. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(
                "%d questions: %d answered alike, %d differently.%n"
                        .formatted(asked, asked - differences.size(), differences.size()));
        byReason().forEach((reason, some) -> text.append(section(reason, some)));
        if (!unexplained().isEmpty()) {
            text.append(table("Without a reason", "", unexplained()));
        }
        if (!changed().isEmpty()) {
            text.append(table("Otherwise than expected", "See `expected.tsv`.", changed()));
        }
        if (!obsolete.isEmpty()) {
            text.append("%nExpected to differ, and do not: %s%n".formatted(obsolete));
        }
        return text.toString();
    }

    private Map<Reasons.Reason, List<Difference>> byReason() {
        Map<Reasons.Reason, List<Difference>> sections = new LinkedHashMap<>();
        Reasons.ALL.forEach(reason -> sections.put(reason, new ArrayList<>()));
        for (Difference each : differences) {
            Optional<Reasons.Reason> reason = Reasons.of(each.id());
            reason.ifPresent(known -> sections.get(known).add(each));
        }
        return sections;
    }

    private static String section(Reasons.Reason reason, List<Difference> differences) {
        return differences.isEmpty()
                ? ""
                : table(
                        reason.title(),
                        reason.right().sentence() + " " + reason.why(),
                        differences);
    }

    private static String table(String title, String why, List<Difference> differences) {
        return """

        ## %s

        %s

        | question | sent | Portreeve | miniupnpd |
        |---|---|---|---|
        %s
        """
                .formatted(
                        title,
                        why,
                        differences.stream().map(Findings::row).collect(Collectors.joining("\n")));
    }

    private static String row(Difference each) {
        return "| %s | %s | %s | %s |"
                .formatted(each.id(), each.what(), each.oursInWords(), each.theirsInWords());
    }
}
