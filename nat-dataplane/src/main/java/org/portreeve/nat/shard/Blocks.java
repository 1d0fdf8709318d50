package org.portreeve.nat.shard;

import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.port.BlockTable;
import org.portreeve.nat.port.PortAllocator;
import org.portreeve.nat.table.SubscriberTable;

/**
 * Leases port blocks and takes them back. A block is pending until port control has made its record
 * durable; a block without a used port goes back after its idle time, and rests. A subscriber with
 * nothing left is reported, so that its pairing can end. Owned by the shard thread.
 */
final class Blocks {
    /** How soon to try again when port control has no place for an event. */
    private static final long RETRY_NS = 1_000_000_000L;

    /** How often a subscriber that is still idle is reported again. */
    private static final long IDLE_REPORT_NS = 30_000_000_000L;

    /** No subscriber. */
    static final int NOBODY = -1;

    private final Tables tables;
    private final BlockTable rows;
    private final SubscriberTable subscribers;
    private final ShardLink link;
    private final int maxPerSubscriber;
    private final long idleReturnNs;
    private final long restNs;

    Blocks(Tables tables, ShardLink link) {
        this.tables = tables;
        this.rows = tables.blocks;
        this.subscribers = tables.subscribers;
        this.link = link;
        Pool.Block block = tables.config.pool().block();
        maxPerSubscriber = block.maxPerSubscriber();
        idleReturnNs = block.idleReturnNs();
        restNs = tables.config.timers().holdDownNs();
    }

    /** Whether the subscriber has asked for a block whose record is not durable yet. */
    boolean isPending(int subscriber) {
        return subscribers.pendingBlock(subscriber) != SubscriberTable.NONE;
    }

    /**
     * Asks for a further block when the subscriber's blocks are three quarters used, or had no
     * port.
     *
     * @param given the port that a mapping just got, {@link PortAllocator#NONE} when there was none
     */
    void leaseAhead(int subscriber, int address, int protocolIndex, int given, long nowNs) {
        boolean isWanted =
                tables.ports.wantsBlock(
                        subscriber, address, protocolIndex, given, maxPerSubscriber);
        if (!isWanted || !link.hasEventPlace()) {
            return;
        }
        int block = rows.findFree(address, tables.random, nowNs);
        if (block != BlockTable.NONE) {
            lease(subscriber, block);
        }
    }

    /**
     * Asks for the block that a port lies in, when nobody has it and the subscriber may have
     * another; returns whether it is on its way.
     */
    boolean leaseAt(int subscriber, int addressIndex, int port, long nowNs) {
        int block = at(addressIndex, port);
        if (block == BlockTable.NONE) {
            return false;
        }
        if (isPending(subscriber)) {
            // This one, or one that is to be had first.
            return true;
        }
        boolean isLeased =
                subscribers.blocks(subscriber) < maxPerSubscriber
                        && rows.isLeasable(block, nowNs)
                        && link.hasEventPlace();
        if (isLeased) {
            lease(subscriber, block);
        }
        return isLeased;
    }

    private void lease(int subscriber, int block) {
        rows.lease(block, subscriber, BlockTable.PENDING);
        subscribers.addBlock(subscriber, block);
        subscribers.pendingBlock(subscriber, block);
        tables.counters.increment(NatCounter.BLOCKS_LEASED);
        emit(ShardLink.Kind.BLOCK_LEASED, block);
        tell(EventKind.BLOCK_LEASED, subscriber, block);
    }

    /** The record is durable: the block gives ports. Returns its owner. */
    int activate(int block, long nowNs) {
        rows.activate(block);
        int subscriber = rows.owner(block);
        subscribers.pendingBlock(subscriber, SubscriberTable.NONE);
        tables.wheel.arm(tables.blockTimer(block), nowNs + idleReturnNs);
        tell(EventKind.BLOCK_ACTIVE, subscriber, block);
        return subscriber;
    }

    /** No record could be made: the block is nobody's again. Returns who wanted it. */
    int refuse(int block, long nowNs) {
        int subscriber = rows.owner(block);
        subscribers.pendingBlock(subscriber, SubscriberTable.NONE);
        subscribers.removeBlock(subscriber, block);
        rows.release(block, nowNs);
        tables.counters.increment(NatCounter.BLOCKS_RELEASED);
        tell(EventKind.BLOCK_REFUSED, subscriber, block);
        checkIdle(subscriber, nowNs);
        return subscriber;
    }

