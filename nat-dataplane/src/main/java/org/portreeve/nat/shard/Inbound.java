package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.NatConfig;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
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
    private static final int NOT_OURS = ShardCounters.index(NatCounter.DROP_NOT_OURS);
    private static final int ICMP = ShardCounters.index(NatCounter.DROP_ICMP);
    private static final int NO_MAPPING = ShardCounters.index(NatCounter.DROP_NO_MAPPING);
    private static final int NO_SESSION = ShardCounters.index(NatCounter.DROP_NO_SESSION);
    private static final int FILTERED = ShardCounters.index(NatCounter.DROP_FILTERED);
    private static final int INBOUND_QUOTA = ShardCounters.index(NatCounter.DROP_INBOUND_QUOTA);
    private static final int SESSION_QUOTA = ShardCounters.index(NatCounter.DROP_SESSION_QUOTA);
    private static final int TABLE_FULL = ShardCounters.index(NatCounter.DROP_TABLE_FULL);
    private static final int INBOUND_RATE = ShardCounters.index(NatCounter.DROP_INBOUND_RATE);
    private static final int TIME_WAIT = ShardCounters.index(NatCounter.DROP_TIME_WAIT);
    private static final long SECOND_NS = 1_000_000_000L;
    private static final int REALM = InternalTuple.DEFAULT_REALM;

    private final Tables tables;
    private final Mappings mappings;
    private final Departures departures;
    private final Quotas quotas;
    private final int sessionsPerMapping;
    private final int tableShare;
    private final long intervalNs;
    private final int burst;

    Inbound(Tables tables, Mappings mappings, Departures departures, Quotas quotas) {
        this.tables = tables;
        this.mappings = mappings;
        this.departures = departures;
        this.quotas = quotas;
        NatConfig.Eif eif = tables.config.eif();
        sessionsPerMapping = eif.inboundSessionsPerMapping();
        // The last part is for what subscribers open themselves: outside hosts cannot take the
        // shard's table from them.
        tableShare = tables.sessions.capacity() - tables.sessions.capacity() / 8;
        intervalNs = SECOND_NS / Math.max(1, eif.inboundSessionsPerSecond());
        burst = eif.inboundSessionBurst();
    }

    /** Translates a checked packet that came in from outside. */
    int translate(long packet, long nowNs) {
        int source = Ipv4Header.source(packet);
        boolean isForeign =
                tables.addresses.isInside(source)
                        || tables.pool.find(source) != PoolIndex.NONE
                        || tables.addresses.isMartian(source);
        if (isForeign) {
            return FOREIGN;
        }
        int addressIndex = tables.pool.find(Ipv4Header.destination(packet));
        if (addressIndex == PoolIndex.NONE) {
            return NOT_OURS;
        }
        return tables.owns(addressIndex)
                ? toOwnAddress(packet, addressIndex, nowNs)
                : departures.handOver(addressIndex, HandoverRing.FROM_OUTSIDE, packet);
    }

    /** Reads what the look-up of this packet reads first; the octets may be anything. */
    long touch(long packet) {
        int addressIndex = tables.pool.find(Ipv4Header.destination(packet));
        int protocol = Ipv4Header.protocol(packet);
        boolean isTransport = protocol == Protocol.TCP || protocol == Protocol.UDP;
        if (addressIndex == PoolIndex.NONE || !tables.owns(addressIndex) || !isTransport) {
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
        if (isQuery && IcmpHeader.type(message) != IcmpHeader.ECHO_REPLY) {
            return ICMP;
        }
        int externalPort =
                isQuery
                        ? IcmpHeader.identifier(message)
                        : Memory.u16(message + TcpHeader.DESTINATION_PORT);
        int mapping = mappings.ofExternal(addressIndex, protocol, externalPort);
        if (mapping == InboundIndex.NONE || !passesPackets(mapping)) {
            return NO_MAPPING;
        }
        int remotePort = isQuery ? 0 : Memory.u16(message + TcpHeader.SOURCE_PORT);
        int internalPort = tables.mappings.internalPort(mapping);
        long key0 =
                SessionTable.key0(tables.mappings.internalIp(mapping), Ipv4Header.source(packet));
        long key1 = SessionTable.key1(REALM, protocol, internalPort, remotePort);
        int hash = tables.sessions.hash(key0, key1);
        int session = tables.sessions.find(key0, key1, hash);
        if (session == SessionTable.NONE) {
            int refusal = filter(mapping, message, protocol, nowNs);
            if (refusal != PacketCheck.OK) {
                return refusal;
            }
            session =
                    mappings.sessions()
                            .open(mapping, key0, key1, hash, SessionTable.INBOUND, nowNs);
            assert session != SessionTable.NONE : "room for the session was not looked for";
        } else if (isElsewhere(mapping, session)) {
            return FILTERED;
        } else if (protocol == Protocol.TCP
                && mappings.sessions().isHeldAgainst(session, message)) {
            return TIME_WAIT;
        }
        return forward(packet, message, protocol, session, nowNs);
    }

    private boolean passesPackets(int mapping) {
        int state = tables.mappings.state(mapping);
        return state == MappingTable.ACTIVE
                || state == MappingTable.RESIDUAL
                || state == MappingTable.ORPHAN;
    }

    /** What is left of an old mapping passes its own sessions, not those of the tuple's new one. */
    private boolean isElsewhere(int mapping, int session) {
        return tables.mappings.state(mapping) != MappingTable.ACTIVE
                && tables.sessions.mapping(session) != mapping;
    }

    /** Whether an outside host may open a session: endpoint-independent filtering, with bounds. */
    private int filter(int mapping, long message, int protocol, long nowNs) {
        if (protocol == Protocol.ICMP
                || (protocol == Protocol.TCP && !TcpHeader.isOpening(message))) {
            return NO_SESSION;
        }
        if (tables.mappings.state(mapping) != MappingTable.ACTIVE) {
            return FILTERED;
        }
        if (tables.mappings.inboundSessions(mapping) >= sessionsPerMapping) {
            return INBOUND_QUOTA;
        }
        if (!quotas.hasInboundSessionLeft(tables.mappings.subscriber(mapping))) {
            return SESSION_QUOTA;
        }
        if (tables.sessions.size() >= tableShare) {
            return TABLE_FULL;
        }
        boolean isSlowEnough = tables.mappings.takeInboundToken(mapping, nowNs, intervalNs, burst);
        return isSlowEnough ? PacketCheck.OK : INBOUND_RATE;
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
