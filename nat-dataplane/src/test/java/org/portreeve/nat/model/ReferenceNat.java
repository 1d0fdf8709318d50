package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.NatConfig;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.model.ReferencePorts.BlockName;
import org.portreeve.nat.model.ReferencePorts.External;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;

/**
 * What the translator ought to do, packet by packet: slow, obvious, with maps for tables, and
 * written from the conformance rows. Shards appear only where they can be seen: each has its own
 * places for waiting packets and its own table sizes.
 *
 * <p>Where the translator chooses a port at random, the reference is shown the packet that left and
 * holds its port to the rules; see {@link Seen}. Time moves in {@link #expire} only, and every
 * deadline is met exactly.
 */
final class ReferenceNat {
    /** Which address a subscriber is paired with. */
    record Pairing(int subscriber, int addressIndex) {}

    private enum State {
        /** Taken for an explicit mapping that is not durable; no packet passes. */
        RESERVED,
        ACTIVE,
        /** Only sessions that outside hosts opened go on (PCP-MIX-010 b). */
        RESIDUAL,
        RESTING
    }

    /** The three ends of a session. */
    record Ends(Endpoint internal, Endpoint external, Endpoint remote) {}

    private record SessionKey(InternalTuple internal, Endpoint remote) {}

    private record Waiter(TestPacket packet, long sinceNs) {}

    private static final class Mapping {
        final Pairing pairing;
        final InternalTuple internal;
        final External external;
        final Set<Session> sessions = new HashSet<>();
        final ReferenceBucket inboundBucket = new ReferenceBucket();
        State state = State.ACTIVE;
        boolean isExplicit;
        boolean isPending;
        boolean wasExplicit;
        long restsUntilNs = Long.MIN_VALUE;

        Mapping(Pairing pairing, InternalTuple internal, External external) {
            this.pairing = pairing;
            this.internal = internal;
            this.external = external;
        }

        boolean hasOwn() {
            return sessions.stream().anyMatch(session -> !session.isInbound);
        }

        boolean isWanted() {
            return sessions.stream().anyMatch(Session::isWanted);
        }
    }

    private static final class Session {
        final Mapping mapping;
        final SessionKey key;
        final boolean isInbound;
        boolean isReplied;
        int tcpState;
        long lastSeenNs;

        /** What each side, true for the host's, acknowledged last. */
        final Map<Boolean, TestPacket.Numbers> acknowledged = new HashMap<>();

        Session(Mapping mapping, SessionKey key, boolean isInbound) {
            this.mapping = mapping;
            this.key = key;
            this.isInbound = isInbound;
        }

        /** Whether the host opened or answered it. */
        boolean isWanted() {
            return !isInbound || isReplied;
        }
    }

    private static final int PLACES_EACH = 16;
    private static final int PLACES_OF_SHARD = 512;
    private static final int LONGEST_WAITING_BYTES = 2032;
    private static final long LONGEST_WAIT_NS = 3_000_000_000L;

    final ReferencePorts ports;

    private final NatConfig config;
    private final Witness witness;
    private final Map<Integer, Pairing> pairings = new HashMap<>();
    private final Map<InternalTuple, Mapping> byInternal = new HashMap<>();
    private final Map<External, Mapping> byExternal = new HashMap<>();
    private final Map<SessionKey, Session> sessions = new HashMap<>();
    private final Map<List<Object>, Deque<Waiter>> waiting = new HashMap<>();
    private final Map<Integer, ReferenceBucket> buckets = new HashMap<>();

    ReferenceNat(NatConfig config, Witness witness) {
        this.config = config;
        this.witness = witness;
        ports = new ReferencePorts(config);
    }

    // ------------------------------------------------------------------ packets

    /** A well-formed packet arrives from inside at the device of a shard. */
    void fromInside(int shard, TestPacket packet, long nowNs) {
        witness.onVerdict(admitInside(shard, packet, nowNs));
    }

    private Verdict admitInside(int shard, TestPacket packet, long nowNs) {
        if (!isInside(packet.source().ip())) {
            return drop(NatCounter.DROP_SPOOFED);
        }
        if (isMartian(packet.destination().ip())) {
            return drop(NatCounter.DROP_MARTIAN);
        }
        if (isInside(packet.destination().ip())) {
            return drop(NatCounter.DROP_TO_INSIDE);
        }
        int ip = packet.source().ip();
        return pairings.containsKey(ip)
                ? outbound(packet, true, nowNs)
                : park(List.of(shard, "pairing", ip), packet, nowNs);
    }

