package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.port.InboundIndex;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;

/**
 * The way of a packet from the Internet, or of a hairpinned one, to a subscriber: owner, mapping by
 * direct index, session, filtering, rewriting. Every method returns a verdict, which is the code of
 * a counter. Owned by the shard thread.
 */
final class Inbound {
    private static final int FOREIGN = ShardCounters.index(NatCounter.DROP_FOREIGN_SOURCE);
    private static final int POOL_SOURCE = ShardCounters.index(NatCounter.DROP_POOL_SOURCE);
    private static final int MARTIAN_SOURCE = ShardCounters.index(NatCounter.DROP_MARTIAN_SOURCE);
    private static final int NOT_OURS = ShardCounters.index(NatCounter.DROP_NOT_OURS);
    private static final int ICMP = ShardCounters.index(NatCounter.DROP_ICMP);
    private static final int NO_MAPPING = ShardCounters.index(NatCounter.DROP_NO_MAPPING);
    private static final int FILTERED = ShardCounters.index(NatCounter.DROP_FILTERED);
    private static final int INBOUND_PACKETS = ShardCounters.index(NatCounter.DROP_INBOUND_PACKETS);
    private static final int TIME_WAIT = ShardCounters.index(NatCounter.DROP_TIME_WAIT);
    private static final int REALM = InternalTuple.DEFAULT_REALM;

    private final Tables tables;
    private final Mappings mappings;
    private final Departures departures;
    private final Filtering filtering;
    private final Siblings siblings;
    private final ErrorSender errorSender;
    private final InboundErrors errors;
    private final UnsolicitedSyns unsolicited;
    private final Untranslated untranslated;

    Inbound(
            Tables tables,
            Mappings mappings,
            Departures departures,
            Filtering filtering,
            Siblings siblings,
            ErrorSender errorSender) {
        this.tables = tables;
        this.mappings = mappings;
        this.departures = departures;
        this.filtering = filtering;
        this.siblings = siblings;
        this.errorSender = errorSender;
        errors = new InboundErrors(tables, mappings, departures);
        untranslated = new Untranslated(tables);
        unsolicited = new UnsolicitedSyns(tables, errors, errorSender);
    }

    /** Translates a checked packet that came in from outside. */
    int translate(long packet, long nowNs) {
        int source = Ipv4Header.source(packet);
        // What the node's kernel says about a packet it was to send on may come from inside.
        if (tables.addresses.isInside(source) && !isError(packet)) {
            return FOREIGN;
        }
        if (tables.pool.find(source) != PoolAddresses.NONE) {
            return POOL_SOURCE;
        }
        if (tables.addresses.isMartian(source)) {
            return MARTIAN_SOURCE;
        }
        int addressIndex = tables.pool.find(Ipv4Header.destination(packet));
        if (addressIndex == PoolAddresses.NONE) {
            boolean passes = untranslated.isOn() && untranslated.isInbound(packet, isError(packet));
            return passes ? departures.send(PacketPort.INSIDE, packet) : NOT_OURS;
        }
        return tables.owns(addressIndex)
                ? toOwnAddress(packet, addressIndex, nowNs)
                : departures.handOver(addressIndex, HandoverRing.FROM_OUTSIDE, packet);
    }

    /** The SYNs that nobody waited for. */
    UnsolicitedSyns unsolicited() {
        return unsolicited;
    }

    /** Reads what the look-up of this packet reads first; the octets may be anything. */
    long touch(long packet) {
        int addressIndex = tables.pool.find(Ipv4Header.destination(packet));
        int protocol = Ipv4Header.protocol(packet);
        boolean isTransport = protocol == Protocol.TCP || protocol == Protocol.UDP;
        if (addressIndex == PoolAddresses.NONE || !tables.owns(addressIndex) || !isTransport) {
            return 0;
        }
        long message = packet + Ipv4Header.headerBytes(packet);
        int port = Memory.u16(message + TcpHeader.DESTINATION_PORT);
        return mappings.ofExternal(addressIndex, protocol, port);
    }

    /** Translates a packet of a subscriber whose outbound half another shard did. */
    int hairpin(long packet, long nowNs) {
        return toOwnAddress(packet, tables.pool.find(Ipv4Header.destination(packet)), nowNs);
    }

