package org.portreeve.bench;

import java.util.List;

/** Where the bulk goes. */
enum Direction {
    OUTBOUND,
    INBOUND;

    /** What iperf3 must be told at the subscriber. */
    List<String> options() {
        return switch (this) {
            case OUTBOUND -> List.of();
            case INBOUND -> List.of("-R");
        };
    }
}
