package org.portreeve.nat.port;

import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.table.OverlapIndex;

/**
 * The external ports that TCP connections of several internal endpoints share, each towards a
 * remote address of its own (RFC 7857 §3). Nothing else gets a port of this range. Owned by the
 * shard thread.
 */
public final class OverlapPorts {
    /** No port. */
    public static final int NONE = PortAllocator.NONE;

    /**
     * Ports that are looked at for a connection: a popular remote address may have most of them.
     */
    static final int TRIES = 256;

    private final PortRange range;
    private final boolean isOn;
    private final OverlapIndex index;
    private final PortRandom random;

    public OverlapPorts(PortRange range, OverlapIndex index, PortRandom random) {
        this.range = range;
        this.index = index;
        this.random = random;
        isOn = !range.equals(Pool.NO_PORTS);
    }

    /** Whether ports are shared at all. */
    public boolean isOn() {
        return isOn;
    }

    /** The mapping of an external port and remote address, or {@link OverlapIndex#NONE}. */
    public int find(int addressIndex, int port, int remoteIp) {
        return isOn && range.contains(port)
                ? index.find(addressIndex, port, remoteIp)
                : OverlapIndex.NONE;
    }

    /**
     * A port that nobody has towards this remote address, looked for from an unpredictable place on
     * (RFC 6056); {@link #NONE} when none was found.
     */
    public int choose(int addressIndex, int remoteIp) {
        int start = random.below(range.size());
        int tries = Math.min(TRIES, range.size());
        for (int i = 0; i < tries; i++) {
            int port = range.first() + (start + i) % range.size();
            if (index.find(addressIndex, port, remoteIp) == OverlapIndex.NONE) {
                return port;
            }
        }
        return NONE;
    }

    /** Whether a port is one of these that nobody has towards this remote address. */
    public boolean isFree(int addressIndex, int port, int remoteIp) {
        return isOn
                && range.contains(port)
                && index.find(addressIndex, port, remoteIp) == OverlapIndex.NONE;
    }

    /** A mapping has its port towards its peer from now on. */
    public void take(int row) {
        index.put(row);
    }

    /** And no more. */
    public void release(int row) {
        index.remove(row);
    }
}
