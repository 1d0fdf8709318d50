package org.portreeve.nat.shard;

import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.PortTimer;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.nat.icmp.EmbeddedPacket;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.rules.UnwantedReply;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.snapshot.KeptSession;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpReply;

/**
 * How sessions begin, are kept alive, and end. A packet only writes when it was seen; the wheel
 * looks again when the timer fires. Only outbound packets keep a session, unless its subscriber's
 * profile has inbound refresh on (RFC 4787 REQ-6, RFC 7857 §7). Owned by the shard thread.
 */
final class Sessions {
    /** Direction of what the host sends. */
    static final int OUTBOUND = 0;

    /** Direction of what the host receives. */
    static final int INBOUND = 1;

    private static final int STUN_ERROR = ProfileRules.code(UnwantedReply.STUN_ERROR);
    private static final int IKE_SYNTAX = ProfileRules.code(UnwantedReply.IKE_INVALID_SYNTAX);
    private static final int OPTION_END = 0;
    private static final int OPTION_NOP = 1;
    private static final int OPTION_WINDOW_SCALE = 3;
    private static final int MAX_WINDOW_SCALE = 14;

    /** The widest that a segment tells, before it is scaled. */
    private static final int MAX_WINDOW = 0xffff;

    private static final long MILLISECOND_NS = 1_000_000L;

    private final Tables tables;
    private final SessionTable rows;
    private final MappingTable mappings;
    private final Mappings owner;
    private final Contacts contacts;
    private final ShardLink link;
    private final long udpIdleNs;
    private final long icmpIdleNs;
    private final int[] udpPortIdleMs = new int[PortTimer.MAX_PORT + 1];
    private final long[] tcpIdleNs = new long[3];
    private int inboundSessions;

    Sessions(Tables tables, Mappings owner, ShardLink link) {
        this.link = link;
        this.tables = tables;
        this.rows = tables.sessions;
        this.mappings = tables.mappings;
        this.owner = owner;
        this.contacts = new Contacts(tables);
        NatConfig.Timers timers = tables.config.timers();
        udpIdleNs = timers.udpIdleNs();
        icmpIdleNs = timers.icmpIdleNs();
        for (PortTimer each : timers.udpPorts()) {
            udpPortIdleMs[each.port()] = (int) (each.idleNs() / MILLISECOND_NS);
        }
        tcpIdleNs[TcpTransitions.IDLE_OPENING] = timers.tcpOpeningIdleNs();
        tcpIdleNs[TcpTransitions.IDLE_ESTABLISHED] = timers.tcpEstablishedIdleNs();
        tcpIdleNs[TcpTransitions.IDLE_CLOSING] = timers.tcpClosingIdleNs();
    }

    /** Whom hosts have contacted. */
    Contacts contacts() {
        return contacts;
    }

    /** Sessions of the shard that outside hosts opened. */
    int inboundCount() {
        return inboundSessions;
    }

    /**
     * Adds a session to a mapping and arms its timer; {@link SessionTable#NONE} when the table is
     * full. The caller has checked quotas.
     */
    int open(int mapping, long key0, long key1, int hash, int flags, long nowNs) {
        int row = rows.add(key0, key1, hash);
        if (row == SessionTable.NONE) {
            return row;
        }
        int subscriber = mappings.subscriber(mapping);
        int externalIp = tables.externalIp(mappings.addressIndex(mapping));
        rows.external(row, externalIp, mappings.externalPort(mapping));
        rows.mapping(row, mapping);
        rows.subscriber(row, subscriber);
        rows.flags(row, flags);
        rows.lastSeenNs(row, nowNs);
        boolean isInbound = (flags & SessionTable.INBOUND) != 0;
        if (rows.protocol(row) == Protocol.TCP) {
            rows.tcpState(row, isInbound ? TcpTransitions.S_INIT : TcpTransitions.C_INIT);
        }
        if (isInbound) {
            int profile = tables.rules.profile(subscriber);
            rows.ownIdleMs(row, tables.rules.now().unrepliedMs(profile));
        } else if (rows.protocol(row) == Protocol.UDP
                && rows.remotePort(row) <= PortTimer.MAX_PORT) {
            rows.ownIdleMs(row, udpPortIdleMs[rows.remotePort(row)]);
        }
        link(mapping, row);
        tables.subscribers.addSessions(subscriber, 1);
        tables.wheel.arm(row, nowNs + idleNs(row));
        tables.counters.increment(NatCounter.SESSIONS_OPENED);
        return row;
    }

