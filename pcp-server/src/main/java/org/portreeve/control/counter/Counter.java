package org.portreeve.control.counter;

/** Something that is counted, as the constants of an enum are. */
public interface Counter {
    /** What an operator should conclude from it. */
    String help();

    /** Its name among the metrics. */
    String metricName();
}
