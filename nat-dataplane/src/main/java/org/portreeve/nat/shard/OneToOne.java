package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.icmp.EmbeddedHeader;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.wire.Ipv4Header;

/**
 * The way of packets of hosts that have an external address each for themselves (Basic NAT, RFC
 * 3022 §2.1): its address takes the place of the internal one and the other way round, in packets
 * of any protocol, in fragments, and in what ICMP errors quote. Ports stay as they are, nothing is
 * filtered and nothing is kept, so any shard may do it. Every method returns a verdict, which is
 * the code of a counter. Owned by the shard thread.
 */
final class OneToOne {
    /** Instead of a verdict: the packet is not of such a host, and is translated as all are. */
    static final int ELSEWHERE = -2;

    private static final int FOREIGN = ShardCounters.index(NatCounter.DROP_FOREIGN_SOURCE);
    private static final int POOL_SOURCE = ShardCounters.index(NatCounter.DROP_POOL_SOURCE);
    private static final int MARTIAN_SOURCE = ShardCounters.index(NatCounter.DROP_MARTIAN_SOURCE);
    private static final int MARTIAN = ShardCounters.index(NatCounter.DROP_MARTIAN);
    private static final int TO_INSIDE = ShardCounters.index(NatCounter.DROP_TO_INSIDE);
    private static final int SPOOFED = ShardCounters.index(NatCounter.DROP_SPOOFED);
    private static final int NO_SESSION = ShardCounters.index(NatCounter.DROP_ICMP_NO_SESSION);
    private static final int TTL = ShardCounters.index(NatCounter.DROP_TTL);
    private static final int NONE = DedicatedAddresses.NONE;

    private final Tables tables;
    private final Departures departures;
    private final Inbound inbound;
    private final ErrorSender errorSender;
    private final Untranslated untranslated;

    OneToOne(Tables tables, Departures departures, Inbound inbound, ErrorSender errorSender) {
        this.tables = tables;
        this.departures = departures;
        this.inbound = inbound;
        this.errorSender = errorSender;
        untranslated = new Untranslated(tables);
    }

    /**
     * Translates a packet as it was received on a side and sends it on its way, or returns {@link
     * #ELSEWHERE} with the packet as it was.
     */
    int translate(int side, long packet, int receivedBytes, long nowNs) {
        DedicatedAddresses dedicated = tables.dedicated();
        if (dedicated.isEmpty() || PacketCheck.header(packet, receivedBytes) != PacketCheck.OK) {
            return ELSEWHERE;
        }
        return side == PacketPort.INSIDE
                ? fromInside(dedicated, packet, receivedBytes, nowNs)
                : fromOutside(dedicated, packet, receivedBytes, nowNs);
    }

    private int fromInside(
            DedicatedAddresses dedicated, long packet, int receivedBytes, long nowNs) {
        int source = Ipv4Header.source(packet);
        int external = dedicated.externalOf(source);
        if (external == NONE) {
            return tables.addresses.isInfrastructure(source)
                    ? ofRouter(dedicated, packet, receivedBytes, nowNs)
                    : ELSEWHERE;
        }
        if (isUntranslated(packet, receivedBytes)) {
            return ELSEWHERE;
        }
        int verdict = PacketCheck.addressVerdict(packet, receivedBytes);
        if (verdict == PacketCheck.OK) {
            verdict = destinationVerdict(packet);
        }
        if (verdict != PacketCheck.OK) {
            return verdict;
        }
        if (isError(packet)) {
            return error(packet, receivedBytes, source, external, nowNs);
        }
        if (Ipv4Header.timeToLive(packet) <= 1) {
            return Ipv4Header.isFragment(packet)
                    ? TTL
                    : errorSender.expiredAtDedicated(packet, external, nowNs);
        }
        Rewrite.sourceAddress(packet, external);
        return depart(packet, receivedBytes, nowNs);
    }

    /** What a router inside, or the node itself, says about a packet to such a host. */
    private int ofRouter(DedicatedAddresses dedicated, long packet, int receivedBytes, long nowNs) {
        boolean isReadable =
                Ipv4Header.protocol(packet) == Protocol.ICMP
                        && PacketCheck.addressVerdict(packet, receivedBytes) == PacketCheck.OK
                        && isError(packet);
        if (!isReadable || isUntranslated(packet, receivedBytes)) {
            return ELSEWHERE;
        }
        int host = EmbeddedHeader.destination(message(packet));
        int external = dedicated.externalOf(host);
        if (external == NONE) {
            return ELSEWHERE;
        }
        int verdict = destinationVerdict(packet);
        return verdict == PacketCheck.OK
                ? error(packet, receivedBytes, host, external, nowNs)
                : verdict;
    }