    /** A well-formed packet arrives from outside. */
    void fromOutside(TestPacket packet, long nowNs) {
        witness.onVerdict(admitOutside(packet, nowNs));
    }

    private Verdict admitOutside(TestPacket packet, long nowNs) {
        int source = packet.source().ip();
        if (isInside(source) || isMartian(source) || config.pool().contains(source)) {
            return drop(NatCounter.DROP_FOREIGN_SOURCE);
        }
        return config.pool().contains(packet.destination().ip())
                ? inbound(packet, nowNs)
                : drop(NatCounter.DROP_NOT_OURS);
    }

    private Verdict outbound(TestPacket packet, boolean isNew, long nowNs) {
        boolean isHairpin = config.pool().contains(packet.destination().ip());
        if (packet.protocol() == Protocol.ICMP && (packet.type() != IcmpHeader.ECHO || isHairpin)) {
            return drop(NatCounter.DROP_ICMP);
        }
        Pairing pairing = pairings.get(packet.source().ip());
        InternalTuple internal = packet.source().tuple(packet.protocol());
        var key = new SessionKey(internal, remote(packet.protocol(), packet.destination()));
        if (!sessions.containsKey(key)) {
            // NAT-TCP-011: only a SYN makes state.
            if (packet.protocol() == Protocol.TCP && !isOpening(packet)) {
                return drop(NatCounter.DROP_NO_SESSION);
            }
            if (sessionsOf(pairing.subscriber) >= config.quota().sessions()) {
                return drop(NatCounter.DROP_SESSION_QUOTA);
            }
            if (isNew && !takeToken(pairing.subscriber, nowNs)) {
                return drop(NatCounter.DROP_SESSION_RATE);
            }
            if (sessionsIn(shardOf(pairing)) == config.capacity().sessions()) {
                return drop(NatCounter.DROP_TABLE_FULL);
            }
            Optional<Verdict> obstacle = makeMapping(pairing, packet, nowNs);
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
            Mapping mapping = byInternal.get(internal);
            mapping.state = State.ACTIVE;
            open(mapping, key, false);
        }
        Session session = sessions.get(key);
        if (isHeldAgainst(session, packet)) {
            return drop(NatCounter.DROP_TIME_WAIT);
        }
        use(session, packet, true, nowNs);
        TestPacket translated = packet.from(endpoint(session.mapping.external));
        // NAT-HAIR-001, NAT-HAIR-002.
        return isHairpin
                ? inbound(translated, nowNs)
                : new Verdict.Sent(shardOf(pairing), PacketPort.OUTSIDE, translated);
    }

    private Verdict inbound(TestPacket packet, long nowNs) {
        if (packet.protocol() == Protocol.ICMP && packet.type() != IcmpHeader.ECHO_REPLY) {
            return drop(NatCounter.DROP_ICMP);
        }
        int addressIndex = config.pool().indexOf(packet.destination().ip());
        int port = packet.destination().port();
        Mapping mapping = byExternal.get(new External(packet.protocol(), addressIndex, port));
        if (mapping == null || mapping.state == State.RESERVED || mapping.state == State.RESTING) {
            return drop(NatCounter.DROP_NO_MAPPING);
        }
        var key = new SessionKey(mapping.internal, remote(packet.protocol(), packet.source()));
        if (!sessions.containsKey(key)) {
            Optional<NatCounter> refusal = filter(mapping, packet, nowNs);
            if (refusal.isPresent()) {
                return drop(refusal.get());
            }
            open(mapping, key, true).lastSeenNs = nowNs;
        }
        Session session = sessions.get(key);
        if (isHeldAgainst(session, packet)) {
            return drop(NatCounter.DROP_TIME_WAIT);
        }
        use(session, packet, false, nowNs);
        var internal = new Endpoint(mapping.internal.internalIp(), mapping.internal.internalPort());
        return new Verdict.Sent(shardOf(mapping.pairing), PacketPort.INSIDE, packet.to(internal));
    }

