package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.io.VnetHeader;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpHeader;

/**
 * Whether an outside host may open a session on a mapping: filtering by the rules of the
 * subscriber's profile, the bounds of what outside hosts may open, and a look at the packet itself.
 * Only packets without a session are asked about, so a change of rules never cuts one that is there
 * (NAT-FLT-004), and a refused packet changes nothing but its counter (RFC 7857 §7). Owned by the
 * shard thread.
 */
final class Filtering {
    private static final int NO_SESSION = ShardCounters.index(NatCounter.DROP_NO_SESSION);
    private static final int FILTERED = ShardCounters.index(NatCounter.DROP_FILTERED);
    private static final int PEER_FILTER = ShardCounters.index(NatCounter.DROP_PEER_FILTER);
    private static final int STRANGER = ShardCounters.index(NatCounter.DROP_STRANGER);
    private static final int INBOUND_QUOTA = ShardCounters.index(NatCounter.DROP_INBOUND_QUOTA);
    private static final int SUBSCRIBER_QUOTA =
            ShardCounters.index(NatCounter.DROP_INBOUND_SUBSCRIBER_QUOTA);
    private static final int TOTAL_QUOTA = ShardCounters.index(NatCounter.DROP_INBOUND_TOTAL_QUOTA);
    private static final int SESSION_QUOTA = ShardCounters.index(NatCounter.DROP_SESSION_QUOTA);
    private static final int TABLE_FULL = ShardCounters.index(NatCounter.DROP_TABLE_FULL);
    private static final int IPV4_CHECKSUM = ShardCounters.index(NatCounter.DROP_IPV4_CHECKSUM);
    private static final int CHECKSUM = ShardCounters.index(NatCounter.DROP_CHECKSUM);
    private static final int INBOUND_RATE = ShardCounters.index(NatCounter.DROP_INBOUND_RATE);

    private final Tables tables;
    private final Mappings mappings;
    private final Quotas quotas;
    private final int tableShare;

    Filtering(Tables tables, Mappings mappings, Quotas quotas) {
        this.tables = tables;
        this.mappings = mappings;
        this.quotas = quotas;
        // The last part is for what subscribers open themselves: outside hosts cannot take the
        // shard's table from them.
        tableShare = tables.sessions.capacity() - tables.sessions.capacity() / 8;
    }

    /** {@link PacketCheck#OK}, or why the packet opens no session on the mapping. */
    int verdict(int mapping, long packet, long message, int protocol, long nowNs) {
        if (protocol == Protocol.ICMP
                || (protocol == Protocol.TCP && !TcpHeader.isOpening(message))) {
            return NO_SESSION;
        }
        if (tables.mappings.state(mapping) != MappingTable.ACTIVE) {
            return FILTERED;
        }
        ProfileRules rules = tables.rules.now();
        int profile = tables.rules.profile(tables.mappings.subscriber(mapping));
        if (!isOpenTo(mapping, Ipv4Header.source(packet), protocol, rules, profile)) {
            return STRANGER;
        }
        if (!isAdmitted(mapping, packet, message)) {
            return PEER_FILTER;
        }
        int refusal = bounds(mapping, rules, profile);
        if (refusal == PacketCheck.OK) {
            refusal = sanity(packet, message);
        }
        if (refusal != PacketCheck.OK) {
            return refusal;
        }
        boolean isSlowEnough =
                tables.mappings.takeInboundToken(
                        mapping,
                        nowNs,
                        rules.inboundIntervalNs(profile),
                        rules.inboundBurst(profile));
        if (!isSlowEnough) {
            tell(EventKind.INBOUND_RATE, mapping);
            return INBOUND_RATE;
        }
        return PacketCheck.OK;
    }

    /** Whether outside hosts may send another packet to the mapping; asked when any is bounded. */
    boolean isWithinPacketRate(int mapping, long packet, long nowNs) {
        ProfileRules rules = tables.rules.now();
        int profile = tables.rules.profile(tables.mappings.subscriber(mapping));
        long intervalNs = rules.inboundPacketIntervalNs(profile);
        boolean isSlowEnough =
                intervalNs == 0
                        || tables.mappings.takePacketTokens(
                                mapping,
                                nowNs,
                                intervalNs,
                                rules.inboundPacketBurst(profile),
                                packets(packet));
        if (!isSlowEnough) {
            tell(EventKind.INBOUND_RATE, mapping);
        }
        return isSlowEnough;
    }

