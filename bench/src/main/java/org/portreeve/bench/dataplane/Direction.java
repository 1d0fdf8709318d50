package org.portreeve.bench.dataplane;

import java.util.List;
import java.util.Locale;

/** Where the bulk goes. Immutable. */
public enum Direction {
    /** From the subscriber. */
    OUTBOUND,
    /** To the subscriber. */
    INBOUND;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What iperf3 must be told at the subscriber. */
    List<String> options() {
        return switch (this) {
            case OUTBOUND -> List.of();
            case INBOUND -> List.of("-R");
        };
    }
}