    /** Installs a block found durable at start; false when it does not fit the configuration. */
    boolean restore(int subscriber, int address, int firstPort, long nowNs) {
        int block = rows.blockOf(address, firstPort);
        boolean fits =
                block != BlockTable.NONE
                        && rows.firstPort(block) == firstPort
                        && rows.state(block) == BlockTable.FREE
                        && subscribers.blocks(subscriber) < Pool.Block.MAX_BLOCKS;
        if (fits) {
            rows.lease(block, subscriber, BlockTable.ACTIVE);
            subscribers.addBlock(subscriber, block);
            tables.wheel.arm(tables.blockTimer(block), nowNs + idleReturnNs);
            tables.counters.increment(NatCounter.BLOCKS_LEASED);
        }
        return fits;
    }

    /** The last port of a block was freed. */
    void onUnused(int block, long nowNs) {
        if (rows.state(block) == BlockTable.ACTIVE) {
            tables.wheel.arm(tables.blockTimer(block), nowNs + idleReturnNs);
        }
    }

    /** The timer of a block fired: it goes back unless it was used meanwhile. */
    void onTimer(int block, long nowNs) {
        if (rows.state(block) != BlockTable.ACTIVE || !rows.isUnused(block)) {
            return;
        }
        if (!link.hasEventPlace()) {
            tables.wheel.arm(tables.blockTimer(block), nowNs + RETRY_NS);
            return;
        }
        int subscriber = rows.owner(block);
        subscribers.removeBlock(subscriber, block);
        rows.release(block, nowNs + restNs);
        tables.counters.increment(NatCounter.BLOCKS_RELEASED);
        emit(ShardLink.Kind.BLOCK_RELEASED, block);
        tell(EventKind.BLOCK_RELEASED, subscriber, block);
        checkIdle(subscriber, nowNs);
    }

    /** Sets a timer to report the subscriber when nothing of it is left. */
    void checkIdle(int subscriber, long nowNs) {
        if (subscribers.isIdle(subscriber)) {
            tables.wheel.arm(tables.subscriberTimer(subscriber), nowNs);
        }
    }

    /** The timer of a subscriber fired: report it if nothing came meanwhile. */
    void onSubscriberTimer(int subscriber, long nowNs) {
        if (!subscribers.isIdle(subscriber)) {
            return;
        }
        boolean reported = link.hasEventPlace();
        if (reported) {
            link.emit(ShardLink.Kind.SUBSCRIBER_IDLE, subscriber, 0, 0, 0);
        }
        long againNs = nowNs + (reported ? IDLE_REPORT_NS : RETRY_NS);
        tables.wheel.arm(tables.subscriberTimer(subscriber), againNs);
    }

    /** Clears the row of a subscriber unless it has something again. */
    boolean forget(int subscriber) {
        if (!subscribers.isIdle(subscriber)) {
            return false;
        }
        tables.wheel.cancel(tables.subscriberTimer(subscriber));
        subscribers.forget(subscriber);
        return true;
    }

    /** The block that this port of an address index lies in. */
    int at(int addressIndex, int firstPort) {
        return rows.blockOf(tables.localAddress(addressIndex), firstPort);
    }

    /** Who has leased the block that a port lies in, or {@link #NOBODY}. */
    int ownerOf(int addressIndex, int port) {
        int block = at(addressIndex, port);
        boolean isLeased = block != BlockTable.NONE && rows.state(block) != BlockTable.FREE;
        return isLeased ? rows.owner(block) : NOBODY;
    }

    private void tell(EventKind kind, int subscriber, int block) {
        int externalIp = tables.externalIp(tables.addressIndex(rows.address(block)));
        tables.telemetry.block(kind, subscriber, externalIp, rows.firstPort(block), rows.size());
    }

    private void emit(int kind, int block) {
        int addressIndex = tables.addressIndex(rows.address(block));
        link.emit(kind, rows.owner(block), addressIndex, rows.firstPort(block), 0);
    }
}
