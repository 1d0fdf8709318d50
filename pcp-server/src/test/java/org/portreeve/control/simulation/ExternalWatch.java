package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;

/**
 * Who used which external tuple last, as the Internet sees it: nobody else may have it before it
 * has rested, whatever the tables say. What staff ever reserved is left out, for they may take a
 * port that rests.
 */
final class ExternalWatch {
    private final NatConfig.Timers timers;
    private final PortRange sharedPorts;
    private final Population population;
    private final Map<External, Use> uses = new HashMap<>();

    /** Ports that rest after leases, whatever process the node is. */
    private final Map<InternalTuple, Rest> rests = new HashMap<>();

    /**
     * Internal and external addresses whose sessions staff cut, some time from when they said so.
     */
    private final Set<Integer> cut = new HashSet<>();

    private final Set<Integer> reservedPorts = new HashSet<>();
    private final Set<InternalTuple> reserved = new HashSet<>();

    /** What nobody else may use: an external tuple, or a shared one towards a remote address. */
    private record External(InternalTuple tuple, int remoteIp) {}

    /** A packet left by it; its mapping lives and its port rests until then at least. */
    private record Use(InternalTuple internal, long atNs, long keptUntilNs) {
        Use endedAt(long endedNs, ExternalWatch watch) {
            long untilNs = endedNs + watch.timers.holdDownNs();
            return keptUntilNs - untilNs > 0 ? new Use(internal, atNs, untilNs) : this;
        }
    }

    private record Rest(InternalTuple internal, long untilNs) {}

    ExternalWatch(NatConfig nat, Population population) {
        timers = nat.timers();
        sharedPorts = nat.pool().overlapPorts();
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

    /**
     * Sessions of an internal address, or at an external one, are cut: their ports rest, no more.
     */
    void onCut(int ip) {
        cut.add(ip);
        uses.replaceAll((external, use) ->
                isCut(external, use.internal) ? use.endedAt(use.atNs, this) : use);
    }

    private boolean isCut(External external, InternalTuple internal) {
        return cut.contains(external.tuple.internalIp()) || cut.contains(internal.internalIp());
    }

    /** Implicit mappings are gone. */
    void onRestart() {
        uses.clear();
    }

    /**
     * A planned restart: what went with it, or to somebody else, is not looked at any more.
     *
     * @param owners who has an external tuple towards a remote address
     * @param stoppedNs when the process before ended, and with it connections at shared ports
     */
    void onPlannedRestart(
            BiFunction<InternalTuple, Integer, Optional<InternalTuple>> owners, long stoppedNs) {
        uses.replaceAll(
                (external, use) -> isShared(external.tuple) ? use.endedAt(stoppedNs, this) : use);
        uses.entrySet()
                .removeIf(use -> {
                    External external = use.getKey();
                    Optional<InternalTuple> owner = owners.apply(external.tuple, external.remoteIp);
                    return owner.isEmpty() || !owner.get().equals(use.getValue().internal);
                });
    }

    /** A start has these external addresses alone: at others nothing rests. */
    void onAddresses(Collection<Integer> addresses) {
        cut.clear();
        uses.keySet().removeIf(external -> !addresses.contains(external.tuple.internalIp()));
        rests.keySet().removeIf(external -> !addresses.contains(external.internalIp()));
    }

    /** A start has no room for all that rested: an address may be another shard's by now. */
    void onRestored(Predicate<InternalTuple> isLeftOut) {
        rests.keySet().removeIf(isLeftOut);
    }

    /**
     * A start has a mapping, of which the process before may not have told any more: a rest of its
     * ports before it is over.
     */
    void onRoll(MappingView mapping) {
        int protocol = mapping.internal().protocol();
        for (int i = 0; i < mapping.portCount(); i++) {
            int port = mapping.externalPort() + i;
            rests.remove(InternalTuple.of(protocol, mapping.externalIp(), port));
        }
    }

    /** The next start may know nothing of those for whom ports rest. */
    void forgetRests() {
        rests.clear();
    }

    /** An address has another owner: nothing rests for the one before at a restart. */
    void onMoved(int internalIp) {
        rests.values().removeIf(rest -> rest.internal.internalIp() == internalIp);
    }

    /** Whether connections of several hosts may have an external tuple. */
    boolean isShared(InternalTuple external) {
        return external.protocol() == Protocol.TCP && sharedPorts.contains(external.internalPort());
    }

    /** A packet left by an external tuple, to a remote address. */
    void onPacket(
            InternalTuple external,
            int remoteIp,
            InternalTuple internal,
            boolean isReset,
            long nowNs) {
        var used = new External(external, isShared(external) ? remoteIp : 0);
        Use before = uses.get(used);
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
        boolean isShort = isReset || isCut(used, internal);
        long idleNs = isShort ? 0 : leastIdleNs(external.protocol());
        long keptUntilNs = nowNs + timers.holdDownNs() + idleNs;
        boolean isKeptLonger = before != null && !isOther && before.keptUntilNs - keptUntilNs > 0;
        long untilNs = isKeptLonger ? before.keptUntilNs : keptUntilNs;
        uses.put(used, new Use(internal, nowNs, untilNs));
        checkRest(external, internal, nowNs);
    }

    /**
     * Port control told of a mapping.
     *
     * @param sinceNs not later than what the event tells of: it tells of it when it is durable
     */
    void onEvent(MappingEvent event, long sinceNs, long nowNs) {
        for (int i = 0; i < event.mapping().portCount(); i++) {
            onEvent(event, i, sinceNs, nowNs);
        }
    }

    /** One port of a mapping. */
    private void onEvent(MappingEvent event, int i, long sinceNs, long nowNs) {
        MappingView mapping = event.mapping();
        InternalTuple internal = mapping.internal().next(i);
        int protocol = internal.protocol();
        InternalTuple external =
                InternalTuple.of(protocol, mapping.externalIp(), mapping.externalPort() + i);
        switch (event) {
            case MappingEvent.Made _ -> {
                if (mapping.origin() != MappingOrigin.STATIC) {
                    checkRest(external, internal, nowNs);
                }
                rests.remove(external);
            }
            case MappingEvent.Changed _ -> {}
            case MappingEvent.Ended ended -> {
                if (ended.cause() != MappingEvent.Cause.STAFF && isOfItsHost(mapping)) {
                    long untilNs = sinceNs + timers.explicitHoldNs(protocol);
                    rests.put(external, new Rest(internal, untilNs));
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
