package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.icmp.EmbeddedPacket;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;

/**
 * The way of an ICMP error about a packet to a subscriber back to that packet's sender (RFC 5508
 * REQ-5), who may be another subscriber. Only the subscriber itself and the operator's routers may
 * send one. It neither keeps nor ends anything (REQ-6). Every method returns a verdict, which is
 * the code of a counter. Owned by the shard thread.
 */
final class OutboundErrors {
    private static final int SPOOFED = ShardCounters.index(NatCounter.DROP_SPOOFED);
    private static final int NO_SESSION = ShardCounters.index(NatCounter.DROP_ICMP_NO_SESSION);
    private static final int TTL = ShardCounters.index(NatCounter.DROP_TTL);
    private static final int SEQUENCE = ShardCounters.index(NatCounter.DROP_ICMP_SEQUENCE);
    private static final int TOO_BIG = ShardCounters.index(NatCounter.DROP_ICMP_TOO_BIG);

    /** What every host takes; who says less wants the far host to send everybody crumbs. */
    private static final int MIN_MTU_BYTES = 576;

    private static final int REALM = InternalTuple.DEFAULT_REALM;

    private final Tables tables;
    private final Directory directory;
    private final Sessions sessions;
    private final Departures departures;
    private final Inbound inbound;
    private final ErrorSender errorSender;

    OutboundErrors(
            Tables tables,
            Directory directory,
            Sessions sessions,
            Departures departures,
            Inbound inbound,
            ErrorSender errorSender) {
        this.tables = tables;
        this.directory = directory;
        this.sessions = sessions;
        this.departures = departures;
        this.inbound = inbound;
        this.errorSender = errorSender;
    }

    /**
     * Translates a checked error that came in from inside.
     *
     * @param isSearched whether the former shard of who is quoted knows nothing of it
     */
    int translate(long packet, boolean isSearched, long nowNs) {
        int header = Ipv4Header.headerBytes(packet);
        long icmp = packet + header;
        int internalIp = EmbeddedPacket.destination(icmp);
        long pairing = directory.find(REALM, internalIp);
        if (!maySpeakFor(Ipv4Header.source(packet), internalIp, pairing)) {
            return SPOOFED;
        }
        // Who is told is who sent the packet.
        boolean isToSender = EmbeddedPacket.source(icmp) == Ipv4Header.destination(packet);
        if (pairing == Directory.NONE || !isToSender) {
            return NO_SESSION;
        }
        boolean isMoving = Directory.isMoving(pairing) && !isSearched;
        int addressIndex = Directory.addressIndex(pairing);
        int first = isMoving ? Directory.formerIndex(pairing) : addressIndex;
        if (!tables.owns(first)) {
            return departures.handOver(first, HandoverRing.FROM_INSIDE, packet);
        }
        int session = session(icmp);
        if (session == SessionTable.NONE) {
            return isMoving
                    ? departures.handOver(addressIndex, HandoverRing.FROM_FORMER, packet)
                    : NO_SESSION;
        }
        if (Ipv4Header.timeToLive(packet) <= 1) {
            return TTL;
        }
        boolean isTooBig = IcmpHeader.isTooBig(icmp);
        if (isTooBig && !sessions.mayBeTooBig(session, Sessions.INBOUND, icmp)) {
            return SEQUENCE;
        }
        if (isTooBig && !isPolite(icmp, tables.sessions.subscriber(session), nowNs)) {
            return TOO_BIG;
        }
        rewrite(packet, icmp, Ipv4Header.totalLength(packet) - header, session);
        return depart(packet, nowNs);
    }

    /** A subscriber may speak for all its addresses, a router of the operator for everybody. */
    private boolean maySpeakFor(int source, int internalIp, long pairing) {
        if (source == internalIp || tables.addresses.isInfrastructure(source)) {
            return true;
        }
        long own = directory.find(REALM, source);
        return own != Directory.NONE
                && pairing != Directory.NONE
                && Directory.subscriber(own) == Directory.subscriber(pairing);
    }

    /** The far host caches what it is told for all who share the address (SEED-A-084). */
    private boolean isPolite(long icmp, int subscriber, long nowNs) {
        return Memory.u16(icmp + IcmpHeader.NEXT_HOP_MTU) >= MIN_MTU_BYTES
                && errorSender.mayPassTooBig(subscriber, nowNs);
    }

    /** The session of the quoted packet, which reached this internal tuple. */
    private int session(long icmp) {
        int protocol = EmbeddedPacket.protocol(icmp);
        int remotePort = protocol == Protocol.ICMP ? 0 : EmbeddedPacket.sourcePort(icmp);
        long key0 =
                SessionTable.key0(EmbeddedPacket.destination(icmp), EmbeddedPacket.source(icmp));
        long key1 =
                SessionTable.key1(
                        REALM, protocol, EmbeddedPacket.destinationPort(icmp), remotePort);
        return tables.sessions.find(key0, key1, tables.sessions.hash(key0, key1));
    }

    private void rewrite(long packet, long icmp, int bytes, int session) {
        int external = tables.sessions.externalIp(session);
        EmbeddedPacket.destination(icmp, bytes, external, tables.sessions.externalPort(session));
        int source = Ipv4Header.source(packet);
        Ipv4Header.source(packet, external);
        Checksums.updateAt(packet + Ipv4Header.CHECKSUM, Checksums.addressDelta(source, external));
    }

    private int depart(long packet, long nowNs) {
        int addressIndex = tables.pool.find(Ipv4Header.destination(packet));
        if (addressIndex == PoolAddresses.NONE) {
            return departures.send(PacketPort.OUTSIDE, packet);
        }
        // RFC 5508 REQ-7: about a hairpinned packet, so hairpinned itself.
        return tables.owns(addressIndex)
                ? inbound.toOwnAddress(packet, addressIndex, nowNs)
                : departures.handOver(addressIndex, HandoverRing.HAIRPIN, packet);
    }
}
