package org.portreeve.daemon;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.control.view.PolicyChange;
import org.portreeve.daemon.config.ConfigChange;

/** What an operator is told of a reload. Pure. */
final class ReloadReport {
    /** Keys of one kind that are named; a list of many subscribers would fill the log. */
    private static final int NAMED = 40;

    private ReloadReport() {}

    /** What changes, and what waits for a restart. */
    static List<String> lines(ConfigChange change) {
        var lines = new ArrayList<String>();
        addSome(lines, change.changed());
        addSome(lines, change.waiting());
        return lines;
    }

    /** What port control made of it. */
    static String line(PolicyChange applied) {
        return "done: %,d subscribers added, %,d removed; profiles changed: %s"
                .formatted(
                        applied.subscribersAdded(),
                        applied.subscribersRemoved(),
                        applied.profilesChanged().isEmpty()
                                ? "none"
                                : String.join(", ", applied.profilesChanged()));
    }

    /** Names, as far as one line holds them. */
    static String named(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        return names.size() <= NAMED
                ? first
                : first + " and %,d more".formatted(names.size() - NAMED);
    }

    private static void addSome(List<String> lines, List<String> phrases) {
        phrases.stream().limit(NAMED).forEach(lines::add);
        if (phrases.size() > NAMED) {
            lines.add("and %,d more".formatted(phrases.size() - NAMED));
        }
    }
}
