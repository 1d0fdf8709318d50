package org.portreeve.control.event;

import java.util.List;
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
    private final List<Integer> addresses;
    private final int blocksEach;
    private final int[] leased;
    private final boolean[] high;
    private long leasedInAll;
    private boolean poolHigh;
    private boolean exhausted;

    /**
     * Nothing is leased yet.
     *
     * @param blocksEach blocks that each address can lease
     */
    public BlockUse(List<Integer> addresses, int blocksEach, EventFeed feed) {
        this.feed = feed;
        this.addresses = addresses;
        this.blocksEach = blocksEach;
        leased = new int[addresses.size()];
        high = new boolean[addresses.size()];
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
        int externalIp = addresses.get(addressIndex);
        high[addressIndex] =
                watch(
                        high[addressIndex],
                        Resource.ADDRESS_BLOCKS,
                        externalIp,
                        leased[addressIndex],
                        blocksEach);
        long inAll = (long) blocksEach * addresses.size();
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
