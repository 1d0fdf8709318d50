package org.portreeve.pcp.socket;

import java.util.function.LongSupplier;

/**
 * The two clocks of a node, read here and nowhere below. Immutable.
 *
 * @param nowNs monotonic, nanoseconds from any origin
 * @param wallMillis milliseconds since 1970; may be set
 */
public record Clocks(LongSupplier nowNs, LongSupplier wallMillis) {
    long now() {
        return nowNs.getAsLong();
    }

    long wall() {
        return wallMillis.getAsLong();
    }
}
