package org.portreeve.nat.shard;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.port.BlockTable;
import org.portreeve.nat.snapshot.KeptRow;
import org.portreeve.nat.snapshot.KeptRow.KeptMapping;
import org.portreeve.nat.snapshot.KeptRow.KeptRest;
import org.portreeve.nat.snapshot.KeptSession;
import org.portreeve.nat.snapshot.SnapshotCursor;
import org.portreeve.nat.snapshot.SnapshotReader;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;

/**
 * Puts back what a planned restart kept, after what journal and store know is back and before
 * packets are led here. Those two are right where they and the snapshot differ; what then finds no
 * place is left out and counted. What journal or store do not keep any more ends here as if it had
 * ended now. Owned by the shard thread, but for {@link #begin}.
 */
final class SnapshotImport {
    /** Rows of one turn, so that commands are heard in between. */
    private static final int LIMIT = 256;

    private static final int KEEPERS =
            MappingTable.EXPLICIT | MappingTable.PENDING | MappingTable.STATIC;

    private final Tables tables;
    private final MappingTable rows;
    private final Mappings mappings;
    private final Blocks blocks;
    private final Directory directory;
    private final AtomicReference<Task> given = new AtomicReference<>();
    private Task task;

    SnapshotImport(Tables tables, Mappings mappings, Blocks blocks, Directory directory) {
        this.tables = tables;
        this.rows = tables.mappings;
        this.mappings = mappings;
        this.blocks = blocks;
        this.directory = directory;
    }

    /** What is to be put back, how far that is, and when it began here. */
    private static final class Task {
        final SnapshotCursor cursor;
        final long downNs;
        final CompletableFuture<Void> done = new CompletableFuture<>();
        long beganNs;

        Task(SnapshotCursor cursor, long downNs) {
            this.cursor = cursor;
            this.downNs = downNs;
        }
    }

    /** Hands over a snapshot. Any thread; one at a time. */
    CompletionStage<Void> begin(SnapshotReader snapshot, long downNs) {
        var fresh = new Task(snapshot.rows(this::isOurs), downNs);
        boolean isFree = given.compareAndSet(null, fresh);
        assert isFree : "two snapshots at once";
        return fresh.done;
    }

    /** Rows of addresses that are nobody's are the first shard's to count. */
    private boolean isOurs(int externalIp) {
        int addressIndex = tables.pool.find(externalIp);
        return tables.owns(addressIndex == PoolAddresses.NONE ? 0 : addressIndex);
    }

    /** Puts some rows back, when there are any. Returns how many. */
    int advance(long nowNs) {
        if (task == null) {
            task = given.getAcquire();
            if (task == null) {
                return 0;
            }
            task.beganNs = nowNs;
        }
        int done = 0;
        while (done < LIMIT) {
            Optional<KeptRow> row = task.cursor.next();
            if (row.isEmpty()) {
                Task ended = task;
                task = null;
                given.setRelease(null);
                tables.counters.publish();
                ended.done.complete(null);
                break;
            }
            restore(row.get());
            done++;
        }
        return done + 1;
    }

    private void restore(KeptRow row) {
        switch (row) {
            case KeptRest rest -> restore(rest);
            case KeptMapping kept -> restore(kept);
        }
    }

    private void restore(KeptRest kept) {
        int addressIndex = tables.pool.find(kept.externalIp());
        long restsNs = kept.restsNs() - task.downNs;
        if (addressIndex == PoolAddresses.NONE || restsNs <= 0) {
            return;
        }
        // The blocks of now may have another size than those of then.
        int last = kept.firstPort() + kept.size() - 1;
        for (int port = kept.firstPort(); port <= last; port++) {
            int block = blocks.at(addressIndex, port);
            if (block != BlockTable.NONE) {
                long longestNs = Math.max(restsNs, tables.blocks.restsNs(block, task.beganNs));
                tables.blocks.rest(block, task.beganNs + longestNs);
                port = Math.max(port, tables.blocks.firstPort(block) + tables.blocks.size() - 1);
            }
        }
    }

    private void restore(KeptMapping kept) {
        int row = find(kept);
        if (row == MappingTable.NONE) {
            return;
        }
        tables.counters.increment(NatCounter.KEPT_MAPPINGS);
        if (rows.state(row) == MappingTable.RESERVED && !kept.sessions().isEmpty()) {
            // Somebody asked for it before: it is on its way to a mapping that is in use.
            rows.state(row, MappingTable.ACTIVE);
        }
        for (KeptSession session : kept.sessions()) {
            restore(row, session);
        }
        conclude(row, kept);
    }

