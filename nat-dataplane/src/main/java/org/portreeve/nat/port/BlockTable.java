package org.portreeve.nat.port;

import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;

/**
 * The port blocks of a shard's addresses and who leases them (RFC 7768 §2). A block is named by a
 * dense index over all addresses of the shard. Owned by the shard thread.
 */
public final class BlockTable {
    /** No block. */
    public static final int NONE = -1;

    /** State: nobody's; it may still rest. */
    public static final int FREE = 0;

    /** State: chosen for a subscriber, its record is not durable yet. */
    public static final int PENDING = 1;

    /** State: its owner takes ports from it. */
    public static final int ACTIVE = 2;

    private static final long NEVER = 0;

    /** Instead of the number of a take: no port was taken since the block was leased. */
    private static final long FRESH = Long.MAX_VALUE;

    private final PortRange incoming;
    private final int firstPort;
    private final int size;
    private final int perAddress;
    private final byte[] states;
    private final int[] owners;
    private final int[] used;
    private final int[] apart;
    private final long[] restsUntilNs;
    private final long[] lastTaken;
    private long takes;

    /** The blocks of so many addresses: what the incoming range leaves of the ports. */
    public BlockTable(PortLayout layout, int addresses) {
        incoming = layout.incoming();
        size = layout.blockSize();
        firstPort = layout.firstBlockPort();
        perAddress = layout.blocks();
        states = new byte[addresses * perAddress];
        owners = new int[states.length];
        used = new int[states.length * Protocol.COUNT];
        apart = new int[used.length];
        restsUntilNs = new long[states.length];
        lastTaken = new long[states.length];
        for (int i = 0; i < apart.length; i++) {
            apart[i] = layout.unusable(i % Protocol.COUNT, firstPort(i / Protocol.COUNT), size);
        }
    }

    /** How many blocks all addresses of the shard have. */
    public int count() {
        return states.length;
    }

    /** Ports in a block. */
    public int size() {
        return size;
    }

    /** The block that a port lies in, or {@link #NONE}. */
    public int blockOf(int address, int port) {
        int position = (port - firstPort) / size;
        boolean inside = port >= firstPort && position < perAddress && !incoming.contains(port);
        return inside ? address * perAddress + position : NONE;
    }

    public int firstPort(int block) {
        return firstPort + block % perAddress * size;
    }

    /** The address of a block, counted within the shard. */
    public int address(int block) {
        return block / perAddress;
    }

    public int state(int block) {
        return states[block];
    }

    public int owner(int block) {
        return owners[block];
    }

    /** Ports of one protocol that cannot be given: in use, resting, set apart or excluded. */
    public int taken(int block, int protocolIndex) {
        return used(block, protocolIndex) + apart(block, protocolIndex);
    }

    private int apart(int block, int protocolIndex) {
        return apart[block * Protocol.COUNT + protocolIndex];
    }

    /**
     * Counts ports that were taken for static mappings. They do not keep the block, which may be
     * leased to others around them.
     */
    public void addApart(int block, int protocolIndex, int change) {
        apart[block * Protocol.COUNT + protocolIndex] += change;
    }

    /** Ports in use or resting, of one protocol, without those set apart. */
    public int used(int block, int protocolIndex) {
        return used[block * Protocol.COUNT + protocolIndex];
    }

    public void addUsed(int block, int protocolIndex, int change) {
        lastTaken[block] = change > 0 ? ++takes : lastTaken[block];
        used[block * Protocol.COUNT + protocolIndex] += change;
    }

    /** Whether no port of the block is in use or resting, those set apart left aside. */
    public boolean isUnused(int block) {
        return used(block, 0) + used(block, 1) + used(block, 2) == 0;
    }

    /**
     * Whether a block has been idle for longer than another one. Packets are not looked at for it:
     * one whose ports have all rested is idle for longer than one with a port in use, and else one
     * of which a port was taken earlier.
     */
    public boolean isIdleLonger(int block, int other) {
        return isIdle(block) == isIdle(other) ? lastTaken[block] < lastTaken[other] : isIdle(block);
    }

    private boolean isIdle(int block) {
        return isUnused(block) && lastTaken[block] != FRESH;
    }

    /**
     * A free, rested block of the address, found from a random place on so that blocks are
     * scattered; or {@link #NONE}.
     */
    public int findFree(int address, PortRandom random, long nowNs) {
        if (perAddress == 0) {
            return NONE;
        }
        int start = random.below(perAddress);
        for (int i = 0; i < perAddress; i++) {
            int block = address * perAddress + (start + i) % perAddress;
            if (isLeasable(block, nowNs)) {
                return block;
            }
        }
        return NONE;
    }

    /**
     * Whether a block may be leased. A free one may hold a port that was restored from before a
     * change of the ranges; one that touches the incoming range, or has no port to give, is never
     * leased.
     */
    public boolean isLeasable(int block, long nowNs) {
        int first = firstPort(block);
        if (first <= incoming.last() && incoming.first() <= first + size - 1) {
            return false;
        }
        if (apart(block, 0) + apart(block, 1) + apart(block, 2) == Protocol.COUNT * size) {
            return false;
        }
        boolean isRested = restsUntilNs[block] == NEVER || restsUntilNs[block] - nowNs <= 0;
        return states[block] == FREE && isRested && isUnused(block);
    }

    public void lease(int block, int subscriber, int state) {
        assert states[block] == FREE : "block " + block + " has two owners";
        states[block] = (byte) state;
        owners[block] = subscriber;
        lastTaken[block] = FRESH;
    }

    public void activate(int block) {
        assert states[block] == PENDING : "block " + block + " was not pending";
        states[block] = ACTIVE;
    }

    /** How many blocks of an address somebody has. */
    public int leased(int address) {
        int leased = 0;
        for (int block = address * perAddress; block < (address + 1) * perAddress; block++) {
            leased += states[block] == FREE ? 0 : 1;
        }
        return leased;
    }

    /** How much longer a block that is nobody's rests; 0 for not at all. */
    public long restsNs(int block, long nowNs) {
        boolean rests = states[block] == FREE && restsUntilNs[block] != NEVER;
        return rests ? Math.max(0, restsUntilNs[block] - nowNs) : 0;
    }

    /** Lets a block that is nobody's rest. */
    public void rest(int block, long untilNs) {
        if (states[block] == FREE) {
            restsUntilNs[block] = untilNs;
        }
    }

    /** Gives a block back; it rests until the time given. */
    public void release(int block, long restsUntilNs) {
        assert isUnused(block) : "block " + block + " still has ports in use";
        states[block] = FREE;
        this.restsUntilNs[block] = restsUntilNs;
    }
}