    /** Translates a packet to one of this shard's addresses, hairpinned ones included. */
    int toOwnAddress(long packet, int addressIndex, long nowNs) {
        long message = packet + Ipv4Header.headerBytes(packet);
        int protocol = Ipv4Header.protocol(packet);
        boolean isQuery = protocol == Protocol.ICMP;
        if (isQuery && !IcmpHeader.isAnswer(IcmpHeader.type(message))) {
            return isError(packet) ? errors.toOwnAddress(packet, addressIndex) : ICMP;
        }
        int externalPort =
                isQuery
                        ? IcmpHeader.identifier(message)
                        : Memory.u16(message + TcpHeader.DESTINATION_PORT);
        int remoteIp = Ipv4Header.source(packet);
        int mapping = mappings.ofExternal(addressIndex, protocol, externalPort, remoteIp);
        int sibling = MappingTable.NONE;
        if (mapping == InboundIndex.NONE || !passesPackets(mapping)) {
            sibling = siblings.openTo(addressIndex, protocol, externalPort);
            if (sibling == MappingTable.NONE) {
                return unsolicited.refused(NO_MAPPING, packet, nowNs);
            }
            mapping = sibling;
        }
        if (Ipv4Header.timeToLive(packet) <= 1) {
            return errorSender.expiredOutside(packet, tables.externalIp(addressIndex), nowNs);
        }
        int remotePort = isQuery ? 0 : Memory.u16(message + TcpHeader.SOURCE_PORT);
        int internalPort = tables.mappings.internalPort(mapping);
        long key0 = SessionTable.key0(tables.mappings.internalIp(mapping), remoteIp);
        long key1 = SessionTable.key1(REALM, protocol, internalPort, remotePort);
        int hash = tables.sessions.hash(key0, key1);
        int session = tables.sessions.find(key0, key1, hash);
        if (session == SessionTable.NONE) {
            int refusal = filtering.verdict(mapping, packet, message, protocol, nowNs);
            if (refusal != PacketCheck.OK) {
                return unsolicited.refused(refusal, packet, nowNs);
            }
            if (isOverPacketRate(mapping, packet, nowNs)) {
                return INBOUND_PACKETS;
            }
            if (sibling != MappingTable.NONE) {
                mapping = siblings.open(sibling, protocol);
            }
            session =
                    mappings.sessions()
                            .open(mapping, key0, key1, hash, SessionTable.INBOUND, nowNs);
            assert session != SessionTable.NONE : "room for the session was not looked for";
        } else if (sibling != MappingTable.NONE || isElsewhere(mapping, session)) {
            return FILTERED;
        } else if (protocol == Protocol.TCP
                && mappings.sessions().isHeldAgainst(session, message)) {
            return TIME_WAIT;
        } else if (isOverPacketRate(mapping, packet, nowNs)) {
            return INBOUND_PACKETS;
        }
        return forward(packet, message, protocol, session, nowNs);
    }

    static boolean isError(long packet) {
        long message = packet + Ipv4Header.headerBytes(packet);
        return Ipv4Header.protocol(packet) == Protocol.ICMP
                && IcmpHeader.isError(IcmpHeader.type(message));
    }

    /** Asked last: what is refused anyway takes nothing from those that the host wants. */
    private boolean isOverPacketRate(int mapping, long packet, long nowNs) {
        return tables.rules.now().boundsInboundPackets()
                && !filtering.isWithinPacketRate(mapping, packet, nowNs);
    }

    private boolean passesPackets(int mapping) {
        int state = tables.mappings.state(mapping);
        return state == MappingTable.ACTIVE
                || state == MappingTable.RESIDUAL
                || state == MappingTable.ORPHAN;
    }

    /**
     * What is left of an old mapping passes its own sessions, not those of the tuple's new one; and
     * one of several that a tuple has not those of another.
     */
    private boolean isElsewhere(int mapping, int session) {
        return tables.sessions.mapping(session) != mapping
                && (tables.mappings.state(mapping) != MappingTable.ACTIVE
                        || tables.mappings.isDependent(mapping));
    }

    private int forward(long packet, long message, int protocol, int session, long nowNs) {
        if (protocol == Protocol.TCP) {
            mappings.sessions().onInboundTcp(session, message, nowNs);
        } else {
            mappings.sessions().onInbound(session, nowNs);
        }
        Rewrite.destination(
                packet, tables.sessions.internalIp(session), tables.sessions.internalPort(session));
        return departures.send(PacketPort.INSIDE, packet);
    }
}
