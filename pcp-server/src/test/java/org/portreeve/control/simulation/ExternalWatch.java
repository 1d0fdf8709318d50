package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;

/**
 * Who used which external tuple last, as the Internet sees it: nobody else may have it before it
 * has rested, whatever the tables say. What staff ever reserved is left out, for they may take a
 * port that rests.
 */
final class ExternalWatch {
    private final NatConfig.Timers timers;
    private final Map<InternalTuple, Use> uses = new HashMap<>();

    /** Ports that rest after leases, whatever process the node is. */
    private final Map<InternalTuple, Rest> rests = new HashMap<>();

    private final Set<Integer> reservedPorts = new HashSet<>();

    /** A packet left by it. */
    private record Use(InternalTuple internal, long atNs) {}

    private record Rest(InternalTuple internal, long untilNs) {}

    ExternalWatch(NatConfig nat) {
        timers = nat.timers();
    }

    /** A port of any address may be taken for a reservation from now on. */
    void onReserved(int externalPort) {
        reservedPorts.add(externalPort);
    }

    /** Implicit mappings are gone. */
    void onRestart() {
        uses.clear();
    }

    /** An address has another owner: nothing rests for the one before at a restart. */
    void onMoved(int internalIp) {
        rests.values().removeIf(rest -> rest.internal.internalIp() == internalIp);
    }

    /** A packet left by an external tuple. */
    void onPacket(InternalTuple external, InternalTuple internal, long nowNs) {
        Use before = uses.put(external, new Use(internal, nowNs));
        boolean isOther = before != null && !before.internal.equals(internal);
        if (isOther && !reservedPorts.contains(external.internalPort())) {
            long leastNs = timers.holdDownNs() + leastIdleNs(external.protocol());
            assertTrue(
                    nowNs - before.atNs >= leastNs,
                    () ->
                            "%s went from %s to %s within %d ms"
                                    .formatted(
                                            external,
                                            before.internal,
                                            internal,
                                            (nowNs - before.atNs) / 1_000_000));
        }
        checkRest(external, internal, nowNs);
    }

    /**
     * Port control told of a mapping.
     *
     * @param sinceNs not later than what the event tells of: it tells of it when it is durable
     */
    void onEvent(MappingEvent event, long sinceNs, long nowNs) {
        MappingView mapping = event.mapping();
        InternalTuple external =
                InternalTuple.of(
                        mapping.internal().protocol(),
                        mapping.externalIp(),
                        mapping.externalPort());
        switch (event) {
            case MappingEvent.Made _ -> {
                if (mapping.origin() != MappingOrigin.STATIC) {
                    checkRest(external, mapping.internal(), nowNs);
                }
                rests.remove(external);
            }
            case MappingEvent.Changed _ -> {}
            case MappingEvent.Ended ended -> {
                if (ended.cause() != MappingEvent.Cause.STAFF) {
                    long untilNs = sinceNs + timers.explicitHoldNs(external.protocol());
                    rests.put(external, new Rest(mapping.internal(), untilNs));
                }
            }
        }
    }

    private void checkRest(InternalTuple external, InternalTuple internal, long nowNs) {
        Rest rest = rests.get(external);
        boolean isEarly = rest != null && rest.untilNs - nowNs > 0;
        if (isEarly && !reservedPorts.contains(external.internalPort())) {
            assertTrue(
                    rest.internal.equals(internal),
                    () ->
                            external
                                    + " rests for "
                                    + rest.internal
                                    + ", and "
                                    + internal
                                    + " has it");
        }
    }

    /** How long a mapping lives at least after a packet of its host. */
    private long leastIdleNs(int protocol) {
        return switch (protocol) {
            case Protocol.UDP -> timers.udpIdleNs();
            case Protocol.ICMP -> timers.icmpIdleNs();
            default ->
                    Math.min(
                            timers.tcpEstablishedIdleNs(),
                            Math.min(timers.tcpOpeningIdleNs(), timers.tcpClosingIdleNs()));
        };
    }
}
