package org.portreeve.nat.port;

import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.directory.SubscriberRules;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SubscriberTable;

/**
 * Hands out the external ports of a shard's addresses. Implicit mappings draw from what is their
 * subscriber's own, the range that its internal address has and the blocks that it leased, or from
 * all ports where the pool is dynamic; explicit ones follow NAT-ALLOC-006: the suggested port when
 * it is free in what is their own or in the incoming range, else a port of their own, else one of
 * the incoming range. Never a port of what is somebody else's, and nothing is ever evicted.
 * Addresses are counted within the shard. Owned by the shard thread.
 */
public final class PortAllocator {
    /** No port can be had. Port 0 is never given out. */
    public static final int NONE = 0;

    private static final int ANY_PARITY = FreePorts.ANY_PARITY;

    private final InboundIndex inbound;
    private final BlockTable blocks;
    private final SubscriberTable subscribers;
    private final PortLayout layout;
    private final DeterministicRanges ranges;
    private final Addresses addresses;
    private final FreePorts free;
    private final PortSelection selection;
    private final PortRandom random;
    private final SubscriberRules rules;
    private final KeptPorts kept;
    private final boolean keepsParity;
    private final boolean keepsPort;
    private final int[] usable = new int[Protocol.COUNT];
    private final int[] held;
    private final int[] heldAt;
    private int heldInAll;
    private long flow0;
    private long flow1;

    /** Which address of the pool an address of the shard is. */
    public interface Addresses {
        /** The address index of an address that is counted within the shard. */
        int indexOf(int address);
    }

    /**
     * Ports of so many addresses, none of which anybody holds.
     *
     * @param addressCount addresses of the shard
     */
    public PortAllocator(
            PortLayout layout,
            Pool pool,
            int addressCount,
            Addresses addresses,
            InboundIndex inbound,
            BlockTable blocks,
            SubscriberTable subscribers,
            PortRandom random,
            SubscriberRules rules) {
        this.layout = layout;
        this.ranges = layout.ranges();
        this.addresses = addresses;
        this.rules = rules;
        this.inbound = inbound;
        this.blocks = blocks;
        this.subscribers = subscribers;
        this.random = random;
        Pool.Choice choice = pool.choice();
        selection = new PortSelection(choice, random);
        kept = new KeptPorts(pool.kept(), layout, addressCount, subscribers);
        free = new FreePorts(addressCount, layout, selection);
        keepsParity = choice.keepsParity();
        keepsPort = choice.keepsPort();
        held = new int[addressCount * Protocol.COUNT];
        heldAt = new int[addressCount];
        PortRange ports = layout.ports();
        for (int i = 0; i < Protocol.COUNT; i++) {
            usable[i] = ports.size() - layout.unusable(i, ports.first(), ports.size());
        }
    }

    /**
     * Names the first packet of what ports are asked for next; algorithms 3 and 4 of RFC 6056 ask
     * for it.
     *
     * @param endpoints internal address and remote address
     * @param remotePort its destination port
     */
    public void aim(long endpoints, int remotePort) {
        flow0 = endpoints;
        flow1 = remotePort;
    }

    /** A port for an implicit mapping of a subscriber's internal tuple, or {@link #NONE}. */
    public int implicit(int subscriber, int address, long key) {
        int protocolIndex = Protocol.index(MappingTable.protocol(key));
        int internalIp = MappingTable.internalIp(key);
        int internalPort = MappingTable.internalPort(key);
        if (keepsPort && isOwnFree(subscriber, address, protocolIndex, internalIp, internalPort)) {
            return internalPort;
        }
        boolean isUdp = Protocol.ofIndex(protocolIndex) == Protocol.UDP;
        int parity = keepsParity && isUdp ? internalPort & 1 : ANY_PARITY;
        int port = ofParity(subscriber, address, key, parity);
        // A port of the other parity is better than none (RFC 6056 §3.3.2).
        return port == NONE && parity != ANY_PARITY
                ? ofParity(subscriber, address, key, ANY_PARITY)
                : port;
    }

