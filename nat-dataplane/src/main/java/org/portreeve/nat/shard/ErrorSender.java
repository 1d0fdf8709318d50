package org.portreeve.nat.shard;

import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.icmp.ErrorLimit;
import org.portreeve.nat.icmp.ErrorMessage;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;

/**
 * ICMP errors of the translator itself. They come from an external address, never from one that the
 * receiver must not see, and each is counted as generated and then as what became of it. Owned by
 * the shard thread.
 */
final class ErrorSender {
    private static final int TTL = ShardCounters.index(NatCounter.DROP_TTL);

    private final Tables tables;
    private final Departures departures;
    private final ErrorRules rules;
    private final ErrorLimit limit;
    private final ErrorMessage message = new ErrorMessage();

    ErrorSender(Tables tables, Departures departures) {
        this.tables = tables;
        this.departures = departures;
        rules = tables.config.icmpErrors();
        limit =
                new ErrorLimit(
                        rules, tables.config.shardCount(), tables.config.capacity().subscribers());
    }

    /**
     * Tells a subscriber that its packet, which is as it came, got no port or session (RFC 5508
     * REQ-8, RFC 6888 REQ-11): type 3 code 1.
     */
    void refuse(long packet, int subscriber, int addressIndex, long nowNs) {
        if (rules.refusals()) {
            int code = IcmpHeader.HOST_UNREACHABLE;
            inside(IcmpHeader.UNREACHABLE, code, packet, subscriber, addressIndex, nowNs);
        }
    }

    /** The same to a host that has no pairing, from any address of this shard. */
    void refuse(long packet, long nowNs) {
        if (rules.refusals() && rules.inside() && ErrorMessage.mayBeAbout(packet)) {
            boolean mayBe = limit.takeUnpaired(nowNs);
            int code = IcmpHeader.HOST_UNREACHABLE;
            int source = tables.externalIp(tables.addressIndex(0));
            inside(IcmpHeader.UNREACHABLE, code, packet, source, mayBe);
        }
    }

    /**
     * Drops a packet of a subscriber that would go no further than the next hop, and says so from
     * the subscriber's external address. The translator is behind one hop and before another, so it
     * does not count the time to live down itself.
     */
    int expiredInside(long packet, int subscriber, int addressIndex, long nowNs) {
        inside(IcmpHeader.TIME_EXCEEDED, 0, packet, subscriber, addressIndex, nowNs);
        return TTL;
    }

    /** The same for a packet of a host that has this external address for itself. */
    int expiredAtDedicated(long packet, int externalIp, long nowNs) {
        if (rules.inside() && ErrorMessage.mayBeAbout(packet)) {
            boolean mayBe = limit.takeDedicated(externalIp, nowNs);
            inside(IcmpHeader.TIME_EXCEEDED, 0, packet, externalIp, mayBe);
        }
        return TTL;
    }

    /**
     * Drops such a packet from outside to an external address, and says so before somebody behind
     * does with an internal address in the quote.
     */
    int expiredOutside(long packet, int externalIp, long nowNs) {
        if (!rules.outside() || !ErrorMessage.mayBeAbout(packet)) {
            return TTL;
        }
        if (limit.takeOutside(nowNs)) {
            int type = IcmpHeader.TIME_EXCEEDED;
            send(PacketPort.OUTSIDE, message.write(type, 0, 0, packet, externalIp));
        } else {
            tables.counters.increment(NatCounter.GENERATED_SUPPRESSED);
        }
        return TTL;
    }

    /**
     * Says that nobody waits for a packet of which so much is left (RFC 5382 REQ-4). Its sender may
     * be a subscriber, behind an external address of its own.
     */
    void nobodyThere(long packet, int bytes, int addressIndex, InboundErrors hairpin, long nowNs) {
        if (!ErrorMessage.mayBeAbout(packet)) {
            return;
        }
        if (!limit.takeAnswer(nowNs)) {
            tables.counters.increment(NatCounter.GENERATED_SUPPRESSED);
            return;
        }
        int type = IcmpHeader.UNREACHABLE;
        int code = IcmpHeader.PORT_UNREACHABLE;
        long error = message.write(type, code, 0, packet, bytes, tables.externalIp(addressIndex));
        int senderIndex = tables.pool.find(Ipv4Header.destination(error));
        if (senderIndex == PoolAddresses.NONE) {
            send(PacketPort.OUTSIDE, error);
            return;
        }
        tables.counters.increment(NatCounter.GENERATED);
        tables.counters.increment(
                tables.owns(senderIndex)
                        ? hairpin.toOwnAddress(error, senderIndex)
                        : departures.handOver(senderIndex, HandoverRing.HAIRPIN, error));
    }

    /** Whether a subscriber may say once more that a packet was too big. */
    boolean mayPassTooBig(int subscriber, long nowNs) {
        return limit.takeTooBig(subscriber, nowNs);
    }

    private void inside(
            int type, int code, long packet, int subscriber, int addressIndex, long nowNs) {
        if (rules.inside() && ErrorMessage.mayBeAbout(packet)) {
            int source = tables.externalIp(addressIndex);
            inside(type, code, packet, source, limit.takeInside(subscriber, nowNs));
        }
    }

    private void inside(int type, int code, long packet, int source, boolean mayBe) {
        if (mayBe) {
            send(PacketPort.INSIDE, message.write(type, code, 0, packet, source));
        } else {
            tables.counters.increment(NatCounter.GENERATED_SUPPRESSED);
        }
    }

    private void send(int side, long error) {
        tables.counters.increment(NatCounter.GENERATED);
        tables.counters.increment(departures.send(side, error));
    }
}