    /** As how many packets it reaches the host. */
    private static int packets(long packet) {
        int segmentBytes = VnetHeader.gsoType(packet) == 0 ? 0 : VnetHeader.gsoSizeBytes(packet);
        if (segmentBytes == 0) {
            return 1;
        }
        int header = Ipv4Header.headerBytes(packet);
        boolean isTcp = Ipv4Header.protocol(packet) == Protocol.TCP;
        header += isTcp ? TcpHeader.headerBytes(packet + header) : UdpHeader.BYTES;
        return Math.max(1, Math.ceilDiv(Ipv4Header.totalLength(packet) - header, segmentBytes));
    }

    /** Tells of a limit that stops outside hosts. */
    private void tell(EventKind kind, int mapping) {
        tables.telemetry.limit(
                kind,
                tables.mappings.subscriber(mapping),
                tables.mappings.protocol(mapping),
                tables.externalIp(tables.mappings.addressIndex(mapping)),
                tables.mappings.externalPort(mapping));
    }

    private boolean isOpenTo(
            int mapping, int remoteIp, int protocol, ProfileRules rules, int profile) {
        // RFC 6887 §11: explicit mappings are endpoint-independent, whatever else the NAT does.
        if (tables.mappings.has(mapping, MappingTable.EXPLICIT | MappingTable.STATIC)) {
            return true;
        }
        // RFC 7857 §3: who else sends to a shared port cannot be told whom it means.
        if (tables.mappings.has(mapping, MappingTable.OVERLAPPED)) {
            return false;
        }
        int filtering =
                rules.filtering(
                        profile,
                        protocol,
                        tables.mappings.internalPort(mapping),
                        tables.mappings.externalPort(mapping));
        // A peer whose address and port the host has contacted has a session.
        return filtering == ProfileRules.ENDPOINT_INDEPENDENT
                || (filtering == ProfileRules.ADDRESS_DEPENDENT
                        && mappings.sessions().contacts().has(mapping, remoteIp));
    }

    /**
     * Whether the filters of the mapping's lease, if it has any, name the peer (RFC 6887 §13.3).
     */
    private boolean isAdmitted(int mapping, long packet, long message) {
        return !tables.filters.has(mapping)
                || tables.filters.admits(
                        mapping,
                        Ipv4Header.source(packet),
                        Memory.u16(message + TcpHeader.SOURCE_PORT));
    }

    private int bounds(int mapping, ProfileRules rules, int profile) {
        int subscriber = tables.mappings.subscriber(mapping);
        if (tables.mappings.inboundSessions(mapping) >= rules.inboundPerMapping(profile)) {
            tell(EventKind.INBOUND_QUOTA, mapping);
            return INBOUND_QUOTA;
        }
        if (tables.subscribers.inboundSessions(subscriber) >= rules.inboundPerSubscriber(profile)) {
            tell(EventKind.INBOUND_QUOTA, mapping);
            return SUBSCRIBER_QUOTA;
        }
        int share = Math.ceilDiv(rules.inboundInTotal(profile), tables.config.shardCount());
        if (mappings.sessions().inboundCount() >= share) {
            tell(EventKind.INBOUND_QUOTA, mapping);
            return TOTAL_QUOTA;
        }
        if (!quotas.hasInboundSessionLeft(subscriber)) {
            tell(EventKind.SESSION_QUOTA, mapping);
            return SESSION_QUOTA;
        }
        if (tables.sessions.size() >= tableShare) {
            tell(EventKind.TABLE_FULL, mapping);
            return TABLE_FULL;
        }
        return PacketCheck.OK;
    }

    /** Only for packets that open sessions: those of others are what their checksums say. */
    static int sanity(long packet, long message) {
        if (!Checksums.isIpv4HeaderRight(packet)) {
            return IPV4_CHECKSUM;
        }
        boolean isRight =
                VnetHeader.needsChecksum(packet) || Checksums.isTransportRight(packet, message);
        return isRight ? PacketCheck.OK : CHECKSUM;
    }
}