    private int ofParity(int subscriber, int address, long key, int parity) {
        int protocolIndex = Protocol.index(MappingTable.protocol(key));
        if (!layout.isDynamic()) {
            int internalIp = MappingTable.internalIp(key);
            return own(subscriber, address, protocolIndex, internalIp, parity, layout.ports());
        }
        int internalPort = MappingTable.internalPort(key);
        PortRange alike = layout.alike(protocolIndex, internalPort);
        int port = single(address, protocolIndex, parity, alike);
        // Low ports are for low ports alone; those may have others (RFC 4787 REQ-3).
        return port == NONE && layout.isLow(protocolIndex, internalPort)
                ? single(address, protocolIndex, parity, layout.ports())
                : port;
    }

    /**
     * A port for an explicit mapping, or {@link #NONE}. With {@code exact} only the suggested one
     * will do.
     */
    public int explicit(
            int subscriber,
            int address,
            int protocolIndex,
            int internalIp,
            int suggested,
            boolean exact) {
        if (isOpenTo(subscriber, address, protocolIndex, internalIp, suggested)) {
            return suggested;
        }
        if (exact) {
            return NONE;
        }
        aim((long) internalIp << 32, 0);
        PortRange within = rules.explicitPorts(subscriber);
        int port = own(subscriber, address, protocolIndex, internalIp, ANY_PARITY, within);
        if (port == NONE && kept.mayTake(subscriber, address, protocolIndex, 1)) {
            port = any(address, protocolIndex, layout.incoming(), ANY_PARITY, within);
        }
        return port == NONE && layout.isDynamic()
                ? any(address, protocolIndex, layout.ports(), ANY_PARITY, within)
                : port;
    }

    /**
     * The most free ports, up to a bound, that follow each other, for an explicit mapping (RFC
     * 7753); from what is the subscriber's own, else from the incoming range. {@link #first} and
     * {@link #size} read what it returns.
     *
     * @param most how many, at least 1
     * @param parity 0 when the first is to be even, 1 for odd, -1 when it does not matter
     */
    public long contiguous(
            int subscriber, int address, int protocolIndex, int internalIp, int most, int parity) {
        int range = rangeFirst(address, internalIp);
        PortRange within = rules.explicitPorts(subscriber);
        long run = run(address, protocolIndex, range, ranges.rangePorts(), most, parity, within);
        int count = subscribers.blocks(subscriber);
        for (int i = 0; size(run) < most && i < count; i++) {
            int block = subscribers.block(subscriber, i);
            if (isOwn(block, address)) {
                int from = blocks.firstPort(block);
                long other = run(address, protocolIndex, from, blocks.size(), most, parity, within);
                run = size(other) > size(run) ? other : run;
            }
        }
        PortRange shared = layout.isDynamic() ? layout.ports() : layout.incoming();
        int mostShared = Math.min(most, kept.most(subscriber, address, protocolIndex));
        if (mostShared > size(run)) {
            int from = shared.first();
            long other =
                    run(address, protocolIndex, from, shared.size(), mostShared, parity, within);
            run = size(other) > size(run) ? other : run;
        }
        return run;
    }

    private long run(
            int address,
            int protocolIndex,
            int from,
            int count,
            int most,
            int parity,
            PortRange within) {
        int first = Math.max(from, within.first());
        int last = Math.min(from + count - 1, within.last());
        return first > last || from == NONE
                ? FreePorts.NO_RUN
                : free.run(address, protocolIndex, first, last - first + 1, most, parity, random);
    }

    /** The first of ports that follow each other; {@link #NONE} where there are none. */
    public static int first(long run) {
        return FreePorts.first(run);
    }

    /** How many they are. */
    public static int size(long run) {
        return FreePorts.size(run);
    }

    /** Whether the subscriber may take so many more ports of the incoming range. */
    public boolean mayTakeIncoming(int subscriber, int address, int protocolIndex, int count) {
        return kept.mayTake(subscriber, address, protocolIndex, count);
    }

    /** Whether a port is one of the incoming range. */
    public boolean isIncoming(int port) {
        return layout.incoming().contains(port);
    }

