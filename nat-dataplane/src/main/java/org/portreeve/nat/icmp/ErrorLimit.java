package org.portreeve.nat.icmp;

import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.table.TokenBucket;

/**
 * How many errors of our own may leave a shard: a bucket for each side, so that nobody outside uses
 * up what subscribers are told, and one for each subscriber (RFC 5508 REQ-10 f). Answers to SYNs
 * take at most half of the outside, so that a sweep silences nothing else. The buckets hold one
 * second's worth. Owned by the shard thread.
 */
public final class ErrorLimit {
    /** A subscriber whose own link is narrow has to say so once for each far host. */
    static final int TOO_BIG_PER_SECOND = 10;

    /** Addresses that follow each other have different ones; a power of two. */
    private static final int DEDICATED_BUCKETS = 256;

    private static final long SECOND_NS = 1_000_000_000L;

    private final int burst;
    private final int burstEach;
    private final long inside = Memory.allocate(Memory.CACHE_LINE);
    private final long answers = Memory.allocate(Memory.CACHE_LINE);
    private final long outside = Memory.allocate(Memory.CACHE_LINE);
    private final long subscribers;
    private final int unpaired;
    private final long tooBig;
    private final long dedicated = Memory.allocate(DEDICATED_BUCKETS * Long.BYTES);

    /** Buckets of one of so many shards, for subscribers with indexes below a bound. */
    public ErrorLimit(ErrorRules rules, int shardCount, int subscriberCount) {
        burst = Math.max(1, rules.perSecond() / shardCount);
        burstEach = Math.max(1, rules.perSubscriberPerSecond());
        unpaired = subscriberCount;
        subscribers = Memory.allocate((subscriberCount + 1L) * Long.BYTES);
        tooBig = Memory.allocate((long) subscriberCount * Long.BYTES);
    }

    /** Takes a token for an error to a subscriber, or returns false. */
    public boolean takeInside(int subscriber, long nowNs) {
        long each = subscribers + (long) subscriber * Long.BYTES;
        return take(each, nowNs, burstEach) && take(inside, nowNs, burst);
    }

    /** The same for one to a host without a subscriber; all of these share a bucket. */
    public boolean takeUnpaired(long nowNs) {
        return takeInside(unpaired, nowNs);
    }

    /** The same for one to the host that has an external address for itself. */
    public boolean takeDedicated(int externalIp, long nowNs) {
        long each = dedicated + (long) (externalIp & (DEDICATED_BUCKETS - 1)) * Long.BYTES;
        return take(each, nowNs, burstEach) && take(inside, nowNs, burst);
    }

    /** Takes a token for an error to an outside host, or returns false. */
    public boolean takeOutside(long nowNs) {
        return take(outside, nowNs, burst);
    }

    /** The same for one that answers a SYN, of which only half of that may be. */
    public boolean takeAnswer(long nowNs) {
        return take(answers, nowNs, Math.max(1, burst / 2)) && takeOutside(nowNs);
    }

    /**
     * Takes a token for a packet-too-big message of a subscriber, or returns false. A far host
     * keeps what it is told for everybody who shares the external address.
     */
    public boolean takeTooBig(int subscriber, long nowNs) {
        return take(tooBig + (long) subscriber * Long.BYTES, nowNs, TOO_BIG_PER_SECOND);
    }

    private static boolean take(long bucket, long nowNs, int perSecond) {
        return TokenBucket.take(bucket, nowNs, SECOND_NS / perSecond, perSecond);
    }
}
