package org.portreeve.control.history;

import java.util.Locale;
import org.portreeve.control.counter.Counter;

/** What the history counts. */
public enum HistoryCounter implements Counter {
    WRITTEN("Beginnings and ends of mappings and port blocks that are in the history"),
    DROPPED(
            "Beginnings and ends that were not taken down because the store is too slow or fails:"
                    + " the history has a gap"),
    WRITES_FAILED("Writes of the history that failed and are tried again; look at the store");

    private final String help;

    HistoryCounter(String help) {
        this.help = help;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "history_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
