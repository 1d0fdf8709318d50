package org.portreeve.nat.event;

import org.portreeve.nat.Protocol;

/**
 * How much is used of what a shard has: ports of each address, by protocol, and rows of its tables.
 * Told when it becomes too much (RFC 7422 §2.2). Owned by the shard thread.
 */
public final class ShardUse {
    private final Telemetry telemetry;
    private final int portsEach;
    private final int[] taken;
    private final boolean[] high;
    private final long sessionRows;
    private final long mappingRows;
    private boolean sessionsHigh;
    private boolean mappingsHigh;

    /** Nothing is used yet. */
    public ShardUse(
            Telemetry telemetry, int addresses, int portsEach, int sessionRows, int mappingRows) {
        this.telemetry = telemetry;
        this.portsEach = portsEach;
        this.sessionRows = sessionRows;
        this.mappingRows = mappingRows;
        taken = new int[addresses * Protocol.COUNT];
        high = new boolean[taken.length];
    }

    /**
     * A port of an address was taken ({@code change} 1) or is free again (-1).
     *
     * @param address counted within the shard
     */
    public void ports(int address, int externalIp, int protocolIndex, int change) {
        int at = address * Protocol.COUNT + protocolIndex;
        taken[at] += change;
        Resource resource = Resource.portsOf(protocolIndex);
        high[at] = telemetry.watch(high[at], resource, externalIp, taken[at], portsEach);
    }

    /** So many rows are used at the end of a turn. */
    public void tables(int sessions, int mappings) {
        sessionsHigh = telemetry.watch(sessionsHigh, Resource.SESSIONS, 0, sessions, sessionRows);
        mappingsHigh = telemetry.watch(mappingsHigh, Resource.MAPPINGS, 0, mappings, mappingRows);
    }
}
