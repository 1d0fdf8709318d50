package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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
    private final Population population;
    private final Map<InternalTuple, Use> uses = new HashMap<>();

    /** Ports that rest after leases, whatever process the node is. */
    private final Map<InternalTuple, Rest> rests = new HashMap<>();

    private final Set<Integer> reservedPorts = new HashSet<>();
    private final Set<InternalTuple> reserved = new HashSet<>();

    /** A packet left by it; its mapping lives and its port rests until then at least. */
    private record Use(InternalTuple internal, long atNs, long keptUntilNs) {}

    private record Rest(InternalTuple internal, long untilNs) {}

    ExternalWatch(NatConfig nat, Population population) {
        timers = nat.timers();
        this.population = population;
    }

    /** A port of any address may be taken for a reservation of a tuple from now on. */
    void onReserved(InternalTuple internal, int externalPort) {
        reserved.add(internal);
        reservedPorts.add(externalPort);
    }

    /** Whether staff ever reserved either of these. */
    boolean isReserved(InternalTuple internal, int externalPort) {
        return reserved.contains(internal) || reservedPorts.contains(externalPort);
    }

    /** Implicit mappings are gone. */
    void onRestart() {
        uses.clear();
    }

    /** A planned restart: what went with it, or to somebody else, is not looked at any more. */
    void onPlannedRestart(Function<InternalTuple, Optional<InternalTuple>> owners) {
        uses.entrySet()
                .removeIf(use -> {
                    Optional<InternalTuple> owner = owners.apply(use.getKey());
                    return owner.isEmpty() || !owner.get().equals(use.getValue().internal);
                });
    }

    /** An address has another owner: nothing rests for the one before at a restart. */
    void onMoved(int internalIp) {
        rests.values().removeIf(rest -> rest.internal.internalIp() == internalIp);
    }

    /** A packet left by an external tuple. */
    void onPacket(InternalTuple external, InternalTuple internal, boolean isReset, long nowNs) {
        Use before = uses.get(external);
        boolean isOther = before != null && !before.internal.equals(internal);
        if (isOther && !reservedPorts.contains(external.internalPort())) {
            assertTrue(
                    nowNs - before.keptUntilNs >= 0,
                    () ->
                            "%s went from %s to %s within %d ms"
                                    .formatted(
                                            external,
                                            before.internal,
                                            internal,
                                            (nowNs - before.atNs) / 1_000_000));
        }
        // RFC 7857 §7.1: one that refuses what nobody asked for shows no interest.
        long idleNs = isReset ? 0 : leastIdleNs(external.protocol());
        long keptUntilNs = nowNs + timers.holdDownNs() + idleNs;
        boolean isKeptLonger = before != null && !isOther && before.keptUntilNs - keptUntilNs > 0;
        long untilNs = isKeptLonger ? before.keptUntilNs : keptUntilNs;
        uses.put(external, new Use(internal, nowNs, untilNs));
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
                if (ended.cause() != MappingEvent.Cause.STAFF && isOfItsHost(mapping)) {
                    long untilNs = sinceNs + timers.explicitHoldNs(external.protocol());
                    rests.put(external, new Rest(mapping.internal(), untilNs));
                }
            }
        }
    }

    /**
     * Whether the owner of a lease still owns its address. One whose end took longer than that has
     * nobody for whom its port could rest after a restart: the policy does not know him any more.
     */
    private boolean isOfItsHost(MappingView mapping) {
        int host = Population.host(mapping.internal().internalIp());
        return mapping.subscriber().equals(population.ownerOf(host));
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