    /**
     * The same for one that a client asked for and no packet opened. What the two sides of a
     * connection have told each other may lie before it, so every window that there can be is taken
     * for theirs.
     */
    int openForPeer(int mapping, long key0, long key1, int hash, long nowNs) {
        int row = open(mapping, key0, key1, hash, 0, nowNs);
        if (row != SessionTable.NONE && rows.protocol(row) == Protocol.TCP) {
            rows.tcpState(row, TcpTransitions.PEERED);
            rows.windowScale(row, OUTBOUND, MAX_WINDOW_SCALE);
            rows.windowScale(row, INBOUND, MAX_WINDOW_SCALE);
        }
        return row;
    }

    /** A client asked for the session (RFC 6887 §12): it lives until then at least. */
    void keep(int row, long untilNs, long nowNs) {
        reply(row, nowNs);
        rows.flags(row, rows.flags(row) | SessionTable.KEPT);
        rows.keptUntilNs(row, untilNs);
        tables.wheel.arm(row, nowNs + remainingNs(row, nowNs));
    }

    /** Traffic alone keeps it from now on. */
    void release(int row, long nowNs) {
        rows.flags(row, rows.flags(row) & ~SessionTable.KEPT);
        tables.wheel.arm(row, nowNs + remainingNs(row, nowNs));
    }

    /** How long the session lives on if nothing more is sent or asked. */
    long remainingNs(int row, long nowNs) {
        long idleLeftNs = rows.lastSeenNs(row) + idleNs(row) - nowNs;
        long keptNs = isKept(row) ? rows.keptUntilNs(row) - nowNs : 0;
        return Math.max(0, Math.max(idleLeftNs, keptNs));
    }

    /** RFC 6887 §12.3: FINs and RSTs end what a PEER keeps as they end any session. */
    private boolean isKept(int row) {
        return (rows.flags(row) & SessionTable.KEPT) != 0
                && (rows.protocol(row) != Protocol.TCP
                        || TcpTransitions.idleClass(rows.tcpState(row))
                                != TcpTransitions.IDLE_CLOSING);
    }

    /**
     * Sets what a planned restart kept of a session that was just opened again; false when its time
     * ran out meanwhile, and then it is gone.
     */
    boolean restore(int row, KeptSession kept, long lastSeenNs, long nowNs) {
        rows.tcpState(row, kept.tcpState());
        rows.lastSeenNs(row, lastSeenNs);
        rows.ownIdleMs(row, kept.ownIdleMs());
        if (rows.protocol(row) == Protocol.TCP) {
            restore(row, OUTBOUND, kept.outbound());
            restore(row, INBOUND, kept.inbound());
        }
        long remainingNs = remainingNs(row, nowNs);
        if (remainingNs == 0) {
            remove(row);
            return false;
        }
        tables.wheel.arm(row, nowNs + remainingNs);
        return true;
    }

    private void restore(int row, int direction, KeptSession.Window window) {
        if (window.isKnown()) {
            rows.acknowledged(row, direction, window.acknowledgement(), window.octets());
        }
        rows.windowScale(row, direction, window.scale());
    }

    /** What a planned restart has to keep of a session. */
    KeptSession kept(int row, long nowNs) {
        boolean isTcp = rows.protocol(row) == Protocol.TCP;
        return new KeptSession(
                rows.remoteIp(row),
                rows.remotePort(row),
                // Port control says anew what is kept for whom.
                rows.flags(row) & ~SessionTable.KEPT,
                rows.tcpState(row),
                Math.max(0, nowNs - rows.lastSeenNs(row)),
                rows.ownIdleMs(row),
                isTcp ? window(row, OUTBOUND) : KeptSession.Window.UNKNOWN,
                isTcp ? window(row, INBOUND) : KeptSession.Window.UNKNOWN);
    }

    private KeptSession.Window window(int row, int direction) {
        return new KeptSession.Window(
                rows.hasAcknowledged(row, direction),
                rows.acknowledgement(row, direction),
                rows.window(row, direction),
                rows.windowScale(row, direction));
    }

    /** Removes a session; what becomes of its mapping is for the caller to settle. */
    void remove(int row) {
        if ((rows.flags(row) & SessionTable.KEPT) != 0 && link.hasEventPlace()) {
            // Without a place port control keeps what is of no use until its time is over.
            link.emit(ShardLink.Kind.SESSION_ENDED, rows.key0(row), rows.key1(row), 0, 0);
        }
        unlink(rows.mapping(row), row);
        tables.subscribers.addSessions(rows.subscriber(row), -1);
        tables.wheel.cancel(row);
        rows.remove(row);
        tables.counters.increment(NatCounter.SESSIONS_ENDED);
    }

    /** The timer of a session fired: it ends, or was used meanwhile and gets another. */
    void onTimer(int row, long nowNs) {
        if ((rows.flags(row) & SessionTable.KEPT) != 0 && rows.keptUntilNs(row) - nowNs <= 0) {
            // RFC 6887 §12.3: it reverts to what holds for implicit mappings.
            rows.flags(row, rows.flags(row) & ~SessionTable.KEPT);
        }
        long remainingNs = remainingNs(row, nowNs);
        if (remainingNs > 0) {
            tables.wheel.arm(row, nowNs + remainingNs);
            return;
        }
        int mapping = rows.mapping(row);
        remove(row);
        owner.settle(mapping, nowNs);
    }

