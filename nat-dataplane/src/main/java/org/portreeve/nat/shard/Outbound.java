package org.portreeve.nat.shard;

import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.counter.ShardCounters;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;

/**
 * The way of a packet from a subscriber to the Internet: source check, pairing, session, mapping,
 * port, rewriting. Every method returns a verdict, which is the code of a counter. Owned by the
 * shard thread.
 */
final class Outbound {
    private static final int PARKED = ShardCounters.index(NatCounter.PARKED);
    private static final int SPOOFED = ShardCounters.index(NatCounter.DROP_SPOOFED);
    private static final int MARTIAN = ShardCounters.index(NatCounter.DROP_MARTIAN);
    private static final int TO_INSIDE = ShardCounters.index(NatCounter.DROP_TO_INSIDE);
    private static final int ICMP = ShardCounters.index(NatCounter.DROP_ICMP);
    private static final int UNPAIRED = ShardCounters.index(NatCounter.DROP_UNPAIRED);
    private static final int WAIT_FULL = ShardCounters.index(NatCounter.DROP_WAIT_FULL);
    private static final int BUSY = ShardCounters.index(NatCounter.DROP_BUSY);
    private static final int NO_RECORD = ShardCounters.index(NatCounter.DROP_NO_RECORD);
    private static final int NO_SESSION = ShardCounters.index(NatCounter.DROP_NO_SESSION);
    private static final int TIME_WAIT = ShardCounters.index(NatCounter.DROP_TIME_WAIT);

    private static final int REALM = InternalTuple.DEFAULT_REALM;

    /** Instead of a mapping: nobody has a port for it. */
    private static final int NO_PORT = MappingChoice.refusal(MappingChoice.EXHAUSTED);

    private final Tables tables;
    private final Directory directory;
    private final Mappings mappings;
    private final ShardLink link;
    private final Departures departures;
    private final Inbound inbound;
    private final MappingChoice choice;
    private final ErrorSender errorSender;
    private final OutboundErrors errors;
    private final Overlapping overlapping;
    private final Untranslated untranslated;

    Outbound(
            Tables tables,
            Directory directory,
            Mappings mappings,
            ShardLink link,
            Departures departures,
            Inbound inbound,
            MappingChoice choice,
            ErrorSender errorSender) {
        this.tables = tables;
        this.directory = directory;
        this.mappings = mappings;
        this.link = link;
        this.departures = departures;
        this.inbound = inbound;
        this.choice = choice;
        this.errorSender = errorSender;
        errors =
                new OutboundErrors(
                        tables, directory, mappings.sessions(), departures, inbound, errorSender);
        overlapping = new Overlapping(tables, mappings);
        untranslated = new Untranslated(tables);
    }

    /** Translates a checked packet that came in from inside and sends it on its way. */
    int translate(long packet, long nowNs) {
        return translate(packet, false, nowNs);
    }

    /** The same for a packet that the sender's former shard knows nothing of. */
    int translateSearched(long packet, long nowNs) {
        return translate(packet, true, nowNs);
    }

    private int translate(long packet, boolean isSearched, long nowNs) {
        int source = Ipv4Header.source(packet);
        boolean isError = Inbound.isError(packet);
        boolean isKnown =
                tables.addresses.isInside(source)
                        || (isError && tables.addresses.isInfrastructure(source));
        if (!isKnown) {
            return SPOOFED;
        }
        int destination = Ipv4Header.destination(packet);
        if (tables.addresses.isMartian(destination)) {
            return MARTIAN;
        }
        if (tables.addresses.isInside(destination)) {
            return TO_INSIDE;
        }
        if (untranslated.isOn() && untranslated.isOutbound(packet, isError)) {
            if (isError) {
                Untranslated.hideNode(packet);
            }
            return departures.send(PacketPort.OUTSIDE, packet);
        }
        if (tables.addresses.isPcpAnycast(destination)) {
            return MARTIAN;
        }
        if (isError) {
            return errors.translate(packet, isSearched, nowNs);
        }
        long pairing = directory.find(REALM, source);
        return pairing == Directory.NONE
                ? awaitPairing(packet, source, nowNs)
                : ofPaired(packet, pairing, isSearched, nowNs);
    }

    /** Goes on with a packet whose pairing was decided meanwhile. */
    int afterPairing(long packet, long nowNs) {
        long pairing = directory.find(REALM, Ipv4Header.source(packet));
        return pairing == Directory.NONE
                ? unpaired(packet, UNPAIRED, nowNs)
                : ofPaired(packet, pairing, false, nowNs);
    }