    /** Endpoint-independent filtering and its bounds (NAT-FLT-001, NAT-CGN-050). */
    private Optional<NatCounter> filter(Mapping mapping, TestPacket packet, long nowNs) {
        long inbound = mapping.sessions.stream().filter(session -> session.isInbound).count();
        if (packet.protocol() == Protocol.ICMP
                || (packet.protocol() == Protocol.TCP && !isOpening(packet))) {
            return Optional.of(NatCounter.DROP_NO_SESSION);
        }
        if (mapping.state == State.RESIDUAL) {
            return Optional.of(NatCounter.DROP_FILTERED);
        }
        if (inbound >= config.eif().inboundSessionsPerMapping()) {
            return Optional.of(NatCounter.DROP_INBOUND_QUOTA);
        }
        // A quarter of the quota and an eighth of the table are for what hosts open themselves.
        int quota = config.quota().sessions();
        if (sessionsOf(mapping.pairing.subscriber) >= quota - quota / 4) {
            return Optional.of(NatCounter.DROP_SESSION_QUOTA);
        }
        int capacity = config.capacity().sessions();
        if (sessionsIn(shardOf(mapping.pairing)) >= capacity - capacity / 8) {
            return Optional.of(NatCounter.DROP_TABLE_FULL);
        }
        NatConfig.Eif eif = config.eif();
        var bucket = mapping.inboundBucket;
        return bucket.take(nowNs, eif.inboundSessionsPerSecond(), eif.inboundSessionBurst())
                ? Optional.empty()
                : Optional.of(NatCounter.DROP_INBOUND_RATE);
    }

    /** SEED-B-020: what both sides closed is held against another SYN. */
    private static boolean isHeldAgainst(Session session, TestPacket packet) {
        return session.tcpState == TcpTransitions.BOTH_FIN && packet.has(TcpHeader.SYN);
    }

    /** Makes sure that the sender has a mapping, or says what becomes of the packet instead. */
    private Optional<Verdict> makeMapping(Pairing pairing, TestPacket packet, long nowNs) {
        InternalTuple internal = packet.source().tuple(packet.protocol());
        if (byInternal.containsKey(internal)) {
            return Optional.empty();
        }
        int subscriber = pairing.subscriber;
        if (ports.held(subscriber) >= config.quota().ports()) {
            return Optional.of(drop(NatCounter.DROP_PORT_QUOTA));
        }
        ports.leaseAhead(subscriber, packet.protocol(), pairing.addressIndex, nowNs);
        if (!ports.hasOwnFree(subscriber, packet.protocol(), pairing.addressIndex)) {
            return Optional.of(
                    ports.isPending(subscriber)
                            ? park(blockKey(pairing), packet, nowNs)
                            : drop(NatCounter.DROP_PORTS_EXHAUSTED));
        }
        if (mappingsIn(shardOf(pairing)) == config.capacity().mappings()) {
            return Optional.of(drop(NatCounter.DROP_TABLE_FULL));
        }
        int port = witness.nextSourcePort(shardOf(pairing)).orElse(0);
        var external = new External(packet.protocol(), pairing.addressIndex, port);
        assertTrue(ports.isOwn(subscriber, external), external + " is not the subscriber's");
        bind(pairing, internal, external);
        return Optional.empty();
    }

    // ------------------------------------------------------------------ sessions

    private Session open(Mapping mapping, SessionKey key, boolean isInbound) {
        var session = new Session(mapping, key, isInbound);
        sessions.put(key, session);
        mapping.sessions.add(session);
        return session;
    }

    /** A packet passes: only what the host sends keeps a session (NAT-UDP-002, SEED-B-087). */
    private void use(Session session, TestPacket packet, boolean isOutbound, long nowNs) {
        boolean isTcp = packet.protocol() == Protocol.TCP;
        boolean hasChanged = isTcp && advance(session, packet, isOutbound);
        boolean showsInterest = isOutbound && !(isTcp && packet.has(TcpHeader.RST));
        if (isOutbound && (hasChanged || showsInterest)) {
            session.isReplied = true;
        }
        boolean refreshes = !isOutbound && config.eif().inboundRefresh();
        if (hasChanged || showsInterest || refreshes) {
            session.lastSeenNs = nowNs;
        }
    }

