package org.portreeve.control.event;

import java.util.function.Supplier;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.Marks;
import org.portreeve.nat.event.Resource;

/**
 * How many port blocks of each address and of the pool are leased, told when it becomes too much
 * and when the last one goes. Event loop only.
 */
public final class BlockUse {
    /** The pool is exhausted until some of it is free again. */
    private static final Marks ALL = new Marks(100, 95);

    private final EventFeed feed;
    private final Supplier<PoolAddresses> pool;
    private final int blocksEach;
    private final int[] leased;
    private final boolean[] high;
    private long leasedInAll;
    private boolean poolHigh;
    private boolean exhausted;

    /**
     * Nothing is leased yet.
     *
     * @param pool the addresses of now; as many places at all times
     * @param blocksEach blocks that each address can lease
     */
    public BlockUse(Supplier<PoolAddresses> pool, int blocksEach, EventFeed feed) {
        this.feed = feed;
        this.pool = pool;
        this.blocksEach = blocksEach;
        leased = new int[pool.get().places()];
        high = new boolean[leased.length];
    }

    /** A block of an address was leased. */
    public void lease(int addressIndex) {
        change(addressIndex, 1);
    }

    /** A block of an address went back. */
    public void release(int addressIndex) {
        change(addressIndex, -1);
    }

    private void change(int addressIndex, int by) {
        leased[addressIndex] += by;
        leasedInAll += by;
        int externalIp = pool.get().ip(addressIndex);
        high[addressIndex] =
                watch(
                        high[addressIndex],
                        Resource.ADDRESS_BLOCKS,
                        externalIp,
                        leased[addressIndex],
                        blocksEach);
        long inAll = (long) blocksEach * pool.get().size();
        poolHigh = watch(poolHigh, Resource.POOL_BLOCKS, 0, leasedInAll, inAll);
        boolean isExhausted = ALL.isHigh(exhausted, leasedInAll, inAll);
        if (isExhausted && !exhausted) {
            feed.tell(EventKind.POOL_EXHAUSTED, Resource.POOL_BLOCKS, 0, leasedInAll, inAll);
        }
        exhausted = isExhausted;
    }

    private boolean watch(
            boolean wasHigh, Resource resource, int externalIp, long used, long capacity) {
        boolean isHigh = feed.settings().marks().isHigh(wasHigh, used, capacity);
        if (isHigh != wasHigh) {
            EventKind kind = isHigh ? EventKind.USE_HIGH : EventKind.USE_LOW;
            feed.tell(kind, resource, externalIp, used, capacity);
        }
        return isHigh;
    }
}