    /** To and from destinations that are reached as they are, such a host goes so too. */
    private boolean isUntranslated(long packet, int receivedBytes) {
        return untranslated.isOn()
                && PacketCheck.verdict(packet, receivedBytes) == PacketCheck.OK
                && untranslated.isOutbound(packet, isError(packet));
    }

    private int destinationVerdict(long packet) {
        int destination = Ipv4Header.destination(packet);
        if (tables.addresses.isMartian(destination) || tables.addresses.isPcpAnycast(destination)) {
            return MARTIAN;
        }
        return tables.addresses.isInside(destination) ? TO_INSIDE : PacketCheck.OK;
    }

    /** RFC 5508 REQ-5 a: the host alone, or a router on the way to it, speaks of its packets. */
    private int error(long packet, int receivedBytes, int host, int external, long nowNs) {
        long icmp = message(packet);
        if (EmbeddedHeader.destination(icmp) != host) {
            return SPOOFED;
        }
        // Who is told is who sent the packet.
        if (EmbeddedHeader.source(icmp) != Ipv4Header.destination(packet)) {
            return NO_SESSION;
        }
        if (Ipv4Header.timeToLive(packet) <= 1) {
            return TTL;
        }
        EmbeddedHeader.destination(icmp, messageBytes(packet), external);
        // RFC 5508 REQ-5 c: a router has no external address, so it speaks from the host's.
        Rewrite.sourceAddress(packet, external);
        return depart(packet, receivedBytes, nowNs);
    }

    private int depart(long packet, int receivedBytes, long nowNs) {
        tables.counters.increment(NatCounter.DEDICATED_OUTBOUND);
        int addressIndex = tables.pool.find(Ipv4Header.destination(packet));
        if (addressIndex == PoolAddresses.NONE) {
            return departures.send(PacketPort.OUTSIDE, packet);
        }
        // A shared address takes less than one that is not.
        int verdict = PacketCheck.verdict(packet, receivedBytes);
        if (verdict != PacketCheck.OK) {
            return verdict;
        }
        return tables.owns(addressIndex)
                ? inbound.toOwnAddress(packet, addressIndex, nowNs)
                : departures.handOver(addressIndex, HandoverRing.HAIRPIN, packet);
    }

    private int fromOutside(
            DedicatedAddresses dedicated, long packet, int receivedBytes, long nowNs) {
        int source = Ipv4Header.source(packet);
        if (dedicated.internalOf(source) != NONE) {
            return POOL_SOURCE;
        }
        int external = Ipv4Header.destination(packet);
        if (dedicated.internalOf(external) == NONE) {
            return ELSEWHERE;
        }
        int verdict = PacketCheck.addressVerdict(packet, receivedBytes);
        if (verdict != PacketCheck.OK) {
            return verdict;
        }
        boolean isError = isError(packet);
        int refusal = sourceVerdict(source, isError);
        if (refusal != PacketCheck.OK) {
            return refusal;
        }
        if (isError && EmbeddedHeader.source(message(packet)) != external) {
            return NO_SESSION;
        }
        if (Ipv4Header.timeToLive(packet) <= 1) {
            return isError || Ipv4Header.isFragment(packet)
                    ? TTL
                    : errorSender.expiredOutside(packet, external, nowNs);
        }
        if (tables.addresses.isInside(source)) {
            Rewrite.sourceAddress(packet, external);
        }
        return departures.send(PacketPort.OUTSIDE, packet);
    }

    private int sourceVerdict(int source, boolean isError) {
        // What the node's kernel says about a packet it was to send on may come from inside.
        if (tables.addresses.isInside(source) && !isError) {
            return FOREIGN;
        }
        if (tables.pool.find(source) != PoolAddresses.NONE) {
            return POOL_SOURCE;
        }
        return tables.addresses.isMartian(source) ? MARTIAN_SOURCE : PacketCheck.OK;
    }

    /**
     * Gives a packet to a dedicated address the internal one of its host, and so what an error
     * quotes of that host.
     */
    static void deliver(long packet, int internalIp) {
        int external = Ipv4Header.destination(packet);
        if (isError(packet) && EmbeddedHeader.source(message(packet)) == external) {
            EmbeddedHeader.source(message(packet), messageBytes(packet), internalIp);
        }
        Rewrite.destinationAddress(packet, internalIp);
    }

    private static boolean isError(long packet) {
        return !Ipv4Header.isFragment(packet) && Inbound.isError(packet);
    }

    private static long message(long packet) {
        return packet + Ipv4Header.headerBytes(packet);
    }

    private static int messageBytes(long packet) {
        return Ipv4Header.totalLength(packet) - Ipv4Header.headerBytes(packet);
    }
}