    private static boolean advance(Session session, TestPacket packet, boolean isOutbound) {
        int before = session.tcpState;
        boolean isReset = packet.has(TcpHeader.RST);
        if (isReset && !belongs(session, packet, isOutbound)) {
            return false;
        }
        if (!isReset && packet.has(TcpHeader.ACK)) {
            session.acknowledged.put(isOutbound, packet.numbers());
        }
        int event = TcpTransitions.event(packet.type(), isOutbound);
        session.tcpState = TcpTransitions.next(before, event);
        return session.tcpState != before;
    }

    /** RFC 5961 §3: a reset counts inside the window that its receiver announced (SEED-B-043). */
    private static boolean belongs(Session session, TestPacket packet, boolean isOutbound) {
        var receiver = session.acknowledged.get(!isOutbound);
        if (TcpTransitions.idleClass(session.tcpState) == TcpTransitions.IDLE_OPENING
                || receiver == null) {
            return true;
        }
        long beyond = packet.numbers().sequence() - receiver.acknowledgment() & 0xffff_ffffL;
        return beyond <= receiver.window();
    }

    private long deadlineNs(Session session) {
        NatConfig.Timers timers = config.timers();
        if (!session.isWanted()) {
            return session.lastSeenNs + config.eif().unrepliedNs();
        }
        return session.lastSeenNs
                + switch (session.key.internal.protocol()) {
                    case Protocol.UDP -> timers.udpIdleNs();
                    case Protocol.ICMP -> timers.icmpIdleNs();
                    default ->
                            switch (TcpTransitions.idleClass(session.tcpState)) {
                                case TcpTransitions.IDLE_OPENING -> timers.tcpOpeningIdleNs();
                                case TcpTransitions.IDLE_CLOSING -> timers.tcpClosingIdleNs();
                                default -> timers.tcpEstablishedIdleNs();
                            };
                };
    }

    private boolean takeToken(int subscriber, long nowNs) {
        NatConfig.Quota quota = config.quota();
        return buckets.computeIfAbsent(subscriber, _ -> new ReferenceBucket())
                .take(nowNs, quota.sessionsPerSecond(), quota.sessionBurst());
    }

    // ------------------------------------------------------------------ mappings

    private Mapping bind(Pairing pairing, InternalTuple internal, External external) {
        var mapping = new Mapping(pairing, internal, external);
        ports.take(pairing.subscriber, external);
        byInternal.put(internal, mapping);
        byExternal.put(external, mapping);
        return mapping;
    }

    /** A mapping that nothing keeps any more rests (NAT-CGN-080, PCP-LIFE-008, PCP-MIX-010). */
    private void settle(Mapping mapping, long nowNs) {
        boolean isKept =
                mapping.state == State.RESIDUAL ? !mapping.sessions.isEmpty() : mapping.isWanted();
        if (mapping.isExplicit || isKept) {
            return;
        }
        mapping.sessions.forEach(session -> sessions.remove(session.key));
        mapping.sessions.clear();
        mapping.state = mapping.isPending ? State.RESERVED : State.RESTING;
        mapping.restsUntilNs = Math.max(mapping.restsUntilNs, nowNs + config.timers().holdDownNs());
    }

    private void free(Mapping mapping, long nowNs) {
        byInternal.remove(mapping.internal, mapping);
        byExternal.remove(mapping.external);
        ports.release(mapping.external, nowNs);
    }

    /** The external ports in use or resting, in the order of their numbers. */
    List<External> externals() {
        return sorted(byExternal.keySet().stream());
    }

    /** Those of explicit mappings, also of ended ones. */
    List<External> explicitExternals() {
        return sorted(
                byExternal.values().stream()
                        .filter(mapping -> mapping.isExplicit || mapping.wasExplicit)
                        .map(mapping -> mapping.external));
    }

    private static List<External> sorted(Stream<External> externals) {
        return externals
                .sorted(
                        Comparator.comparingInt(External::addressIndex)
                                .thenComparingInt(External::protocol)
                                .thenComparingInt(External::port))
                .toList();
    }

    /** The TCP sessions there are, in a stable order. */
    List<Ends> tcpSessions() {
        return sessions.values().stream()
                .filter(session -> session.key.internal.protocol() == Protocol.TCP)
                .map(session -> endsOf(session))
                .sorted(Comparator.comparing(Ends::toString))
                .toList();
    }

