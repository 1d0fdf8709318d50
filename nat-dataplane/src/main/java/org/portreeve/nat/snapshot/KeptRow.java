package org.portreeve.nat.snapshot;

import java.util.List;
import org.portreeve.nat.InternalTuple;

/** One row of a snapshot. Times are durations: no clock outlives its process. Immutable. */
public sealed interface KeptRow {
    /** The external address that the row belongs to, and by it the shard. */
    int externalIp();

    /**
     * A mapping, or a port that rests, with its sessions.
     *
     * @param internal the internal tuple
     * @param peers which peers it serves, as in {@code MappingTable}
     * @param externalPort the external port or ICMP identifier
     * @param state a state of {@code MappingTable}, never {@code RESERVED}
     * @param flags flags of {@code MappingTable}; what journal and store keep says so here
     * @param restsNs how much longer the port rests, or is to rest at least; 0 when unsaid
     */
    record KeptMapping(
            InternalTuple internal,
            long peers,
            int externalIp,
            int externalPort,
            int state,
            int flags,
            long restsNs,
            List<KeptSession> sessions)
            implements KeptRow {
        /** Takes a copy of the list. */
        public KeptMapping {
            sessions = List.copyOf(sessions);
        }

        /** Whether one of these flags is set. */
        public boolean has(int flag) {
            return (flags & flag) != 0;
        }
    }

    /**
     * A block that was given back and rests.
     *
     * @param firstPort its first port
     * @param size how many ports
     * @param restsNs how much longer
     */
    record KeptRest(int externalIp, int firstPort, int size, long restsNs) implements KeptRow {}
}