    /** A port of the range of the internal address, else of the subscriber's blocks. */
    private int own(
            int subscriber,
            int address,
            int protocolIndex,
            int internalIp,
            int parity,
            PortRange within) {
        int first = rangeFirst(address, internalIp);
        int port =
                first == NONE
                        ? NONE
                        : any(address, protocolIndex, first, ranges.rangePorts(), parity, within);
        return port == NONE ? ofBlocks(subscriber, address, protocolIndex, parity, within) : port;
    }

    private int ofBlocks(
            int subscriber, int address, int protocolIndex, int parity, PortRange within) {
        int count = subscribers.blocks(subscriber);
        int spared = spared(subscriber, address, count);
        int start = count == 0 ? 0 : random.below(count);
        for (int i = 0; i < count; i++) {
            int block = subscribers.block(subscriber, (start + i) % count);
            if (block != spared && isOwn(block, address)) {
                int port = ofBlock(block, address, protocolIndex, parity, within);
                if (port != NONE) {
                    return port;
                }
            }
        }
        return spared == BlockTable.NONE
                ? NONE
                : ofBlock(spared, address, protocolIndex, parity, within);
    }

    /**
     * The block that has been idle longest: it goes back the sooner if nothing is taken from it
     * while the others have ports (RFC 7768 §2). {@link BlockTable#NONE} when there is none.
     */
    private int spared(int subscriber, int address, int count) {
        int spared = BlockTable.NONE;
        for (int i = 0; i < count; i++) {
            int block = subscribers.block(subscriber, i);
            boolean isIdler = spared == BlockTable.NONE || blocks.isIdleLonger(block, spared);
            spared = isIdler && isOwn(block, address) ? block : spared;
        }
        return spared;
    }

    private boolean isOwn(int block, int address) {
        return blocks.address(block) == address && blocks.state(block) == BlockTable.ACTIVE;
    }

    private int ofBlock(int block, int address, int protocolIndex, int parity, PortRange within) {
        int first = blocks.firstPort(block);
        return blocks.taken(block, protocolIndex) < blocks.size()
                ? any(address, protocolIndex, first, blocks.size(), parity, within)
                : NONE;
    }

    /** One of all ports; those of the incoming range when the others are gone. */
    private int single(int address, int protocolIndex, int parity, PortRange within) {
        if (held[address * Protocol.COUNT + protocolIndex] >= usable[protocolIndex]) {
            return NONE;
        }
        int port = outgoing(address, protocolIndex, parity, within);
        return port == NONE ? any(address, protocolIndex, layout.ports(), parity, within) : port;
    }

    /** Of the larger part of the ports beside the incoming range, else of the smaller one. */
    private int outgoing(int address, int protocolIndex, int parity, PortRange within) {
        PortRange ports = layout.ports();
        PortRange incoming = layout.incoming();
        if (incoming.equals(Pool.NO_PORTS)) {
            return NONE;
        }
        int below = incoming.first() - ports.first();
        int above = ports.last() - incoming.last();
        int lower = ports.first();
        int upper = incoming.last() + 1;
        int port =
                above >= below
                        ? any(address, protocolIndex, upper, above, parity, within)
                        : any(address, protocolIndex, lower, below, parity, within);
        if (port != NONE) {
            return port;
        }
        return above >= below
                ? any(address, protocolIndex, lower, below, parity, within)
                : any(address, protocolIndex, upper, above, parity, within);
    }

    private int any(int address, int protocolIndex, PortRange range, int parity, PortRange within) {
        return any(address, protocolIndex, range.first(), range.size(), parity, within);
    }

    /** One of so many ports from the first on that lie within a range. */
    private int any(
            int address, int protocolIndex, int from, int count, int parity, PortRange within) {
        int first = Math.max(from, within.first());
        int last = Math.min(from + count - 1, within.last());
        return first <= last
                ? free.any(address, protocolIndex, first, last - first + 1, parity, flow0, flow1)
                : NONE;
    }