    private Ends endsOf(Session session) {
        InternalTuple internal = session.key.internal;
        return new Ends(
                new Endpoint(internal.internalIp(), internal.internalPort()),
                endpoint(session.mapping.external),
                session.key.remote);
    }

    InternalTuple internalOf(External external) {
        return byExternal.get(external).internal;
    }

    /** Whether a packet from this internal tuple would find a mapping, resting ones included. */
    boolean hasMapping(InternalTuple internal) {
        return byInternal.containsKey(internal);
    }

    // ------------------------------------------------------------------ port control

    /** The directory now has the internal address, or it has not any more. */
    void pair(int internalIp, Optional<Pairing> pairing) {
        pairings.remove(internalIp);
        pairing.ifPresent(known -> pairings.put(internalIp, known));
    }

    /** The packets that waited in a shard for this address go on. */
    void onPairingDecided(int shard, int internalIp, long nowNs) {
        goOn(
                List.of(shard, "pairing", internalIp),
                nowNs,
                packet ->
                        pairings.containsKey(internalIp)
                                ? outbound(packet, true, nowNs)
                                : drop(NatCounter.DROP_UNPAIRED));
    }

    /** The packets of a subscriber go on whose block was made durable; else they are dropped. */
    void onBlockDecided(BlockName name, boolean isDurable, long nowNs) {
        int subscriber = ports.ownerOf(name);
        if (isDurable) {
            ports.activate(name, nowNs);
        } else {
            ports.refuse(name);
        }
        goOn(
                blockKey(new Pairing(subscriber, name.addressIndex())),
                nowNs,
                packet -> {
                    if (!isDurable) {
                        return drop(NatCounter.DROP_NO_RECORD);
                    }
                    Pairing pairing = pairings.get(packet.source().ip());
                    return pairing != null && pairing.subscriber == subscriber
                            ? outbound(packet, false, nowNs)
                            : drop(NatCounter.DROP_UNPAIRED);
                });
    }

    /** Empty when the reservation is granted; {@code assignedPort} is what was observed then. */
    Optional<Refusal> reserve(ShardCommand.ReserveMapping command, int assignedPort) {
        Mapping mapping = byInternal.get(command.internal());
        int subscriber = command.subscriber();
        var suggested = external(command, command.suggestedPort());
        boolean isOpen = isOpen(subscriber, suggested);
        boolean keeps =
                mapping != null
                        && (mapping.state != State.RESTING
                                || (!isOpen && (!mapping.wasExplicit || command.reclaim())));
        if (keeps
                && command.exact()
                && !List.of(0, mapping.external.port()).contains(suggested.port())) {
            return Optional.of(Refusal.CANNOT_PROVIDE);
        }
        boolean isRenewal = keeps && (mapping.isExplicit || mapping.isPending);
        if (!isRenewal && explicitOf(subscriber) >= config.quota().mappings()) {
            return Optional.of(Refusal.QUOTA);
        }
        if (keeps) {
            assertEquals(mapping.external.port(), assignedPort, "a mapping keeps its port");
            mapping.isPending |= !mapping.isExplicit;
            mapping.state = mapping.state == State.RESTING ? State.RESERVED : mapping.state;
            return Optional.empty();
        }
        Optional<Refusal> refusal = refusesFresh(command, isOpen);
        if (refusal.isEmpty()) {
            var external = external(command, assignedPort);
            assertTrue(isRight(command, isOpen, external), external + " against NAT-ALLOC-006");
            var pairing = new Pairing(subscriber, command.addressIndex());
            mapping = bind(pairing, command.internal(), external);
            mapping.state = State.RESERVED;
            mapping.isPending = true;
        }
        return refusal;
    }

    private Optional<Refusal> refusesFresh(ShardCommand.ReserveMapping command, boolean isOpen) {
        int protocol = command.internal().protocol();
        int subscriber = command.subscriber();
        boolean hasAny =
                ports.hasOwnFree(subscriber, protocol, command.addressIndex())
                        || ports.hasIncomingFree(protocol, command.addressIndex());
        if (ports.held(subscriber) >= config.quota().ports()) {
            return Optional.of(Refusal.QUOTA);
        }
        if (command.exact() && !isOpen) {
            return Optional.of(Refusal.CANNOT_PROVIDE);
        }
        if (!isOpen && !hasAny) {
            return Optional.of(Refusal.NO_PORTS);
        }
        int shard = config.shardOf(command.addressIndex());
        return mappingsIn(shard) == config.capacity().mappings()
                ? Optional.of(Refusal.TABLE_FULL)
                : Optional.empty();
    }