    /** Goes on with a packet of this subscriber whose block was decided meanwhile. */
    int afterBlock(long packet, int subscriber, long nowNs) {
        long pairing = directory.find(REALM, Ipv4Header.source(packet));
        boolean isSame =
                pairing != Directory.NONE
                        && Directory.subscriber(pairing) == subscriber
                        && tables.owns(Directory.addressIndex(pairing));
        return isSame
                ? ofOwnSubscriber(packet, pairing, true, nowNs)
                : unpaired(packet, UNPAIRED, nowNs);
    }

    /** Goes no further with a packet of this subscriber whose block got no record. */
    int withoutRecord(long packet, int subscriber, long nowNs) {
        long pairing = directory.find(REALM, Ipv4Header.source(packet));
        if (pairing == Directory.NONE || Directory.subscriber(pairing) != subscriber) {
            return unpaired(packet, NO_RECORD, nowNs);
        }
        return refused(packet, pairing, NO_RECORD, nowNs);
    }

    /** The host has no external address to be told from (RFC 6888 REQ-11). */
    private int unpaired(long packet, int verdict, long nowNs) {
        tables.telemetry.unpaired(Ipv4Header.source(packet));
        errorSender.refuse(packet, nowNs);
        return verdict;
    }

    /** Reads what the look-up of this packet reads first; the octets may be anything. */
    long touch(long packet) {
        long message = packet + Ipv4Header.headerBytes(packet);
        int protocol = Ipv4Header.protocol(packet);
        long key0 = SessionTable.key0(Ipv4Header.source(packet), Ipv4Header.destination(packet));
        long key1 =
                SessionTable.key1(
                        REALM, protocol, localPort(message, protocol), peerPort(message, protocol));
        return tables.sessions.touch(tables.sessions.hash(key0, key1));
    }

    private int ofPaired(long packet, long pairing, boolean isSearched, long nowNs) {
        int addressIndex = Directory.addressIndex(pairing);
        if (Directory.isMoving(pairing) && !isSearched) {
            int former = Directory.formerIndex(pairing);
            if (!tables.owns(former)) {
                return departures.handOver(former, HandoverRing.FROM_INSIDE, packet);
            }
            if (!hasState(packet)) {
                return departures.handOver(addressIndex, HandoverRing.FROM_FORMER, packet);
            }
            addressIndex = former;
        }
        if (!tables.owns(addressIndex)) {
            return departures.handOver(addressIndex, HandoverRing.FROM_INSIDE, packet);
        }
        if (Ipv4Header.timeToLive(packet) <= 1) {
            int subscriber = Directory.subscriber(pairing);
            return errorSender.expiredInside(packet, subscriber, addressIndex, nowNs);
        }
        return ofOwnSubscriber(packet, pairing, false, nowNs);
    }

    /** Whether a subscriber that was moved away has a session or a lease here for its packet. */
    private boolean hasState(long packet) {
        long message = packet + Ipv4Header.headerBytes(packet);
        int protocol = Ipv4Header.protocol(packet);
        int source = Ipv4Header.source(packet);
        int port = localPort(message, protocol);
        long key0 = SessionTable.key0(source, Ipv4Header.destination(packet));
        long key1 = SessionTable.key1(REALM, protocol, port, peerPort(message, protocol));
        if (tables.sessions.find(key0, key1, tables.sessions.hash(key0, key1))
                != SessionTable.NONE) {
            return true;
        }
        int mapping = tables.mappings.find(MappingTable.key(REALM, protocol, source, port));
        return mapping != MappingTable.NONE && mappings.isKept(mapping);
    }

    private int ofOwnSubscriber(long packet, long pairing, boolean isAdmitted, long nowNs) {
        long message = packet + Ipv4Header.headerBytes(packet);
        int protocol = Ipv4Header.protocol(packet);
        if (protocol == Protocol.ICMP && !isForwardedQuery(packet, message)) {
            return ICMP;
        }
        int source = Ipv4Header.source(packet);
        int port = localPort(message, protocol);
        long key0 = SessionTable.key0(source, Ipv4Header.destination(packet));
        long key1 = SessionTable.key1(REALM, protocol, port, peerPort(message, protocol));
        int hash = tables.sessions.hash(key0, key1);
        int session = tables.sessions.find(key0, key1, hash);
        if (session != SessionTable.NONE) {
            if (protocol == Protocol.TCP && mappings.sessions().isHeldAgainst(session, message)) {
                return TIME_WAIT;
            }
            return forward(packet, message, protocol, session, nowNs);
        }
        // Only a SYN makes state; a simultaneous open's SYN-ACK finds its session (RFC 5382 REQ-2).
        if (protocol == Protocol.TCP && !TcpHeader.isOpening(message)) {
            return NO_SESSION;
        }
        int subscriber = Directory.subscriber(pairing);
        int refusal = choice.admit(subscriber, isAdmitted, nowNs);
        if (refusal != PacketCheck.OK) {
            return refused(packet, pairing, refusal, nowNs);
        }
        long key = MappingTable.key(REALM, protocol, source, port);
        tables.ports.aim(key0, peerPort(message, protocol));
        int remoteIp = Ipv4Header.destination(packet);
        int mapping = mapping(key, pairing, remoteIp, peerPort(message, protocol), nowNs);
        if (mapping < 0) {
            return mapping == MappingChoice.AWAIT_BLOCK
                    ? awaitBlock(packet, pairing, nowNs)
                    : refused(packet, pairing, MappingChoice.verdict(mapping), nowNs);
        }
        session = mappings.sessions().open(mapping, key0, key1, hash, 0, nowNs);
        assert session != SessionTable.NONE : "room for the session was not looked for";
        return forward(packet, message, protocol, session, nowNs);
    }

