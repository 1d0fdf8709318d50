package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.MappingTable;

/**
 * What becomes of explicit mappings once they were reserved. A set of ports goes through all of it
 * as one, named by its first internal port (RFC 7753 §4.4). Owned by the shard thread.
 */
final class ExplicitMappings {
    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Answers answers;

    ExplicitMappings(Tables tables, Mappings mappings, Answers answers) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.answers = answers;
    }

    void activate(ShardCommand.ActivateMapping activate) {
        int first = mappings.find(activate.internal());
        assert first != MappingTable.NONE : "activated what was not reserved";
        int size = sizeOf(first);
        for (int i = 0; i < size; i++) {
            mappings.activate(rowOf(activate.internal(), i));
        }
        answers.activated(activate.requestId());
    }

    void release(ShardCommand.ReleaseReservation release, long nowNs) {
        int first = mappings.find(release.internal());
        boolean found = first != MappingTable.NONE && rows.has(first, MappingTable.PENDING);
        int size = sizeOf(first);
        for (int i = 0; i < size; i++) {
            int row = rowOf(release.internal(), i);
            if (found) {
                mappings.abandon(row, nowNs);
            } else {
                tables.filters.unstage(row);
            }
        }
        answers.ended(release.requestId(), found, release.internal());
    }

    void stage(ShardCommand.StageFilters stage) {
        int first = mappings.find(stage.internal());
        int size = sizeOf(first);
        if (!isExplicit(first)) {
            answers.refused(stage.requestId(), Refusal.INTERNAL_USED);
        } else if (!tables.filters.hasRoom(stage.filters().size())) {
            answers.refused(stage.requestId(), Refusal.TABLE_FULL);
        } else {
            tables.filters.stage(first, stage.filters());
            for (int i = 1; i < size; i++) {
                tables.filters.share(rowOf(stage.internal(), i), first);
            }
            answers.reserved(stage.requestId(), first, true);
        }
    }

    void end(ShardCommand.EndMapping end, long nowNs) {
        int first = mappings.find(end.internal());
        boolean found = isExplicit(first);
        long remainingNs = found && end.onlyIfIdle() ? remainingNs(end.internal(), nowNs) : 0;
        if (remainingNs > 0) {
            answers.stillUsed(end.requestId(), remainingNs);
            return;
        }
        int size = found ? sizeOf(first) : 0;
        for (int i = 0; i < size; i++) {
            mappings.endExplicit(rowOf(end.internal(), i), nowNs);
        }
        answers.ended(end.requestId(), found, end.internal());
    }

    void cut(ShardCommand.CutMapping cut, long nowNs) {
        int first = mappings.find(cut.internal());
        boolean found =
                first != MappingTable.NONE
                        && rows.has(first, MappingTable.EXPLICIT | MappingTable.STATIC);
        int size = found ? sizeOf(first) : 0;
        for (int i = 0; i < size; i++) {
            mappings.cut(rowOf(cut.internal(), i), nowNs);
        }
        answers.ended(cut.requestId(), found, cut.internal());
    }

    void query(ShardCommand.QueryIdle query, long nowNs) {
        long remainingNs = remainingNs(query.internal(), nowNs);
        if (remainingNs > 0) {
            answers.stillUsed(query.requestId(), remainingNs);
            return;
        }
        boolean found = isExplicit(mappings.find(query.internal()));
        answers.ended(query.requestId(), found, query.internal());
    }

    /** How long outbound traffic keeps one of the ports at least. */
    private long remainingNs(InternalTuple internal, long nowNs) {
        int size = sizeOf(mappings.find(internal));
        long longestNs = 0;
        for (int i = 0; i < size; i++) {
            int row = rowOf(internal, i);
            longestNs = Math.max(longestNs, mappings.outboundRemainingNs(row, nowNs));
        }
        return longestNs;
    }

    private boolean isExplicit(int row) {
        return row != MappingTable.NONE && rows.has(row, MappingTable.EXPLICIT);
    }

    /** Ports of what begins with a row; 0 for {@link MappingTable#NONE}. */
    private int sizeOf(int first) {
        return first == MappingTable.NONE ? 0 : Math.max(1, rows.setSize(first));
    }

    private int rowOf(InternalTuple first, int i) {
        int row = mappings.find(first.next(i));
        assert row != MappingTable.NONE : "a port of a set is no mapping";
        return row;
    }
}