    /**
     * NAT-ALLOC-006: the suggested port, else one of the own blocks, else of the incoming range.
     */
    private boolean isRight(ShardCommand.ReserveMapping command, boolean isOpen, External port) {
        if (isOpen) {
            return port.port() == command.suggestedPort();
        }
        int subscriber = command.subscriber();
        return ports.hasOwnFree(subscriber, port.protocol(), port.addressIndex())
                ? ports.isOwn(subscriber, port)
                : ports.isIncoming(port);
    }

    private boolean isOpen(int subscriber, External port) {
        return ports.isFree(port) && (ports.isIncoming(port) || ports.isOwn(subscriber, port));
    }

    private static External external(ShardCommand.ReserveMapping command, int port) {
        return new External(command.internal().protocol(), command.addressIndex(), port);
    }

    /** A pending explicit mapping became durable. */
    void activate(InternalTuple internal) {
        Mapping mapping = byInternal.get(internal);
        mapping.isPending = false;
        mapping.isExplicit = true;
        mapping.wasExplicit = false;
        mapping.state = State.ACTIVE;
        mapping.restsUntilNs = Long.MIN_VALUE;
    }

    /** A pending explicit mapping is undone; whether there was one. */
    boolean abandon(InternalTuple internal, long nowNs) {
        Mapping mapping = byInternal.get(internal);
        if (mapping == null || !mapping.isPending) {
            return false;
        }
        mapping.isPending = false;
        if (mapping.state != State.RESERVED) {
            settle(mapping, nowNs);
        } else if (mapping.restsUntilNs > nowNs) {
            mapping.state = State.RESTING;
        } else {
            free(mapping, nowNs);
        }
        return true;
    }

    /** An explicit mapping ends (PCP-MIX-010); whether there was one. */
    boolean end(InternalTuple internal, long nowNs) {
        Mapping mapping = byInternal.get(internal);
        if (mapping == null || !mapping.isExplicit) {
            return false;
        }
        mapping.isExplicit = false;
        mapping.wasExplicit = true;
        mapping.restsUntilNs = nowNs + config.timers().explicitHoldNs(internal.protocol());
        mapping.state = mapping.hasOwn() ? State.ACTIVE : State.RESIDUAL;
        settle(mapping, nowNs);
        return true;
    }

    boolean isExplicit(InternalTuple internal) {
        return byInternal.containsKey(internal) && byInternal.get(internal).isExplicit;
    }

    /** Whether an implicit mapping is there. */
    boolean isActive(InternalTuple internal) {
        return byInternal.containsKey(internal) && byInternal.get(internal).state == State.ACTIVE;
    }

    /** For how long outbound traffic keeps the mapping; 0 for not at all. */
    long outboundRemainingNs(InternalTuple internal, long nowNs) {
        return byInternal.containsKey(internal)
                ? byInternal.get(internal).sessions.stream()
                        .filter(Session::isWanted)
                        .mapToLong(session -> deadlineNs(session) - nowNs)
                        .max()
                        .orElse(0)
                : 0;
    }

    /** The subscriber's row is cleared. */
    void forget(int subscriber) {
        buckets.remove(subscriber);
    }

    /** Whether the subscriber holds no port and no block. */
    boolean isIdle(int subscriber) {
        return ports.held(subscriber) == 0 && !ports.hasBlocks(subscriber);
    }

    // ------------------------------------------------------------------ time

    /** Everything whose deadline has come happens. */
    void expire(long nowNs) {
        for (Session session : List.copyOf(sessions.values())) {
            if (sessions.containsKey(session.key) && deadlineNs(session) <= nowNs) {
                sessions.remove(session.key);
                session.mapping.sessions.remove(session);
                settle(session.mapping, nowNs);
            }
        }
        for (Mapping mapping : List.copyOf(byExternal.values())) {
            if (mapping.state == State.RESTING && mapping.restsUntilNs <= nowNs) {
                free(mapping, nowNs);
            }
        }
        ports.expire(nowNs);
    }

