package org.portreeve.nat.port;

import org.portreeve.nat.NatConfig;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.table.SubscriberTable;

/**
 * Hands out the external ports of a shard's addresses. Implicit mappings draw from the blocks of
 * their subscriber; explicit ones follow NAT-ALLOC-006: the suggested port when it is free in the
 * owner's blocks or in the incoming range, else a port of the owner's blocks, else one of the
 * incoming range. Never a port of somebody else's block, and nothing is ever evicted. Addresses are
 * counted within the shard. Owned by the shard thread.
 */
public final class PortAllocator {
    /** No port can be had. Port 0 is never given out. */
    public static final int NONE = 0;

    /** The PCP client and server ports are never mapped (RFC 6887 §11.3). */
    private static final PortRange PCP_PORTS = new PortRange(5350, 5351);

    /** Random tries before a linear search (RFC 6056 §3.3.2 falling back to §3.3.1). */
    private static final int RANDOM_TRIES = 4;

    private final InboundIndex inbound;
    private final BlockTable blocks;
    private final SubscriberTable subscribers;
    private final PortRandom random;
    private final PortRange ports;
    private final PortRange incoming;
    private final PortRange explicit;

    public PortAllocator(
            NatConfig config,
            InboundIndex inbound,
            BlockTable blocks,
            SubscriberTable subscribers,
            PortRandom random) {
        this.inbound = inbound;
        this.blocks = blocks;
        this.subscribers = subscribers;
        this.random = random;
        this.ports = config.ports();
        this.incoming = config.incomingPorts();
        this.explicit = config.explicitPorts();
    }

    /** A free port of the subscriber's active blocks, or {@link #NONE}. */
    public int ofBlocks(int subscriber, int address, int protocolIndex) {
        int count = subscribers.blocks(subscriber);
        int start = count == 0 ? 0 : random.below(count);
        for (int i = 0; i < count; i++) {
            int block = subscribers.block(subscriber, (start + i) % count);
            boolean hasFree = blocks.taken(block, protocolIndex) < blocks.size();
            if (hasFree && blocks.state(block) == BlockTable.ACTIVE) {
                int port = anyFree(address, protocolIndex, blocks.firstPort(block), blocks.size());
                if (port != NONE) {
                    return port;
                }
            }
        }
        return NONE;
    }

    /**
     * A port for an explicit mapping, or {@link #NONE}. With {@code exact} only the suggested one
     * will do.
     */
    public int explicit(
            int subscriber, int address, int protocolIndex, int suggested, boolean exact) {
        if (isOpenTo(subscriber, address, protocolIndex, suggested)) {
            return suggested;
        }
        if (exact) {
            return NONE;
        }
        int own = ofBlocks(subscriber, address, protocolIndex);
        if (explicit.contains(own)) {
            return own;
        }
        int first = Math.max(incoming.first(), explicit.first());
        int last = Math.min(incoming.last(), explicit.last());
        return first <= last ? anyFree(address, protocolIndex, first, last - first + 1) : NONE;
    }

    /**
     * Whether the subscriber may have exactly this port by asking: free, open to explicit requests,
     * and in the incoming range or in one of its own blocks.
     */
    public boolean isOpenTo(int subscriber, int address, int protocolIndex, int port) {
        if (!isFree(address, protocolIndex, port) || !explicit.contains(port)) {
            return false;
        }
        int block = blocks.blockOf(address, port);
        if (block == BlockTable.NONE) {
            return incoming.contains(port);
        }
        return blocks.state(block) == BlockTable.ACTIVE && blocks.owner(block) == subscriber;
    }

    /** Whether nothing holds the port and it may be mapped at all. */
    public boolean isFree(int address, int protocolIndex, int port) {
        return ports.contains(port)
                && isMappable(protocolIndex, port)
                && inbound.find(address, protocolIndex, port) == InboundIndex.NONE;
    }

    /** Whether a port may be mapped at all, by whomever. */
    public static boolean isMappable(int protocolIndex, int port) {
        boolean isPcp = Protocol.ofIndex(protocolIndex) == Protocol.UDP && PCP_PORTS.contains(port);
        return port != NONE && !isPcp;
    }

    /**
     * Whether a further block is to be leased: three quarters of the ports that the subscriber's
     * blocks have for this protocol are taken, and none is pending.
     */
    public boolean wantsBlock(int subscriber, int protocolIndex, int maxBlocks) {
        int count = subscribers.blocks(subscriber);
        if (count >= maxBlocks || subscribers.pendingBlock(subscriber) != SubscriberTable.NONE) {
            return false;
        }
        long inUse = 0;
        for (int i = 0; i < count; i++) {
            inUse += blocks.taken(subscribers.block(subscriber, i), protocolIndex);
        }
        return 4 * inUse >= 3L * count * blocks.size();
    }

    /** Marks the port as held by a mapping row. */
    public void take(int subscriber, int address, int protocolIndex, int port, int row) {
        assert inbound.find(address, protocolIndex, port) == InboundIndex.NONE
                : "port " + port + " has two owners";
        inbound.put(address, protocolIndex, port, row);
        subscribers.addPorts(subscriber, 1);
        int block = blocks.blockOf(address, port);
        if (block != BlockTable.NONE) {
            blocks.addUsed(block, protocolIndex, 1);
        }
    }

    /**
     * A port that is held becomes a static mapping's: it no longer counts as a use of its block.
     * Returns the block that has no port in use any more, or {@link BlockTable#NONE}.
     */
    public int setApart(int address, int protocolIndex, int port) {
        int block = blocks.blockOf(address, port);
        if (block == BlockTable.NONE) {
            return BlockTable.NONE;
        }
        blocks.addUsed(block, protocolIndex, -1);
        blocks.addApart(block, protocolIndex, 1);
        return blocks.isUnused(block) ? block : BlockTable.NONE;
    }

    /**
     * Frees the port and returns the block that has no port in use any more, or {@link
     * BlockTable#NONE}. {@code isApart} says that the port was set apart.
     */
    public int release(int subscriber, int address, int protocolIndex, int port, boolean isApart) {
        assert inbound.find(address, protocolIndex, port) != InboundIndex.NONE
                : "port " + port + " was released twice";
        inbound.remove(address, protocolIndex, port);
        subscribers.addPorts(subscriber, -1);
        int block = blocks.blockOf(address, port);
        if (block == BlockTable.NONE) {
            return BlockTable.NONE;
        }
        if (isApart) {
            blocks.addApart(block, protocolIndex, -1);
            return BlockTable.NONE;
        }
        blocks.addUsed(block, protocolIndex, -1);
        return blocks.isUnused(block) ? block : BlockTable.NONE;
    }

    private int anyFree(int address, int protocolIndex, int first, int count) {
        for (int attempt = 0; attempt < RANDOM_TRIES; attempt++) {
            int port = first + random.below(count);
            if (isFree(address, protocolIndex, port)) {
                return port;
            }
        }
        int start = random.below(count);
        for (int i = 0; i < count; i++) {
            int port = first + (start + i) % count;
            if (isFree(address, protocolIndex, port)) {
                return port;
            }
        }
        return NONE;
    }
}
