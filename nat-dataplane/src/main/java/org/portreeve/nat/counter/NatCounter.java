package org.portreeve.nat.counter;

import java.util.Locale;

/**
 * Everything a shard counts. A drop reason is its counter: there is no way to drop a packet without
 * saying why. For each shard, and so for the node:
 *
 * <p>{@code RECEIVED + HANDED_IN + GENERATED = FORWARDED + HANDED_OUT + drops + packets that wait}.
 */
public enum NatCounter {
    RECEIVED("Packets read from the inside or outside device"),
    FORWARDED("Packets translated and sent"),
    OUTBOUND_PACKETS("Packets sent to the outside; one of many segments counts once"),
    OUTBOUND_OCTETS("Octets of IPv4 packets sent to the outside"),
    INBOUND_PACKETS("Packets sent to the inside; one of many segments counts once"),
    INBOUND_OCTETS("Octets of IPv4 packets sent to the inside"),
    DEDICATED_OUTBOUND(
            "Packets of hosts with an external address of their own, with that as the source"),
    DEDICATED_INBOUND("Packets to such an address, from outside or inside, sent to its host"),
    HANDED_OUT("Packets passed to the shard that owns the external address"),
    HANDED_IN("Packets taken over from another shard"),
    GENERATED("ICMP errors of the translator itself, to subscribers or to outside hosts"),
    GENERATED_SUPPRESSED(
            "ICMP errors that it did not make: over the rate of translator.icmp-errors"),
    SYNS_HELD(
            "Unsolicited SYNs that wait for the host inside to open their connection, then are"
                    + " answered (RFC 5382 REQ-4)"),
    SYNS_NOT_HELD("Unsolicited SYNs that are never answered: too many wait; a scan or an attack"),
    PARKED("Packets that had to wait for a pairing or a port block; each leaves as another count"),
    DROP_NOT_IPV4("Not an IPv4 packet; IPv6 noise of the device itself is normal"),
    DROP_TRUNCATED("IPv4 or transport header does not fit the received octets"),
    DROP_FRAGMENT("IP fragment at a shared address; this version does not reassemble"),
    DROP_PROTOCOL(
            "Neither TCP, UDP nor ICMP, nor one of those below, at a shared address (RFC 6888"
                    + " REQ-1); a dedicated address carries every protocol"),
    DROP_GRE("GRE (protocol 47) at a shared address; a subscriber's PPTP needs a dedicated one"),
    DROP_ESP("ESP (protocol 50) at a shared address; IPsec crosses in UDP, or by a dedicated one"),
    DROP_SCTP("SCTP (protocol 132) at a shared address"),
    DROP_ICMP("ICMP that does not cross a NAT: neither query, answer nor error (RFC 5508 REQ-11)"),
    DROP_ICMP_CHECKSUM("ICMP error with a wrong checksum, its own or the quoted IPv4 header's"),
    DROP_ICMP_QUOTE("ICMP error that quotes no head of a TCP, UDP or ICMP query packet"),
    DROP_ICMP_NO_SESSION("ICMP error about a packet of no session; late or forged"),
    DROP_ICMP_TOO_BIG("Packet-too-big of a subscriber below 576 octets, or too many of them"),
    DROP_ICMP_SEQUENCE(
            "Packet-too-big about a TCP segment outside the connection's window; late or forged"),
    DROP_TTL("Packet that has come too far; traceroute is normal, many are a routing loop"),
    DROP_SOURCE_ROUTE("Packet that prescribes its own way (RFC 5508 §7.3); a scan"),
    DROP_TCP_FLAGS("TCP flags that no sane host sends (SYN+FIN, SYN+RST, none); a scan"),
    DROP_SPOOFED("Source from inside that is no subscriber; look for a wrong prefix or an attack"),
    DROP_MARTIAN(
            "Destination that cannot be reached through a NAT: multicast, loopback, zero, and the PCP"
                    + " anycast address 192.0.0.9, which is not for the outside (RFC 7723)"),
    DROP_TO_INSIDE("Subscriber addressed another subscriber's internal address"),
    DROP_FOREIGN_SOURCE("Packet from outside that claims a subscriber's address; an attack"),
    DROP_POOL_SOURCE("Packet from outside that claims an external address of this node; an attack"),
    DROP_MARTIAN_SOURCE(
            "Packet from outside whose source nobody can have: multicast, loopback, zero"),
    DROP_NOT_OURS("Packet from outside for an address that is no external one; check the routes"),
    DROP_UNPAIRED("No external address could be paired with the host; it was told"),
    DROP_WAIT_FULL("Too many packets wait for a pairing or a port block; the host was told"),
    DROP_WAIT_EXPIRED("A pairing or a port block came too late for the packet that waited"),
    DROP_NO_RECORD("No record of the port block could be made; look at the journal and its disk"),
    DROP_BUSY("Port control has no place for another event; it is overloaded or stuck"),
    DROP_HANDOVER_FULL("The shard that owns the address does not keep up"),
    DROP_NO_SESSION("TCP segment that is no SYN, or echo reply, without a session"),
    DROP_NO_MAPPING("Inbound packet to an external port that nobody holds; scans are normal"),
    DROP_FILTERED("Inbound packet to a mapping that accepts no new sessions"),
    DROP_STRANGER("Inbound packet of a peer that the host has not contacted, where filtering asks"),
    DROP_PEER_FILTER(
            "Inbound packet of a peer that the filters of its lease do not name (RFC 6887 §13.3)"),
    DROP_IPV4_CHECKSUM("Inbound packet without a session, and with a wrong IPv4 header checksum"),
    DROP_CHECKSUM("Inbound packet without a session, and with a wrong TCP or UDP checksum"),
    DROP_PORTS_EXHAUSTED("The subscriber's paired address has no free port or block left"),
    DROP_PORT_QUOTA(
            "Subscriber is at its quota of ports, in all or of one protocol (RFC 6888 REQ-4)"),
    DROP_SUBSCRIBER_DRAINED("Packet that needed a new mapping of a subscriber that staff drain"),
    DROP_SESSION_QUOTA("Subscriber is at its session quota (RFC 6888 REQ-5)"),
    DROP_SESSION_RATE("Subscriber opens sessions faster than its quota allows"),
    DROP_INBOUND_QUOTA("Mapping has as many sessions from outside as the profile allows"),
    DROP_INBOUND_SUBSCRIBER_QUOTA(
            "Subscriber has as many sessions from outside as its profile allows"),
    DROP_INBOUND_TOTAL_QUOTA("Shard has as many sessions from outside as the profile allows"),
    DROP_INBOUND_RATE("Outside hosts open sessions on a mapping faster than the profile allows"),
    DROP_INBOUND_PACKETS("Outside hosts send more packets to a mapping than the profile allows"),
    DROP_TIME_WAIT("SYN of a connection that both sides closed; its tuple is held for a while"),
    DROP_TABLE_FULL("Session or mapping table of the shard is full; raise translator.capacity"),
    DROP_SEND("The device refused the packet; its queue is full or it is down"),
    SESSIONS_OPENED("Sessions made"),
    SESSIONS_ENDED("Sessions removed"),
    MAPPINGS_MADE("Mappings made, implicit and explicit"),
    MAPPINGS_ENDED("Mappings ended; their ports rest"),
    BLOCKS_LEASED("Port blocks given to subscribers"),
    BLOCKS_RELEASED("Port blocks given back"),
    RST_OUT_OF_WINDOW("TCP resets that belong to no connection; forwarded, but ignored"),
    KEPT_SESSIONS("Sessions that a planned restart kept"),
    KEPT_MAPPINGS("Mappings, and ports that rest, that a planned restart kept or found restored"),
    UNKEPT_EXPIRED("Sessions and rests of ports whose time ran out while the node was restarted"),
    UNKEPT_ADDRESS("Mappings not kept over a restart: their external address left the pool"),
    UNKEPT_UNPAIRED("Mappings not kept over a restart: their host is not paired as it was"),
    UNKEPT_PORT("Mappings not kept over a restart: their port is another's, or out of the ranges"),
    UNKEPT_TUPLE("Sessions not kept over a restart: another with the same ends was there first"),
    UNKEPT_TABLE_FULL("Mappings and sessions not kept over a restart: the table is full"),
    TELEMETRY_LOST("Events that the telemetry ring had no place for"),
    TELEMETRY_REPEATED("Limits hit that were not told because they were told a moment before");

    private final String help;

    NatCounter(String help) {
        this.help = help;
    }

    /** What an operator should conclude. */
    public String help() {
        return help;
    }

    /** The metric's name, such as {@code nat_drop_no_mapping_total}. */
    public String metricName() {
        return "nat_" + name().toLowerCase(Locale.ROOT) + "_total";
    }

    /** Whether a packet that counts here went no further. */
    public boolean isDrop() {
        return name().startsWith("DROP_");
    }
}