    /** Nothing is ever evicted to make room: the sender is told (RFC 6888 REQ-11). */
    private int refused(long packet, long pairing, int verdict, long nowNs) {
        int subscriber = Directory.subscriber(pairing);
        errorSender.refuse(packet, subscriber, Directory.addressIndex(pairing), nowNs);
        return verdict;
    }

    private int forward(long packet, long message, int protocol, int session, long nowNs) {
        if (protocol == Protocol.TCP) {
            mappings.sessions().onOutboundTcp(session, message, nowNs);
        } else if (protocol == Protocol.ICMP
                || !mappings.sessions().isUnwantedReply(session, message)) {
            mappings.sessions().onOutbound(session, nowNs);
        }
        Rewrite.source(
                packet, tables.sessions.externalIp(session), tables.sessions.externalPort(session));
        int addressIndex = tables.pool.find(Ipv4Header.destination(packet));
        if (addressIndex == PoolAddresses.NONE) {
            return departures.send(PacketPort.OUTSIDE, packet);
        }
        // RFC 4787 REQ-9: a subscriber of ours is reached with the sender's external tuple.
        return tables.owns(addressIndex)
                ? inbound.toOwnAddress(packet, addressIndex, nowNs)
                : departures.handOver(addressIndex, HandoverRing.HAIRPIN, packet);
    }

    /** The mapping of an internal tuple, made when there is none; negative: why there is none. */
    private int mapping(long key, long pairing, int remoteIp, int remotePort, long nowNs) {
        int subscriber = Directory.subscriber(pairing);
        int addressIndex = Directory.addressIndex(pairing);
        long peers = choice.peers(key, subscriber, remoteIp, remotePort);
        int mapping = choice.mapping(key, peers, subscriber, addressIndex, true, nowNs);
        return mapping == NO_PORT && overlapping.isFor(MappingTable.protocol(key))
                ? overlapping.mapping(key, subscriber, addressIndex, remoteIp, remotePort)
                : mapping;
    }

    private int awaitBlock(long packet, long pairing, long nowNs) {
        int subscriber = Directory.subscriber(pairing);
        int bytes = Ipv4Header.totalLength(packet);
        if (tables.waiting.add(Waiting.blockKey(subscriber), packet, bytes, nowNs)) {
            return PARKED;
        }
        tables.telemetry.limit(EventKind.TABLE_FULL, subscriber, 0, 0, 0);
        return refused(packet, pairing, WAIT_FULL, nowNs);
    }

    private int awaitPairing(long packet, int source, long nowNs) {
        long key = Waiting.pairingKey(REALM, source);
        boolean isAsked = tables.waiting.count(key) > 0;
        if (tables.addresses.isInfrastructure(source)) {
            return SPOOFED;
        }
        if (!tables.waiting.hasPlace(key, Ipv4Header.totalLength(packet))) {
            return unpaired(packet, WAIT_FULL, nowNs);
        }
        if (!isAsked && !(link.hasEventPlace() && tables.waiting.ask())) {
            return unpaired(packet, BUSY, nowNs);
        }
        tables.waiting.add(key, packet, Ipv4Header.totalLength(packet), nowNs);
        if (!isAsked) {
            link.emit(ShardLink.Kind.PAIRING_WANTED, REALM, source, 0, 0);
        }
        return PARKED;
    }

    /** The port of the packet's sender, or the query identifier. */
    private static int localPort(long message, int protocol) {
        return protocol == Protocol.ICMP
                ? IcmpHeader.identifier(message)
                : Memory.u16(message + TcpHeader.SOURCE_PORT);
    }

    /** The port of the remote peer, 0 for queries. */
    private static int peerPort(long message, int protocol) {
        return protocol == Protocol.ICMP ? 0 : Memory.u16(message + TcpHeader.DESTINATION_PORT);
    }

    /** Nobody answers an echo at an address that is shared, so none is made ready for it. */
    private boolean isForwardedQuery(long packet, long icmp) {
        return IcmpHeader.isRequest(IcmpHeader.type(icmp))
                && tables.pool.find(Ipv4Header.destination(packet)) == PoolAddresses.NONE;
    }
}