    /** The row of a mapping, as far as it is to be had: the one that is there, or a new one. */
    private int find(KeptMapping kept) {
        int addressIndex = tables.pool.find(kept.externalIp());
        if (addressIndex == PoolAddresses.NONE) {
            return leftOut(NatCounter.UNKEPT_ADDRESS);
        }
        InternalTuple internal = kept.internal();
        int row = mappings.ofExternal(addressIndex, internal.protocol(), kept.externalPort());
        if (row == MappingTable.NONE) {
            return create(kept, addressIndex);
        }
        if (!rows.isOf(row, Mappings.key(internal))) {
            return leftOut(NatCounter.UNKEPT_PORT);
        }
        if (kept.has(MappingTable.APART)) {
            mappings.setApart(row, task.beganNs);
        }
        if (!rows.has(row, KEEPERS)) {
            rejoin(row, kept);
        }
        return row;
    }

    /**
     * Its host need not be paired with this very address: with soft pairing traffic used others of
     * the shard, and so did what began before an address left the pool, which may be back by now.
     */
    private int create(KeptMapping kept, int addressIndex) {
        InternalTuple internal = kept.internal();
        long pairing = directory.find(internal.realm(), internal.internalIp());
        if (pairing == Directory.NONE
                || !tables.owns(Directory.addressIndex(pairing))
                || !tables.addresses.isInside(internal.internalIp())) {
            return leftOut(NatCounter.UNKEPT_UNPAIRED);
        }
        int subscriber = Directory.subscriber(pairing);
        int row = MappingTable.NONE;
        if (MappingTable.isResting(kept.state()) && kept.restsNs() <= task.downNs) {
            leftOut(NatCounter.UNKEPT_EXPIRED);
        } else if (!mayHave(subscriber, addressIndex, kept)) {
            leftOut(NatCounter.UNKEPT_PORT);
        } else {
            row = take(kept, subscriber, addressIndex);
        }
        if (row == MappingTable.NONE) {
            blocks.checkIdle(subscriber, task.beganNs);
        }
        return row;
    }

    private int take(KeptMapping kept, int subscriber, int addressIndex) {
        long key = Mappings.key(kept.internal());
        int port = kept.externalPort();
        int state = MappingTable.RESTING_ORPHAN;
        int row =
                kept.has(MappingTable.OVERLAPPED)
                        ? mappings.restoreOverlapped(
                                key, kept.peers(), subscriber, addressIndex, port)
                        : mappings.create(key, kept.peers(), subscriber, addressIndex, port, state);
        if (row == MappingTable.NONE) {
            return leftOut(NatCounter.UNKEPT_TABLE_FULL);
        }
        if (kept.has(MappingTable.WAS_EXPLICIT)) {
            rows.set(row, MappingTable.WAS_EXPLICIT);
        }
        if (kept.has(MappingTable.APART)) {
            mappings.setApart(row, task.beganNs);
        }
        rejoin(row, kept);
        return row;
    }

    /**
     * A port of the ranges that is free, in no block or in one of its own; or one set apart; or a
     * shared one that is free towards its remote address.
     */
    private boolean mayHave(int subscriber, int addressIndex, KeptMapping kept) {
        int protocolIndex = Protocol.index(kept.internal().protocol());
        int port = kept.externalPort();
        if (kept.has(MappingTable.OVERLAPPED)) {
            int remoteIp = MappingTable.remoteIp(kept.peers());
            return tables.overlap.isFree(addressIndex, port, remoteIp);
        }
        if (kept.has(MappingTable.APART)) {
            return tables.ports.isMappable(protocolIndex, port);
        }
        int address = tables.localAddress(addressIndex);
        int block = blocks.at(addressIndex, port);
        return tables.ports.isFree(address, protocolIndex, port)
                && (block == BlockTable.NONE
                        ? !tables.ports.isForeignRange(address, kept.internal().internalIp(), port)
                        : blocks.ownerOf(addressIndex, port) == subscriber);
    }