    /** When something happens next. */
    long nextDeadlineNs() {
        long next = ports.nextDeadlineNs();
        for (Session session : sessions.values()) {
            next = Math.min(next, deadlineNs(session));
        }
        for (Mapping mapping : byExternal.values()) {
            boolean isResting = mapping.state == State.RESTING;
            next = isResting ? Math.min(next, mapping.restsUntilNs) : next;
        }
        return next;
    }

    // ------------------------------------------------------------------ counting and waiting

    int sessionsIn(int shard) {
        return (int)
                sessions.values().stream()
                        .filter(session -> shardOf(session.mapping.pairing) == shard)
                        .count();
    }

    int mappingsIn(int shard) {
        return (int)
                byExternal.values().stream()
                        .filter(mapping -> shardOf(mapping.pairing) == shard)
                        .count();
    }

    int waitingIn(int shard) {
        return waiting.entrySet().stream()
                .filter(entry -> entry.getKey().getFirst().equals(shard))
                .mapToInt(entry -> entry.getValue().size())
                .sum();
    }

    private long sessionsOf(int subscriber) {
        return sessions.values().stream()
                .filter(session -> session.mapping.pairing.subscriber == subscriber)
                .count();
    }

    private long explicitOf(int subscriber) {
        return byInternal.values().stream()
                .filter(mapping -> mapping.pairing.subscriber == subscriber)
                .filter(mapping -> mapping.isExplicit || mapping.isPending)
                .count();
    }

    /** What a failure of the comparison is told with. */
    String describe(int shard, long nowNs) {
        StringBuilder text = new StringBuilder();
        for (Session session : sessions.values()) {
            if (shardOf(session.mapping.pairing) == shard) {
                text.append(session.key)
                        .append(session.isInbound ? " inbound" : " outbound")
                        .append(session.isReplied ? " replied" : "")
                        .append(" tcp ")
                        .append(session.tcpState)
                        .append(" seen ")
                        .append((nowNs - session.lastSeenNs) / 1e9)
                        .append(" s ago, ends in ")
                        .append((deadlineNs(session) - nowNs) / 1e9)
                        .append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    private Verdict park(List<Object> key, TestPacket packet, long nowNs) {
        int shard = (int) key.getFirst();
        Deque<Waiter> queue = waiting.computeIfAbsent(key, _ -> new ArrayDeque<>());
        boolean hasPlace = queue.size() < PLACES_EACH && waitingIn(shard) < PLACES_OF_SHARD;
        if (!hasPlace || packet.bytes().length > LONGEST_WAITING_BYTES) {
            return drop(NatCounter.DROP_WAIT_FULL);
        }
        queue.add(new Waiter(packet, nowNs));
        return new Verdict.Parked();
    }

    private void goOn(List<Object> key, long nowNs, Function<TestPacket, Verdict> translation) {
        Deque<Waiter> queue = waiting.getOrDefault(key, new ArrayDeque<>());
        for (int left = queue.size(); left > 0; left--) {
            Waiter waiter = queue.remove();
            boolean isLate = nowNs - waiter.sinceNs > LONGEST_WAIT_NS;
            witness.onVerdict(
                    isLate ? drop(NatCounter.DROP_WAIT_EXPIRED) : translation.apply(waiter.packet));
        }
    }

    private List<Object> blockKey(Pairing pairing) {
        return List.of(shardOf(pairing), "block", pairing.subscriber);
    }

    private int shardOf(Pairing pairing) {
        return config.shardOf(pairing.addressIndex);
    }

    private Endpoint endpoint(External external) {
        return new Endpoint(config.pool().get(external.addressIndex()), external.port());
    }

    private boolean isInside(int ip) {
        return config.inside().stream().anyMatch(prefix -> prefix.contains(ip));
    }

    private static boolean isMartian(int ip) {
        return List.of("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3").stream()
                .anyMatch(prefix -> Prefix.of(prefix).contains(ip));
    }

    /** Queries have no remote port. */
    private static Endpoint remote(int protocol, Endpoint peer) {
        return protocol == Protocol.ICMP ? new Endpoint(peer.ip(), 0) : peer;
    }

    private static boolean isOpening(TestPacket packet) {
        return packet.has(TcpHeader.SYN) && !packet.has(TcpHeader.ACK);
    }

    private static Verdict drop(NatCounter reason) {
        return new Verdict.Dropped(reason);
    }
}
