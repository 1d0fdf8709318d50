package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.port.OverlapPorts;
import org.portreeve.nat.table.MappingTable;

/**
 * What a subscriber's connection gets when no port is left for it: one that others share, towards
 * this remote address alone (RFC 7857 §3). Only a TCP connection does: it has an end. The mapping
 * serves the one remote endpoint, is used for nothing else and is not found by the internal tuple,
 * so that endpoint-independent mapping goes on elsewhere as it was. Nobody is served whose record
 * found no room in the telemetry. Owned by the shard thread.
 */
final class Overlapping {
    private final Tables tables;
    private final Mappings mappings;

    Overlapping(Tables tables, Mappings mappings) {
        this.tables = tables;
        this.mappings = mappings;
    }

    /** Whether a packet for which there is no port may share one. */
    boolean isFor(int protocol) {
        return protocol == Protocol.TCP && tables.overlap.isOn();
    }

    /**
     * A mapping of the internal tuple that serves one remote endpoint; negative: the verdict of why
     * there is none, as {@link MappingChoice#refusal} has it.
     */
    int mapping(long key, int subscriber, int addressIndex, int remoteIp, int remotePort) {
        int port = tables.overlap.choose(addressIndex, remoteIp);
        if (port == OverlapPorts.NONE) {
            return MappingChoice.refusal(MappingChoice.EXHAUSTED);
        }
        if (!tables.telemetry.hasRoom()) {
            return MappingChoice.refusal(MappingChoice.BUSY);
        }
        long peers = MappingTable.overlapPeersOf(remoteIp, remotePort);
        int row = mappings.createOverlapped(key, peers, subscriber, addressIndex, port);
        if (row == MappingTable.NONE) {
            tables.telemetry.limit(EventKind.TABLE_FULL, subscriber, 0, 0, 0);
            return MappingChoice.refusal(MappingChoice.TABLE_FULL);
        }
        return row;
    }
}
