package org.portreeve.nat.config;

import java.util.List;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.nat.rules.Rules;

/**
 * What the translator is built from. Values are checked by the configuration reader, which can name
 * the line; here relations are asserted. Immutable.
 *
 * @param shardCount how many shards, 1 to the number of pool addresses
 * @param inside prefixes of subscribers; other sources from inside are spoofed
 * @param pool the external addresses and how their ports are given
 * @param timers idle times
 * @param capacity table sizes of each shard
 * @param rules those of every subscriber, until the directory has the rules of profiles
 * @param icmpErrors which ICMP errors are made and who may send them
 * @param passThrough which destinations are reached untranslated
 */
public record NatConfig(
        int shardCount,
        List<Prefix> inside,
        Pool pool,
        Timers timers,
        Capacity capacity,
        Rules rules,
        ErrorRules icmpErrors,
        List<PassThrough> passThrough) {

    /** Takes copies of the lists. */
    public NatConfig {
        inside = List.copyOf(inside);
        passThrough = List.copyOf(passThrough);
        assert passThrough.size() <= PassThrough.MAX_ENTRIES : "too many destinations";
    }

    /** The same with everything translated. */
    public NatConfig(
            int shardCount,
            List<Prefix> inside,
            Pool pool,
            Timers timers,
            Capacity capacity,
            Rules rules,
            ErrorRules icmpErrors) {
        this(shardCount, inside, pool, timers, capacity, rules, icmpErrors, List.of());
    }

    /** The same with the ICMP errors that are made by default. */
    public NatConfig(
            int shardCount,
            List<Prefix> inside,
            Pool pool,
            Timers timers,
            Capacity capacity,
            Rules rules) {
        this(shardCount, inside, pool, timers, capacity, rules, ErrorRules.defaults());
    }

    /**
     * Idle times, all in nanoseconds (RFC 4787 REQ-5, RFC 5382 REQ-5, RFC 5508 REQ-2).
     *
     * @param udpPorts shorter ones of UDP sessions to some ports, each port once
     */
    public record Timers(
            long udpIdleNs,
            long icmpIdleNs,
            long tcpEstablishedIdleNs,
            long tcpOpeningIdleNs,
            long tcpClosingIdleNs,
            long holdDownNs,
            List<PortTimer> udpPorts) {
        /** Takes a copy of the list. */
        public Timers {
            udpPorts = List.copyOf(udpPorts);
        }

        /** The same time for all ports of UDP. */
        public Timers(
                long udpIdleNs,
                long icmpIdleNs,
                long tcpEstablishedIdleNs,
                long tcpOpeningIdleNs,
                long tcpClosingIdleNs,
                long holdDownNs) {
            this(
                    udpIdleNs,
                    icmpIdleNs,
                    tcpEstablishedIdleNs,
                    tcpOpeningIdleNs,
                    tcpClosingIdleNs,
                    holdDownNs,
                    List.of());
        }

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

    /**
     * Rows that each shard sets aside at start, and subscribers of the node.
     *
     * @param addresses external addresses that the node has a place for; at least those of the pool
     */
    public record Capacity(int sessions, int mappings, int subscribers, int addresses) {
        /** The same with a place for each address of the pool and no more. */
        public Capacity(int sessions, int mappings, int subscribers) {
            this(sessions, mappings, subscribers, 0);
        }
    }

    /** How many external addresses may be there at a time. */
    public int addressPlaces() {
        return Math.max(pool.addresses().size(), capacity.addresses());
    }

    /** The same with other external addresses; nothing else follows from them. */
    public NatConfig withAddresses(List<Integer> addresses) {
        return new NatConfig(
                shardCount,
                inside,
                pool.withAddresses(addresses),
                timers,
                capacity,
                rules,
                icmpErrors,
                passThrough);
    }

    /** The shard that owns an external address. */
    public int shardOf(int addressIndex) {
        return addressIndex % shardCount;
    }
}
