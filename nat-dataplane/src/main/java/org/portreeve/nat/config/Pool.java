package org.portreeve.nat.config;

import java.util.List;
import org.portreeve.nat.PortRange;

/**
 * The external addresses of a node and how their ports are given. Values are checked by the
 * configuration reader. Immutable.
 *
 * @param addresses the external addresses; the position is the address index used in commands
 * @param ports usable external ports
 * @param incomingPorts the part of {@code ports} for single ports of explicit mappings, or {@link
 *     #NO_PORTS}
 * @param block how blocks are leased
 * @param allocation how implicit mappings get ports
 * @param excludedPorts ports that nobody gets
 * @param choice which of the free ports it is
 * @param pairing how a subscriber keeps to its address
 * @param maxResting ports of an address that may rest at a time after implicit mappings; the
 *     addresses of a shard share
 * @param overlapPorts ports outside of {@code ports} that TCP connections of several subscribers
 *     share towards different remote addresses when nothing else is left, or {@link #NO_PORTS}
 * @param kept incoming ports that each subscriber can always have
 */
public record Pool(
        List<Integer> addresses,
        PortRange ports,
        PortRange incomingPorts,
        Block block,
        Allocation allocation,
        List<PortRange> excludedPorts,
        Choice choice,
        Pairing pairing,
        int maxResting,
        PortRange overlapPorts,
        Kept kept) {
    /** Instead of a range that is not there: port 0 is never given. */
    public static final PortRange NO_PORTS = new PortRange(0, 0);

    /** As many ports may rest as there are. */
    public static final int ANY_NUMBER = Integer.MAX_VALUE;

    /** Takes copies of the lists. */
    public Pool {
        addresses = List.copyOf(addresses);
        excludedPorts = List.copyOf(excludedPorts);
    }

    /** Addresses whose ports are leased as blocks. */
    public static Pool of(
            List<Integer> addresses, PortRange ports, PortRange incomingPorts, Block block) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                new Allocation.Blocks(),
                List.of(),
                Choice.usual(),
                Pairing.usual(),
                ANY_NUMBER,
                NO_PORTS,
                Kept.NONE);
    }

    /** The same addresses, whose ports are given in another way. */
    public Pool with(Allocation other) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                other,
                excludedPorts,
                choice,
                pairing,
                maxResting,
                overlapPorts,
                kept);
    }

    /** Other addresses, whose ports are given in the same way. */
    public Pool withAddresses(List<Integer> others) {
        return new Pool(
                others,
                ports,
                incomingPorts,
                block,
                allocation,
                excludedPorts,
                choice,
                pairing,
                maxResting,
                overlapPorts,
                kept);
    }

    /** The same addresses, with another incoming range. */
    public Pool withIncoming(PortRange other) {
        return new Pool(
                addresses,
                ports,
                other,
                block,
                allocation,
                excludedPorts,
                choice,
                pairing,
                maxResting,
                overlapPorts,
                kept);
    }

    /** The same addresses, without these ports. */
    public Pool without(List<PortRange> excluded) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                allocation,
                excluded,
                choice,
                pairing,
                maxResting,
                overlapPorts,
                kept);
    }

    /** The same addresses, of whose free ports another is chosen. */
    public Pool with(Choice other) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                allocation,
                excludedPorts,
                other,
                pairing,
                maxResting,
                overlapPorts,
                kept);
    }

    /** The same addresses, to which subscribers keep in another way. */
    public Pool with(Pairing other) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                allocation,
                excludedPorts,
                choice,
                other,
                maxResting,
                overlapPorts,
                kept);
    }

    /** The same addresses, of which so many ports may rest. */
    public Pool withMaxResting(int most) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                allocation,
                excludedPorts,
                choice,
                pairing,
                most,
                overlapPorts,
                kept);
    }

    /** The same addresses, where these ports are shared. */
    public Pool withOverlap(PortRange shared) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                allocation,
                excludedPorts,
                choice,
                pairing,
                maxResting,
                shared,
                kept);
    }

    /** The same addresses, where so many incoming ports are kept for each subscriber. */
    public Pool with(Kept other) {
        return new Pool(
                addresses,
                ports,
                incomingPorts,
                block,
                allocation,
                excludedPorts,
                choice,
                pairing,
                maxResting,
                overlapPorts,
                other);
    }

    /**
     * Incoming ports that nobody but their subscriber takes, for explicit mappings.
     *
     * @param perSubscriber how many TCP and how many UDP ports; 0 for none
     * @param subscribers of how many subscribers of an external address; all their ports fit in the
     *     incoming range
     */
    public record Kept(int perSubscriber, int subscribers) {
        /** Whoever comes first has all incoming ports. */
        public static final Kept NONE = new Kept(0, 0);
    }

    /**
     * How port blocks are leased.
     *
     * @param size ports in a block, a power of two
     * @param maxPerSubscriber blocks that one subscriber may hold, at most {@link #MAX_BLOCKS}
     * @param idleReturnNs how long a block without a used port stays leased
     */
    public record Block(int size, int maxPerSubscriber, long idleReturnNs) {
        /** Bound of {@code maxPerSubscriber}: the block list of a subscriber is one cache line. */
        public static final int MAX_BLOCKS = 16;
    }

    /** How implicit mappings get ports. */
    public sealed interface Allocation {
        /** From blocks that their subscriber leases (RFC 7768). */
        record Blocks() implements Allocation {}

        /** Singly, from all ports of the address. */
        record Dynamic() implements Allocation {}

        /**
         * From a range that follows from the internal address, and then from blocks (RFC 7422 §2).
         *
         * @param compression internal addresses for each external one (C)
         * @param dynamicFactor how many shares of the ports are left for blocks (D); 0: no blocks
         * @param rangePorts ports of a range; 0: what follows from the other two
         */
        record Deterministic(int compression, int dynamicFactor, int rangePorts)
                implements Allocation {}
    }

    /**
     * Which of several free ports a mapping gets (RFC 6056 §3.3).
     *
     * @param algorithm number of the algorithm, 1 to 5
     * @param tableSize counters of algorithm 4
     * @param increment the largest step of algorithm 5
     * @param keepsParity whether an implicit UDP mapping has an even port for an even internal one
     *     and an odd one for an odd one (RFC 4787 REQ-4)
     * @param keepsPort whether an implicit mapping gets its internal port when that is free
     */
    public record Choice(
            int algorithm, int tableSize, int increment, boolean keepsParity, boolean keepsPort) {
        /** Random tries, then a linear search, and no likeness to the internal port. */
        public static Choice usual() {
            return new Choice(2, 10, 500, false, false);
        }
    }

    /**
     * How a subscriber keeps to its external address.
     *
     * @param isSoft whether new sessions may use another address when its own is full (RFC 7857 §4)
     * @param idleNs how long a pairing that was only asked for stays (NAT-APP-005)
     */
    public record Pairing(boolean isSoft, long idleNs) {
        /** For good, and 300 s for a question. */
        public static Pairing usual() {
            return new Pairing(false, 300_000_000_000L);
        }
    }
}
