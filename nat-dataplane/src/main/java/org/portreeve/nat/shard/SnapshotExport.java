package org.portreeve.nat.shard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.snapshot.KeptRow.KeptRest;
import org.portreeve.nat.snapshot.KeptSession;
import org.portreeve.nat.snapshot.SnapshotWriter;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * Writes down what a shard would forget when it stops. Called when the shard thread has ended, or
 * on it.
 */
final class SnapshotExport {
    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Directory directory;

    SnapshotExport(Tables tables, Mappings mappings, Directory directory) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.directory = directory;
    }

    void write(SnapshotWriter out, long nowNs) throws IOException {
        for (int block = 0; block < tables.blocks.count(); block++) {
            long restsNs = tables.blocks.restsNs(block, nowNs);
            if (restsNs > 0) {
                int addressIndex = tables.addressIndex(tables.blocks.address(block));
                int firstPort = tables.blocks.firstPort(block);
                int size = tables.blocks.size();
                int externalIp = tables.externalIp(addressIndex);
                out.rest(new KeptRest(externalIp, firstPort, size, restsNs));
            }
        }
        for (int row = 0; row < rows.capacity(); row++) {
            if (rows.isUsed(row) && isOfItsHost(row)) {
                write(out, row, nowNs);
            }
        }
    }

    /**
     * Who comes next has the host's address alone to go by. What traffic and rest left of a former
     * subscriber of that address would become the present one's, and is given up.
     */
    private boolean isOfItsHost(int row) {
        long pairing = directory.find(rows.realm(row), rows.internalIp(row));
        return pairing == Directory.NONE
                || !mappings.isLeftOver(row, Directory.subscriber(pairing));
    }

    private void write(SnapshotWriter out, int row, long nowNs) throws IOException {
        long untilNs = rows.restsUntilNs(row);
        long restsNs = untilNs == 0 ? 0 : Math.max(0, untilNs - nowNs);
        int state = rows.state(row);
        // A reservation that is not durable yet never was: its port goes on resting, if it did.
        if (state == MappingTable.RESERVED) {
            if (restsNs == 0) {
                return;
            }
            state = MappingTable.RESTING;
        }
        boolean isShared = rows.has(row, MappingTable.OVERLAPPED);
        // Connections at shared ports end with the process; towards their peers these rest.
        if (isShared && state != MappingTable.RESTING) {
            restsNs = tables.config.timers().holdDownNs();
            state = MappingTable.RESTING;
        }
        var internal =
                new InternalTuple(
                        rows.realm(row),
                        rows.protocol(row),
                        rows.internalIp(row),
                        rows.internalPort(row));
        out.mapping(
                new KeptMapping(
                        internal,
                        rows.peers(row),
                        tables.externalIp(rows.addressIndex(row)),
                        rows.externalPort(row),
                        state,
                        rows.flags(row) & ~(MappingTable.PENDING | MappingTable.CONTACTS),
                        restsNs,
                        isShared ? List.of() : sessions(row, nowNs)));
    }

    private List<KeptSession> sessions(int row, long nowNs) {
        List<KeptSession> sessions = new ArrayList<>();
        for (int s = rows.firstSession(row); s != SessionTable.NONE; s = tables.sessions.next(s)) {
            sessions.add(mappings.sessions().kept(s, nowNs));
        }
        return sessions;
    }
}
