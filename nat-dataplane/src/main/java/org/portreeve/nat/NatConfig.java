package org.portreeve.nat;

import java.util.List;

/**
 * What the translator is built from. Values are checked by the configuration reader, which can name
 * the line; here relations are asserted. Immutable.
 *
 * @param shardCount how many shards, 1 to the number of pool addresses
 * @param inside prefixes of subscribers; other sources from inside are spoofed
 * @param pool the external addresses; the position is the address index used in commands
 * @param ports usable external ports
 * @param incomingPorts the part of {@code ports} that is never leased as blocks
 * @param explicitPorts what explicit requests may get; lower ports are for reservations
 * @param block how blocks are leased
 * @param timers idle times
 * @param capacity table sizes of each shard
 * @param quota limits of every subscriber, until the directory has limits of profiles
 * @param eif endpoint-independent filtering knobs
 */
public record NatConfig(
        int shardCount,
        List<Prefix> inside,
        List<Integer> pool,
        PortRange ports,
        PortRange incomingPorts,
        PortRange explicitPorts,
        Block block,
        Timers timers,
        Capacity capacity,
        Quota quota,
        Eif eif) {

    /** Takes copies of the lists. */
    public NatConfig {
        inside = List.copyOf(inside);
        pool = List.copyOf(pool);
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

    /** Idle times, all in nanoseconds (RFC 4787 REQ-5, RFC 5382 REQ-5, RFC 5508 REQ-2). */
    public record Timers(
            long udpIdleNs,
            long icmpIdleNs,
            long tcpEstablishedIdleNs,
            long tcpOpeningIdleNs,
            long tcpClosingIdleNs,
            long holdDownNs) {
        /** The defaults of the contract. */
        public static Timers defaults() {
            return new Timers(
                    300_000_000_000L,
                    60_000_000_000L,
                    7_440_000_000_000L,
                    240_000_000_000L,
                    240_000_000_000L,
                    120_000_000_000L);
        }

        /**
         * How long a port of an ended explicit mapping rests: the longer of the hold-down and the
         * idle time of its protocol (RFC 6887 §15).
         */
        public long explicitHoldNs(int protocol) {
            long idleNs = protocol == Protocol.TCP ? tcpEstablishedIdleNs : udpIdleNs;
            return Math.max(holdDownNs, idleNs);
        }
    }

    /** Rows that each shard sets aside at start, and subscribers of the node. */
    public record Capacity(int sessions, int mappings, int subscribers) {}

    /**
     * Limits of one subscriber.
     *
     * @param mappings explicit mappings
     * @param ports external ports and identifiers, resting ones included
     * @param sessions sessions
     * @param sessionsPerSecond sustained rate of new sessions
     * @param sessionBurst new sessions beyond the rate
     */
    public record Quota(
            int mappings, int ports, int sessions, int sessionsPerSecond, int sessionBurst) {}

    /**
     * Knobs of endpoint-independent filtering (RFC 7857 §6, §7).
     *
     * @param inboundSessionsPerMapping sessions that outside hosts may have on one mapping
     * @param inboundSessionsPerSecond sustained rate at which they may open them
     * @param inboundSessionBurst how many beyond the rate
     * @param unrepliedNs life of an inbound session that the host never answered
     * @param inboundRefresh whether inbound packets keep sessions alive
     */
    public record Eif(
            int inboundSessionsPerMapping,
            int inboundSessionsPerSecond,
            int inboundSessionBurst,
            long unrepliedNs,
            boolean inboundRefresh) {}

    /** The shard that owns an external address. */
    public int shardOf(int addressIndex) {
        return addressIndex % shardCount;
    }
}
