package org.portreeve.nat.model;

import java.util.HashMap;
import java.util.Map;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.PortTimer;
import org.portreeve.nat.model.ReferenceNat.SessionKey;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.wire.TcpHeader;

/** What a session is, and what each packet makes of it. One thread. */
final class ReferenceSession {
    final ReferenceMapping mapping;
    final SessionKey key;
    final boolean isInbound;
    boolean isReplied;
    int tcpState;
    long lastSeenNs;

    /** How long it lives without an answer, by the rules when it began. */
    long unrepliedNs;

    /** What each side, true for the host's, acknowledged last. */
    private final Map<Boolean, TestPacket.Numbers> acknowledged = new HashMap<>();

    ReferenceSession(ReferenceMapping mapping, SessionKey key, boolean isInbound) {
        this.mapping = mapping;
        this.key = key;
        this.isInbound = isInbound;
    }

    /** Whether the host opened or answered it. */
    boolean isWanted() {
        return !isInbound || isReplied;
    }

    /** SEED-B-020: what both sides closed is held against another SYN. */
    boolean isHeldAgainst(TestPacket packet) {
        return tcpState == TcpTransitions.BOTH_FIN && packet.has(TcpHeader.SYN);
    }

    /** A packet passes: only what the host sends keeps a session (NAT-UDP-002, SEED-B-087). */
    void use(TestPacket packet, boolean isOutbound, long nowNs, boolean inboundRefresh) {
        boolean isTcp = packet.protocol() == Protocol.TCP;
        boolean hasChanged = isTcp && advance(packet, isOutbound);
        boolean showsInterest = isOutbound && !(isTcp && packet.has(TcpHeader.RST));
        if (isOutbound && (hasChanged || showsInterest)) {
            isReplied = true;
        }
        boolean refreshes = !isOutbound && inboundRefresh && (!isInbound || isReplied);
        if (hasChanged || showsInterest || refreshes) {
            lastSeenNs = nowNs;
        }
    }

    private boolean advance(TestPacket packet, boolean isOutbound) {
        int before = tcpState;
        boolean isReset = packet.has(TcpHeader.RST);
        if (isReset && !belongs(packet, isOutbound)) {
            return false;
        }
        if (!isReset && packet.has(TcpHeader.ACK) && isNext(packet, isOutbound)) {
            acknowledged.put(isOutbound, packet.numbers());
        }
        int event = TcpTransitions.event(packet.type(), isOutbound);
        tcpState = TcpTransitions.next(before, event);
        return tcpState != before;
    }

    /** SEED-A-085: what is behind, or beyond the widest window, is late or forged. */
    private boolean isNext(TestPacket packet, boolean isOutbound) {
        var last = acknowledged.get(isOutbound);
        if (TcpTransitions.idleClass(tcpState) == TcpTransitions.IDLE_OPENING || last == null) {
            return true;
        }
        long further = packet.numbers().acknowledgment() - last.acknowledgment() & 0xffff_ffffL;
        return further <= 0xffff;
    }

    /** RFC 5961 §3: a reset counts inside the window that its receiver announced (SEED-B-043). */
    private boolean belongs(TestPacket packet, boolean isOutbound) {
        var receiver = acknowledged.get(!isOutbound);
        if (TcpTransitions.idleClass(tcpState) == TcpTransitions.IDLE_OPENING || receiver == null) {
            return true;
        }
        long beyond = packet.numbers().sequence() - receiver.acknowledgment() & 0xffff_ffffL;
        return beyond <= receiver.window();
    }

    /** What a failure of the comparison is told with. */
    String describe(long nowNs, NatConfig config) {
        return "%s %s%s tcp %d seen %f s ago, ends in %f s"
                .formatted(
                        key,
                        isInbound ? "inbound" : "outbound",
                        isReplied ? " replied" : "",
                        tcpState,
                        (nowNs - lastSeenNs) / 1e9,
                        (deadlineNs(config) - nowNs) / 1e9);
    }

    long deadlineNs(NatConfig config) {
        NatConfig.Timers timers = config.timers();
        if (!isWanted()) {
            return lastSeenNs + unrepliedNs;
        }
        return lastSeenNs
                + switch (key.internal().protocol()) {
                    case Protocol.UDP -> udpIdleNs(timers);
                    case Protocol.ICMP -> timers.icmpIdleNs();
                    default ->
                            switch (TcpTransitions.idleClass(tcpState)) {
                                case TcpTransitions.IDLE_OPENING -> timers.tcpOpeningIdleNs();
                                case TcpTransitions.IDLE_CLOSING -> timers.tcpClosingIdleNs();
                                default -> timers.tcpEstablishedIdleNs();
                            };
                };
    }

    /** NAT-UDP-003: only what the host opened is of the kind that the port says. */
    private long udpIdleNs(NatConfig.Timers timers) {
        return timers.udpPorts().stream()
                .filter(each -> !isInbound && each.port() == key.remote().port())
                .mapToLong(PortTimer::idleNs)
                .findFirst()
                .orElse(timers.udpIdleNs());
    }
}