    /** A row that rests, or was just made, becomes what it was. */
    private void rejoin(int row, KeptMapping kept) {
        long restsNs = kept.restsNs() - task.downNs;
        if (restsNs > 0) {
            long untilNs = task.beganNs + restsNs;
            long beforeNs = rows.restsUntilNs(row);
            boolean isLonger = beforeNs == 0 || untilNs - beforeNs > 0;
            rows.restsUntilNs(row, isLonger ? untilNs : beforeNs);
        }
        if (mappings.isResting(row)) {
            tables.wheel.cancel(tables.mappingTimer(row));
            place(row, kept.state(), Mappings.key(kept.internal()));
        }
        if (mappings.isResting(row)) {
            tables.wheel.arm(tables.mappingTimer(row), rows.restsUntilNs(row));
        }
    }

    /** Gives the row its state; its tuple leads to it unless it leads to one in use by now. */
    private void place(int row, int state, long key) {
        boolean isFindable = rows.state(row) == MappingTable.RESTING;
        boolean wasOrphan = state == MappingTable.ORPHAN || state == MappingTable.RESTING_ORPHAN;
        if (wasOrphan && isFindable) {
            rows.orphan(row);
        }
        int other = wasOrphan || isFindable ? MappingTable.NONE : rows.find(key, rows.peers(row));
        if (other != MappingTable.NONE && rows.state(other) == MappingTable.RESTING) {
            rows.orphan(other);
            other = MappingTable.NONE;
        }
        if (other != MappingTable.NONE) {
            rows.state(
                    row,
                    MappingTable.isResting(state)
                            ? MappingTable.RESTING_ORPHAN
                            : MappingTable.ORPHAN);
        } else if (wasOrphan || isFindable) {
            rows.state(row, state);
        } else {
            rows.adopt(row, state);
        }
    }

    private void restore(int mapping, KeptSession kept) {
        SessionTable sessions = tables.sessions;
        int internalPort = rows.internalPort(mapping);
        long key0 = SessionTable.key0(rows.internalIp(mapping), kept.remoteIp());
        long key1 =
                SessionTable.key1(
                        rows.realm(mapping),
                        rows.protocol(mapping),
                        internalPort,
                        kept.remotePort());
        int hash = sessions.hash(key0, key1);
        Sessions owner = mappings.sessions();
        int row = sessions.find(key0, key1, hash);
        boolean isPeered =
                row != SessionTable.NONE
                        && sessions.mapping(row) == mapping
                        && (sessions.flags(row) & SessionTable.KEPT) != 0;
        if (row != SessionTable.NONE && !isPeered) {
            leftOut(NatCounter.UNKEPT_TUPLE);
            return;
        }
        if (!isPeered) {
            row = owner.open(mapping, key0, key1, hash, kept.flags(), task.beganNs);
        }
        if (row == SessionTable.NONE) {
            leftOut(NatCounter.UNKEPT_TABLE_FULL);
            return;
        }
        long lastSeenNs = task.beganNs - task.downNs - kept.idleNs();
        boolean isKept = owner.restore(row, kept, lastSeenNs, task.beganNs);
        tables.counters.increment(isKept ? NatCounter.KEPT_SESSIONS : NatCounter.UNKEPT_EXPIRED);
    }

    /** What the sessions that are left make of a mapping. */
    private void conclude(int row, KeptMapping kept) {
        int keepers = MappingTable.EXPLICIT | MappingTable.STATIC;
        boolean isReserved = rows.state(row) == MappingTable.RESERVED;
        if (rows.has(row, keepers) || isReserved || mappings.isResting(row)) {
            return;
        }
        int sessions = rows.ownSessions(row) + rows.inboundSessions(row);
        boolean isWhole = sessions > 0 && sessions == kept.sessions().size();
        if (isWhole && !kept.has(keepers)) {
            // Nothing of it ended: one that strangers opened through its sibling goes on, too.
            return;
        }
        boolean isAsked = rows.has(row, MappingTable.PENDING);
        if (kept.has(MappingTable.EXPLICIT) && !isAsked && rows.restsUntilNs(row) == 0) {
            rows.set(row, MappingTable.WAS_EXPLICIT);
            long holdNs = tables.config.timers().explicitHoldNs(rows.protocol(row));
            rows.restsUntilNs(row, task.beganNs + holdNs);
        }
        // One that its tuple does not lead to any more is closed to strangers as it is.
        boolean isOrphan = rows.state(row) == MappingTable.ORPHAN;
        if (kept.has(keepers) && !isAsked && !isOrphan) {
            mappings.closeToStrangers(row, task.beganNs);
        } else {
            mappings.settle(row, task.beganNs);
        }
    }

    private int leftOut(NatCounter reason) {
        tables.counters.increment(reason);
        return MappingTable.NONE;
    }
}