    /** The first port of the range of an internal address at this address, or {@link #NONE}. */
    private int rangeFirst(int address, int internalIp) {
        return ranges.rangePorts() > 0
                        && ranges.addressIndex(internalIp) == addresses.indexOf(address)
                ? ranges.firstPort(internalIp)
                : NONE;
    }

    /**
     * Whether the subscriber may have exactly this port by asking: free, open to explicit requests,
     * and in the incoming range or its own.
     */
    public boolean isOpenTo(
            int subscriber, int address, int protocolIndex, int internalIp, int port) {
        return rules.explicitPorts(subscriber).contains(port)
                && (isOwnFree(subscriber, address, protocolIndex, internalIp, port)
                        || (layout.incoming().contains(port)
                                && mayTake(subscriber, address, protocolIndex, port)));
    }

    /** Whether a port is free and the subscriber's to take, without the incoming range. */
    public boolean isOwnFree(
            int subscriber, int address, int protocolIndex, int internalIp, int port) {
        if (!isFree(address, protocolIndex, port)) {
            return false;
        }
        int block = blocks.blockOf(address, port);
        if (block != BlockTable.NONE) {
            return blocks.state(block) == BlockTable.ACTIVE && blocks.owner(block) == subscriber;
        }
        return layout.isDynamic() || ranges.isOwn(internalIp, addresses.indexOf(address), port);
    }

    /** Whether a port lies in a computed range that is not the internal address's own. */
    public boolean isForeignRange(int address, int internalIp, int port) {
        return ranges.isComputed(port)
                && !ranges.isOwn(internalIp, addresses.indexOf(address), port);
    }

    /** Whether a port is free, and not kept for others if it is one of the incoming range. */
    public boolean mayTake(int subscriber, int address, int protocolIndex, int port) {
        return isFree(address, protocolIndex, port)
                && (!layout.incoming().contains(port)
                        || kept.mayTake(subscriber, address, protocolIndex, 1));
    }

    /** Whether nothing holds the port and it may be mapped at all. */
    public boolean isFree(int address, int protocolIndex, int port) {
        return free.is(address, protocolIndex, port);
    }

    /** Whether the port is one of the pool's; others are for reservations alone. */
    public boolean isOfPool(int port) {
        return layout.ports().contains(port);
    }

    /** Whether a port may be mapped at all, by whomever. */
    public boolean isMappable(int protocolIndex, int port) {
        return layout.isMappable(protocolIndex, port);
    }

    /**
     * Whether a further block is to be leased: none is pending, and there was no port ({@code
     * given} is {@link #NONE}), or the one that was given is a block's and three quarters of the
     * ports that the subscriber's blocks have for this protocol are taken.
     */
    public boolean wantsBlock(
            int subscriber, int address, int protocolIndex, int given, int maxBlocks) {
        int count = subscribers.blocks(subscriber);
        if (count >= maxBlocks || subscribers.pendingBlock(subscriber) != SubscriberTable.NONE) {
            return false;
        }
        if (given == NONE || blocks.blockOf(address, given) == BlockTable.NONE) {
            return given == NONE;
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
        free.take(address, protocolIndex, port);
        kept.take(subscriber, address, protocolIndex, port);
        count(address, protocolIndex, port, 1);
        subscribers.addPorts(subscriber, protocolIndex, 1);
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
        free.free(address, protocolIndex, port);
        kept.release(subscriber, address, protocolIndex, port);
        count(address, protocolIndex, port, -1);
        subscribers.addPorts(subscriber, protocolIndex, -1);
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

    /** A port that is held is another subscriber's from now on. */
    public void give(int before, int after, int address, int protocolIndex, int port) {
        kept.release(before, address, protocolIndex, port);
        kept.take(after, address, protocolIndex, port);
    }

    /** How many ports of an address are held, those that rest included. */
    public int held(int address) {
        return heldAt[address];
    }

    private void count(int address, int protocolIndex, int port, int change) {
        heldInAll += change;
        heldAt[address] += change;
        if (layout.isUsable(protocolIndex, port)) {
            held[address * Protocol.COUNT + protocolIndex] += change;
        }
        if (heldInAll == 0) {
            selection.renew();
        }
    }
}