    /** A UDP datagram or ICMP query of the host passed. */
    void onOutbound(int row, long nowNs) {
        rows.lastSeenNs(row, nowNs);
        reply(row, nowNs);
    }

    /**
     * Whether the host says by a UDP datagram that it does not want what it got, in a way that its
     * profile lists: that shows no interest (RFC 7857 §7.1).
     */
    boolean isUnwantedReply(int row, long udp) {
        ProfileRules rules = tables.rules.now();
        if (!rules.hasRefreshIgnored()) {
            return false;
        }
        int profile = tables.rules.profile(rows.subscriber(row));
        return (rules.isRefreshIgnored(profile, STUN_ERROR) && UdpReply.isStunError(udp))
                || (rules.isRefreshIgnored(profile, IKE_SYNTAX)
                        && UdpReply.isIkeInvalidSyntax(udp));
    }

    /** A UDP datagram or ICMP answer from outside passed. */
    void onInbound(int row, long nowNs) {
        if (isKeptByInbound(row)) {
            rows.lastSeenNs(row, nowNs);
        }
    }

    /** Not those that the host never answered: outside hosts would keep what nobody wants. */
    private boolean isKeptByInbound(int row) {
        return tables.rules.refreshesInbound(rows.subscriber(row)) && rows.isWanted(row);
    }

    /** A TCP segment of the host passed. */
    void onOutboundTcp(int row, long tcp, long nowNs) {
        int flags = TcpHeader.flags(tcp);
        boolean changed = advance(row, tcp, flags, OUTBOUND, nowNs);
        // RFC 7857 §7.1: a reset that answers an unwanted segment shows no interest.
        if (changed || (flags & TcpHeader.RST) == 0) {
            rows.lastSeenNs(row, nowNs);
            reply(row, nowNs);
        }
    }

    /** A TCP segment from outside passed. */
    void onInboundTcp(int row, long tcp, long nowNs) {
        boolean changed = advance(row, tcp, TcpHeader.flags(tcp), INBOUND, nowNs);
        if (changed || isKeptByInbound(row)) {
            rows.lastSeenNs(row, nowNs);
        }
    }

    /** Whether a segment would open anew what both sides have closed: the tuple is held. */
    boolean isHeldAgainst(int row, long tcp) {
        return rows.tcpState(row) == TcpTransitions.BOTH_FIN
                && (TcpHeader.flags(tcp) & TcpHeader.SYN) != 0;
    }

    /**
     * Whether what says that a packet of this direction was too big may be true: a TCP segment lies
     * in the window that its receiver has opened (RFC 5927 §4.1), as far as it is known.
     */
    boolean mayBeTooBig(int row, int direction, long icmp) {
        return EmbeddedPacket.protocol(icmp) != Protocol.TCP
                || belongs(row, EmbeddedPacket.sequence(icmp), direction, rows.tcpState(row));
    }

    /** How long the session lives on if the host sends nothing more; 0 when it never sent. */
    long outboundRemainingNs(int row, long nowNs) {
        return rows.isWanted(row) ? Math.max(0, rows.lastSeenNs(row) + idleNs(row) - nowNs) : 0;
    }

    private boolean advance(int row, long tcp, int flags, int direction, long nowNs) {
        int state = rows.tcpState(row);
        boolean isReset = (flags & TcpHeader.RST) != 0;
        if (isReset && !belongs(row, Memory.u32(tcp + TcpHeader.SEQUENCE), direction, state)) {
            tables.counters.increment(NatCounter.RST_OUT_OF_WINDOW);
            return false;
        }
        if (!isReset) {
            track(row, tcp, flags, direction, state);
        }
        int next = TcpTransitions.next(state, TcpTransitions.event(flags, direction == OUTBOUND));
        if (next == state) {
            return false;
        }
        rows.tcpState(row, next);
        // A shorter idle time is not noticed by a timer that was set for a longer one.
        if (tcpIdleNs[TcpTransitions.idleClass(next)]
                < tcpIdleNs[TcpTransitions.idleClass(state)]) {
            tables.wheel.arm(row, nowNs + tcpIdleNs[TcpTransitions.idleClass(next)]);
        }
        return true;
    }

    /** Whether a segment lies in the window that its receiver has opened (RFC 5961 §3). */
    private boolean belongs(int row, int sequence, int direction, int state) {
        int receiver = 1 - direction;
        if (isOpening(state) || !rows.hasAcknowledged(row, receiver)) {
            return true;
        }
        int beyond = sequence - rows.acknowledgement(row, receiver);
        return Integer.compareUnsigned(beyond, rows.window(row, receiver)) <= 0;
    }

