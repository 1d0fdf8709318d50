package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.icmp.EmbeddedPacket;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.port.InboundIndex;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;

/**
 * The way of an ICMP error to the subscriber whose packet it is about, from anywhere on that
 * packet's way (RFC 5508 REQ-4). It neither keeps nor ends anything (REQ-6). Every method returns a
 * verdict, which is the code of a counter. Owned by the shard thread.
 */
final class InboundErrors {
    private static final int NO_SESSION = ShardCounters.index(NatCounter.DROP_ICMP_NO_SESSION);
    private static final int TTL = ShardCounters.index(NatCounter.DROP_TTL);
    private static final int SEQUENCE = ShardCounters.index(NatCounter.DROP_ICMP_SEQUENCE);
    private static final int REALM = InternalTuple.DEFAULT_REALM;

    private final Tables tables;
    private final Mappings mappings;
    private final Departures departures;

    InboundErrors(Tables tables, Mappings mappings, Departures departures) {
        this.tables = tables;
        this.mappings = mappings;
        this.departures = departures;
    }

    /** Translates an error to one of this shard's addresses, a hairpinned one included. */
    int toOwnAddress(long packet, int addressIndex) {
        int header = Ipv4Header.headerBytes(packet);
        long icmp = packet + header;
        int external = Ipv4Header.destination(packet);
        if (EmbeddedPacket.source(icmp) != external) {
            return NO_SESSION;
        }
        int session = session(icmp, addressIndex);
        if (session == SessionTable.NONE) {
            return NO_SESSION;
        }
        if (Ipv4Header.timeToLive(packet) <= 1) {
            return TTL;
        }
        if (IcmpHeader.isTooBig(icmp)
                && !mappings.sessions().mayBeTooBig(session, Sessions.OUTBOUND, icmp)) {
            return SEQUENCE;
        }
        hideForeignSource(packet, external);
        int internalIp = tables.sessions.internalIp(session);
        int bytes = Ipv4Header.totalLength(packet) - header;
        EmbeddedPacket.source(icmp, bytes, internalIp, tables.sessions.internalPort(session));
        Ipv4Header.destination(packet, internalIp);
        Checksums.updateAt(
                packet + Ipv4Header.CHECKSUM, Checksums.addressDelta(external, internalIp));
        return departures.send(PacketPort.INSIDE, packet);
    }

    /** The session of the quoted packet, which left with this external tuple. */
    private int session(long icmp, int addressIndex) {
        int protocol = EmbeddedPacket.protocol(icmp);
        return session(
                addressIndex,
                protocol,
                EmbeddedPacket.sourcePort(icmp),
                EmbeddedPacket.destination(icmp),
                protocol == Protocol.ICMP ? 0 : EmbeddedPacket.destinationPort(icmp));
    }

    /** The session whose packets have these outer ends, or {@link SessionTable#NONE}. */
    int session(int addressIndex, int protocol, int externalPort, int remoteIp, int remotePort) {
        int mapping = mappings.ofExternal(addressIndex, protocol, externalPort, remoteIp);
        if (mapping == InboundIndex.NONE) {
            return SessionTable.NONE;
        }
        int internalPort = tables.mappings.internalPort(mapping);
        int internalIp = tables.mappings.internalIp(mapping);
        long key0 = SessionTable.key0(internalIp, remoteIp);
        long key1 = SessionTable.key1(REALM, protocol, internalPort, remotePort);
        int session = tables.sessions.find(key0, key1, tables.sessions.hash(key0, key1));
        // A tuple with a new mapping has none of its old one's packets on the way.
        boolean isOfMapping =
                session != SessionTable.NONE && tables.sessions.mapping(session) == mapping;
        return isOfMapping ? session : SessionTable.NONE;
    }

    /**
     * What the node's own kernel says about translated packets may come from an inside address of
     * the node: the subscriber sees its external address instead. One that claims an inside address
     * from further away learns and gains nothing.
     */
    private void hideForeignSource(long packet, int external) {
        int source = Ipv4Header.source(packet);
        if (tables.addresses.isInside(source)) {
            Ipv4Header.source(packet, external);
            Checksums.updateAt(
                    packet + Ipv4Header.CHECKSUM, Checksums.addressDelta(source, external));
        }
    }
}
