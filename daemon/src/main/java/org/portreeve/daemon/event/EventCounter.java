package org.portreeve.daemon.event;

import java.util.Locale;
import org.portreeve.control.counter.Counter;

/** What the event log counts. */
public enum EventCounter implements Counter {
    WRITTEN("Events written to the event log"),
    LOST("Events lost because the event log does not keep up; its disk is slow or stands still"),
    FAILED("Events lost because the file of the event log could not be written; look at its disk");

    private final String help;

    EventCounter(String help) {
        this.help = help;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "event_log_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