    private void track(int row, long tcp, int flags, int direction, int state) {
        if ((flags & TcpHeader.ACK) != 0) {
            // RFC 7323 §2.2: the window of a SYN is never scaled.
            int scale = (flags & TcpHeader.SYN) != 0 ? 0 : rows.windowScale(row, direction);
            int window = Memory.u16(tcp + TcpHeader.WINDOW) << scale;
            int acknowledgement = Memory.u32(tcp + TcpHeader.ACKNOWLEDGMENT);
            if (isOpening(state) || isNext(row, direction, acknowledgement)) {
                rows.acknowledged(row, direction, acknowledgement, window);
            }
        }
        // A SYN to an open connection is forged or lost its way, and changes nothing.
        if ((flags & TcpHeader.SYN) != 0 && isOpening(state)) {
            rows.windowScale(row, direction, windowScaleOption(tcp));
        }
    }

    /**
     * Whether a side may acknowledge so much after what it said last: one that is behind comes
     * late, one beyond every window that the side can open is forged (RFC 5961 §5). Not the last
     * window: one that was closed is probed, and what was on the way when it shrank arrives.
     */
    private boolean isNext(int row, int direction, int acknowledgement) {
        int further = acknowledgement - rows.acknowledgement(row, direction);
        int widest = MAX_WINDOW << rows.windowScale(row, direction);
        return !rows.hasAcknowledged(row, direction)
                || Integer.compareUnsigned(further, widest) <= 0;
    }

    private static boolean isOpening(int state) {
        return TcpTransitions.idleClass(state) == TcpTransitions.IDLE_OPENING;
    }

    /** The window scale that a SYN offers, 0 when it offers none (RFC 7323 §2.2). */
    private static int windowScaleOption(long tcp) {
        int end = TcpHeader.headerBytes(tcp);
        int at = TcpHeader.MIN_BYTES;
        while (at < end) {
            int kind = Memory.u8(tcp + at);
            if (kind == OPTION_END) {
                return 0;
            }
            int length = kind == OPTION_NOP || at + 1 == end ? 1 : Memory.u8(tcp + at + 1);
            if (kind == OPTION_WINDOW_SCALE && length == 3 && at + 2 < end) {
                return Math.min(MAX_WINDOW_SCALE, Memory.u8(tcp + at + 2));
            }
            at += Math.max(1, length);
        }
        return 0;
    }

    private long idleNs(int row) {
        int ownIdleMs = rows.ownIdleMs(row);
        if (ownIdleMs != 0) {
            return ownIdleMs * MILLISECOND_NS;
        }
        return switch (rows.protocol(row)) {
            case Protocol.TCP -> tcpIdleNs[TcpTransitions.idleClass(rows.tcpState(row))];
            case Protocol.UDP -> udpIdleNs;
            default -> icmpIdleNs;
        };
    }

    private void reply(int row, long nowNs) {
        if (!rows.isWanted(row)) {
            rows.flags(row, rows.flags(row) | SessionTable.REPLIED);
            rows.ownIdleMs(row, 0);
            mappings.addUnrepliedSessions(rows.mapping(row), -1);
            contacts.onContact(row);
            // The time that counts now may be shorter than the one its timer was set for.
            tables.wheel.arm(row, nowNs + idleNs(row));
        }
    }

    private void link(int mapping, int row) {
        int head = mappings.firstSession(mapping);
        rows.next(row, head);
        rows.previous(row, SessionTable.NONE);
        if (head != SessionTable.NONE) {
            rows.previous(head, row);
        }
        mappings.firstSession(mapping, row);
        count(mapping, row, 1);
        if (rows.isWanted(row)) {
            contacts.onContact(row);
        }
    }

    private void unlink(int mapping, int row) {
        int next = rows.next(row);
        int previous = rows.previous(row);
        if (next != SessionTable.NONE) {
            rows.previous(next, previous);
        }
        if (previous != SessionTable.NONE) {
            rows.next(previous, next);
        } else {
            mappings.firstSession(mapping, next);
        }
        count(mapping, row, -1);
        if (rows.isWanted(row)) {
            contacts.onEnd(row);
        }
    }

    private void count(int mapping, int row, int change) {
        if ((rows.flags(row) & SessionTable.INBOUND) == 0) {
            mappings.addOwnSessions(mapping, change);
            return;
        }
        mappings.addInboundSessions(mapping, change);
        tables.subscribers.addInboundSessions(rows.subscriber(row), change);
        inboundSessions += change;
        if (!rows.isWanted(row)) {
            mappings.addUnrepliedSessions(mapping, change);
        }
    }
}
