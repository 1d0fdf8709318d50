package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.nat.model.TestPacket.remote;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.model.ReferenceMapping.State;
import org.portreeve.nat.model.ReferencePorts.BlockName;
import org.portreeve.nat.model.ReferencePorts.External;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.shard.ShardOutcome.Holding;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.wire.IcmpHeader;

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

    record Ends(Endpoint internal, Endpoint external, Endpoint remote) {}

    record SessionKey(InternalTuple internal, Endpoint remote) {}

    /** A tuple and the peers that one of its mappings serves. */
    private record Dependent(InternalTuple internal, Endpoint peers) {}

    final ReferencePorts ports;
    final ReferenceRules rules;
    final NatConfig config;
    final Map<Integer, Pairing> pairings = new HashMap<>();
    final Map<InternalTuple, ReferenceMapping> byInternal = new HashMap<>();
    final Map<External, ReferenceMapping> byExternal = new HashMap<>();
    final Map<SessionKey, ReferenceSession> sessions = new HashMap<>();
    private final Witness witness;
    private final Map<Dependent, ReferenceMapping> dependent = new HashMap<>();
    private final ReferenceWaiting waiting = new ReferenceWaiting();
    private final ReferenceFilter filter;
    private final ReferenceSiblings siblings;

    ReferenceNat(NatConfig config, Witness witness) {
        this.config = config;
        this.witness = witness;
        ports = new ReferencePorts(config);
        rules = new ReferenceRules(config);
        filter = new ReferenceFilter(config, this);
        siblings = new ReferenceSiblings(config, this);
    }

    /** A well-formed packet arrives from inside at the device of a shard. */
    void fromInside(int shard, TestPacket packet, long nowNs) {
        witness.onVerdict(admitInside(shard, packet, nowNs));
    }

    private Verdict admitInside(int shard, TestPacket packet, long nowNs) {
        if (!isInside(packet.source().ip())) {
            return drop(NatCounter.DROP_SPOOFED);
        }
        if (TestPacket.isNowhere(packet.destination().ip())) {
            return drop(NatCounter.DROP_MARTIAN);
        }
        if (isInside(packet.destination().ip())) {
            return drop(NatCounter.DROP_TO_INSIDE);
        }
        int ip = packet.source().ip();
        return pairings.containsKey(ip)
                ? outbound(packet, true, nowNs)
                : waiting.park(List.of(shard, "pairing", ip), packet, nowNs);
    }

    /** A well-formed packet arrives from outside. */
    void fromOutside(TestPacket packet, long nowNs) {
        witness.onVerdict(admitOutside(packet, nowNs));
    }

    private Verdict admitOutside(TestPacket packet, long nowNs) {
        int source = packet.source().ip();
        if (isInside(source)) {
            return drop(NatCounter.DROP_FOREIGN_SOURCE);
        }
        if (config.pool().addresses().contains(source)) {
            return drop(NatCounter.DROP_POOL_SOURCE);
        }
        if (TestPacket.isMartian(source)) {
            return drop(NatCounter.DROP_MARTIAN_SOURCE);
        }
        return config.pool().addresses().contains(packet.destination().ip())
                ? inbound(packet, nowNs)
                : drop(NatCounter.DROP_NOT_OURS);
    }

    private Verdict outbound(TestPacket packet, boolean isNew, long nowNs) {
        boolean isHairpin = config.pool().addresses().contains(packet.destination().ip());
        if (packet.protocol() == Protocol.ICMP && (isHairpin || !packet.isRequest())) {
            return drop(NatCounter.DROP_ICMP);
        }
        Pairing pairing = pairings.get(packet.source().ip());
        InternalTuple internal = packet.source().tuple(packet.protocol());
        var key = new SessionKey(internal, remote(packet.protocol(), packet.destination()));
        if (!sessions.containsKey(key)) {
            // NAT-TCP-011: only a SYN makes state.
            if (packet.protocol() == Protocol.TCP && !packet.isOpening()) {
                return drop(NatCounter.DROP_NO_SESSION);
            }
            if (sessionsOf(pairing.subscriber) >= rules.quotaOf(pairing.subscriber).sessions()) {
                return drop(NatCounter.DROP_SESSION_QUOTA);
            }
            if (isNew && !rules.takeToken(pairing.subscriber, nowNs)) {
                return drop(NatCounter.DROP_SESSION_RATE);
            }
            if (sessionsIn(shardOf(pairing)) == config.capacity().sessions()) {
                return drop(NatCounter.DROP_TABLE_FULL);
            }
            Optional<Verdict> obstacle = makeMapping(pairing, packet, nowNs);
            if (obstacle.isPresent()) {
                return obstacle.get();
            }
            ReferenceMapping mapping = serving(pairing.subscriber, packet).orElseThrow();
            mapping.state = State.ACTIVE;
            open(mapping, key, false);
        }
        ReferenceSession session = sessions.get(key);
        if (session.isHeldAgainst(packet)) {
            return drop(NatCounter.DROP_TIME_WAIT);
        }
        session.use(packet, true, nowNs, false);
        TestPacket translated = packet.from(endpoint(session.mapping.external));
        // NAT-HAIR-001, NAT-HAIR-002.
        return isHairpin
                ? inbound(translated, nowNs)
                : new Verdict.Sent(shardOf(pairing), PacketPort.OUTSIDE, translated);
    }

    private Verdict inbound(TestPacket packet, long nowNs) {
        if (packet.protocol() == Protocol.ICMP && !IcmpHeader.isAnswer(packet.type())) {
            return drop(NatCounter.DROP_ICMP);
        }
        int addressIndex = config.pool().addresses().indexOf(packet.destination().ip());
        int port = packet.destination().port();
        ReferenceMapping mapping =
                byExternal.get(new External(packet.protocol(), addressIndex, port));
        boolean isClosed =
                mapping == null
                        || mapping.state == State.RESERVED
                        || mapping.state == State.RESTING;
        Optional<ReferenceMapping> sibling =
                isClosed
                        ? siblings.opening(packet.protocol(), addressIndex, port)
                        : Optional.empty();
        if (isClosed && sibling.isEmpty()) {
            return drop(NatCounter.DROP_NO_MAPPING);
        }
        mapping = sibling.orElse(mapping);
        var internal = new Endpoint(mapping.internal.internalIp(), mapping.internal.internalPort());
        InternalTuple tuple = internal.tuple(packet.protocol());
        var key = new SessionKey(tuple, remote(packet.protocol(), packet.source()));
        if (!sessions.containsKey(key)) {
            Optional<NatCounter> refusal = filter.refusal(mapping, packet, nowNs);
            if (refusal.isPresent()) {
                return drop(refusal.get());
            }
            mapping = sibling.isPresent() ? siblings.follow(sibling.get(), tuple) : mapping;
            ReferenceSession session = open(mapping, key, true);
            session.lastSeenNs = nowNs;
            session.unrepliedNs = rules.of(mapping.pairing.subscriber).eif().unrepliedNs();
        }
        ReferenceSession session = sessions.get(key);
        // What is left of an old mapping, or serves other peers, is for its own sessions.
        boolean isForOwn = mapping.state != State.ACTIVE || mapping.peers.isPresent();
        if (session.mapping != mapping && (isForOwn || sibling.isPresent())) {
            return drop(NatCounter.DROP_FILTERED);
        }
        if (session.isHeldAgainst(packet)) {
            return drop(NatCounter.DROP_TIME_WAIT);
        }
        int subscriber = session.mapping.pairing.subscriber;
        session.use(packet, false, nowNs, rules.of(subscriber).eif().inboundRefresh());
        return new Verdict.Sent(shardOf(mapping.pairing), PacketPort.INSIDE, packet.to(internal));
    }

    /** The mapping that a packet of the host belongs to: what was asked for serves all peers. */
    private Optional<ReferenceMapping> serving(int subscriber, TestPacket packet) {
        InternalTuple internal = packet.source().tuple(packet.protocol());
        return peers(subscriber, packet)
                .map(peers -> Optional.ofNullable(dependent.get(new Dependent(internal, peers))))
                .orElse(Optional.ofNullable(byInternal.get(internal)));
    }

    private Optional<Endpoint> peers(int subscriber, TestPacket packet) {
        ReferenceMapping own = byInternal.get(packet.source().tuple(packet.protocol()));
        return own != null && own.isKept() ? Optional.empty() : rules.peers(subscriber, packet);
    }

    /** Makes sure that the sender has a mapping, or says what becomes of the packet instead. */
    private Optional<Verdict> makeMapping(Pairing pairing, TestPacket packet, long nowNs) {
        InternalTuple internal = packet.source().tuple(packet.protocol());
        int subscriber = pairing.subscriber;
        Optional<ReferenceMapping> there = serving(subscriber, packet);
        Optional<ReferenceMapping> left = there.filter(mapping -> mapping.isLeft(subscriber));
        if (there.isPresent() && left.isEmpty()) {
            return Optional.empty();
        }
        if (!ports.hasPortLeft(subscriber, internal.protocol(), rules.quotaOf(subscriber))) {
            return Optional.of(drop(NatCounter.DROP_PORT_QUOTA));
        }
        Optional<Endpoint> peers = peers(subscriber, packet);
        Optional<Integer> shared =
                peers.isPresent() ? Optional.empty() : siblings.sharedPort(pairing, internal);
        Optional<Integer> address =
                ports.addressFor(subscriber, internal, pairing.addressIndex, nowNs)
                        .or(() -> shared.map(_ -> pairing.addressIndex));
        if (address.isEmpty()) {
            return Optional.of(
                    ports.isPending(subscriber)
                            ? waiting.park(blockKey(pairing), packet, nowNs)
                            : drop(NatCounter.DROP_PORTS_EXHAUSTED));
        }
        if (mappingsIn(shardOf(pairing)) == config.capacity().mappings()) {
            return Optional.of(drop(NatCounter.DROP_TABLE_FULL));
        }
        int port = witness.nextSourcePort(shardOf(pairing)).orElse(0);
        int addressIndex = shared.isPresent() ? pairing.addressIndex : address.get();
        var external = new External(packet.protocol(), addressIndex, port);
        if (shared.isEmpty()) {
            assertTrue(
                    ports.isImplicitRight(subscriber, internal, external),
                    external + " is not the subscriber's");
        } else {
            assertEquals(shared.get(), port, "the port of the other protocol");
        }
        left.ifPresent(this::leave);
        ports.take(subscriber, external);
        peers.ifPresentOrElse(
                known -> bind(pairing, internal, external, known),
                () -> bind(pairing, internal, external));
        return Optional.empty();
    }

    /**
     * What is not the present owner's of an internal address, and kept by traffic or rest alone.
     */
    private Optional<ReferenceMapping> leftOver(InternalTuple internal, int subscriber) {
        return Optional.ofNullable(byInternal.get(internal)).filter(m -> m.isLeft(subscriber));
    }

    /** The tuple leads here no more; sessions that are there go on. */
    private void leave(ReferenceMapping mapping) {
        unbind(mapping);
        mapping.state = mapping.state == State.RESTING ? State.RESTING : State.ORPHAN;
    }

    private ReferenceSession open(ReferenceMapping mapping, SessionKey key, boolean isInbound) {
        var session = new ReferenceSession(mapping, key, isInbound);
        sessions.put(key, session);
        mapping.sessions.add(session);
        return session;
    }

    // ------------------------------------------------------------------ mappings

    ReferenceMapping bind(Pairing pairing, InternalTuple internal, External external) {
        var mapping = new ReferenceMapping(pairing, internal, external);
        byInternal.put(internal, mapping);
        byExternal.put(external, mapping);
        return mapping;
    }

    private void bind(Pairing pairing, InternalTuple internal, External external, Endpoint peers) {
        var mapping = new ReferenceMapping(pairing, internal, external);
        mapping.peers = Optional.of(peers);
        dependent.put(new Dependent(internal, peers), mapping);
        byExternal.put(external, mapping);
    }

    private void unbind(ReferenceMapping mapping) {
        byInternal.remove(mapping.internal, mapping);
        mapping.peers.ifPresent(
                peers -> dependent.remove(new Dependent(mapping.internal, peers), mapping));
    }

    /** A mapping that nothing keeps any more rests (NAT-CGN-080, PCP-LIFE-008, PCP-MIX-010). */
    private void settle(ReferenceMapping mapping, long nowNs) {
        boolean isKept =
                mapping.state == State.ACTIVE ? mapping.isWanted() : !mapping.sessions.isEmpty();
        if (mapping.isExplicit || mapping.isStatic || isKept) {
            return;
        }
        mapping.sessions.forEach(session -> sessions.remove(session.key));
        mapping.sessions.clear();
        mapping.state = mapping.isPending ? State.RESERVED : State.RESTING;
        mapping.restsUntilNs = Math.max(mapping.restsUntilNs, nowNs + config.timers().holdDownNs());
        long resting = byExternal.values().stream().filter(m -> m.state == State.RESTING).count();
        if (resting > config.pool().maxResting() && !mapping.wasExplicit && !mapping.isPending) {
            free(mapping, nowNs);
        }
    }

    private void free(ReferenceMapping mapping, long nowNs) {
        unbind(mapping);
        byExternal.remove(mapping.external);
        ports.release(mapping.external, nowNs);
    }

    /** The external ports in use or resting, in the order of their numbers. */
    List<External> externals() {
        return byExternal.keySet().stream().sorted(External.ORDER).toList();
    }

    /** Those of explicit mappings, also of ended ones. */
    List<External> explicitExternals() {
        return externals().stream()
                .filter(port -> byExternal.get(port).isExplicit || byExternal.get(port).wasExplicit)
                .toList();
    }

    /** Those of static mappings. */
    List<External> staticExternals() {
        return externals().stream().filter(port -> byExternal.get(port).isStatic).toList();
    }

    /** The TCP sessions there are, in a stable order. */
    List<Ends> tcpSessions() {
        return sessions.values().stream()
                .filter(session -> session.key.internal.protocol() == Protocol.TCP)
                .map(session -> endsOf(session))
                .sorted(Comparator.comparing(Ends::toString))
                .toList();
    }

    private Ends endsOf(ReferenceSession session) {
        InternalTuple internal = session.key.internal;
        return new Ends(
                new Endpoint(internal.internalIp(), internal.internalPort()),
                endpoint(session.mapping.external),
                session.key.remote);
    }

    InternalTuple internalOf(External external) {
        return byExternal.get(external).internal;
    }

    /** Whether a packet would find a mapping, resting ones included. */
    boolean findsMapping(TestPacket packet) {
        Pairing pairing = pairings.get(packet.source().ip());
        return pairing != null
                && serving(pairing.subscriber, packet)
                        .filter(mapping -> !mapping.isLeft(pairing.subscriber))
                        .isPresent();
    }

    /** Whether the internal tuple has a mapping for all peers, resting ones included. */
    boolean hasMapping(InternalTuple internal) {
        Pairing pairing = pairings.get(internal.internalIp());
        return byInternal.containsKey(internal)
                && (pairing == null || leftOver(internal, pairing.subscriber).isEmpty());
    }

    // ------------------------------------------------------------------ port control

    /** The directory now has the internal address, or it has not any more. */
    void pair(int internalIp, Optional<Pairing> pairing) {
        pairings.remove(internalIp);
        pairing.ifPresent(known -> pairings.put(internalIp, known));
    }

    /** The packets that waited in a shard for this address go on. */
    void onPairingDecided(int shard, int internalIp, long nowNs) {
        waiting.goOn(
                List.of(shard, "pairing", internalIp),
                packet ->
                        witness.onVerdict(
                                pairings.containsKey(internalIp)
                                        ? outbound(packet, true, nowNs)
                                        : drop(NatCounter.DROP_UNPAIRED)));
    }

    /** The packets of a subscriber go on whose block was made durable; else they are dropped. */
    void onBlockDecided(BlockName name, boolean isDurable, long nowNs) {
        int subscriber = ports.ownerOf(name);
        if (isDurable) {
            ports.activate(name, nowNs);
        } else {
            ports.refuse(name);
        }
        waiting.goOn(
                blockKey(new Pairing(subscriber, name.addressIndex())),
                packet ->
                        witness.onVerdict(
                                isDurable
                                        ? afterBlock(packet, subscriber, nowNs)
                                        : drop(NatCounter.DROP_NO_RECORD)));
    }

    private Verdict afterBlock(TestPacket packet, int subscriber, long nowNs) {
        Pairing pairing = pairings.get(packet.source().ip());
        return pairing != null && pairing.subscriber == subscriber
                ? outbound(packet, false, nowNs)
                : drop(NatCounter.DROP_UNPAIRED);
    }

    /** Packets give up that waited too long. */
    void giveUpWaiting(long nowNs) {
        for (int late = waiting.giveUp(nowNs); late > 0; late--) {
            witness.onVerdict(drop(NatCounter.DROP_WAIT_EXPIRED));
        }
    }

    /** Empty when the reservation is granted; {@code assignedPort} is what was observed then. */
    Optional<Refusal> reserve(ShardCommand.ReserveMapping command, int assignedPort) {
        ReferenceMapping mapping = byInternal.get(command.internal());
        int subscriber = command.subscriber();
        if (mapping != null && mapping.isStatic) {
            return Optional.of(Refusal.INTERNAL_USED);
        }
        var suggested = external(command, command.suggestedPort());
        boolean isOpen =
                ports.isOpen(subscriber, command.internal(), suggested, explicitPorts(subscriber));
        boolean isLeft = leftOver(command.internal(), subscriber).isPresent();
        boolean isHere =
                mapping != null && mapping.isHere(command.addressIndex(), config.pool().ports());
        boolean keeps =
                isHere
                        && !isLeft
                        && (mapping.state != State.RESTING
                                || (!isOpen && (!mapping.wasExplicit || command.reclaim())));
        if (keeps
                && command.exact()
                && !List.of(0, mapping.external.port()).contains(suggested.port())) {
            return Optional.of(Refusal.CANNOT_PROVIDE);
        }
        boolean isRenewal = keeps && (mapping.isExplicit || mapping.isPending);
        if (!isRenewal && explicitOf(subscriber) >= rules.quotaOf(subscriber).mappings()) {
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
            boolean isRight =
                    isOpen
                            ? assignedPort == command.suggestedPort()
                            : ports.isExplicitRight(
                                    subscriber,
                                    command.internal(),
                                    external,
                                    explicitPorts(subscriber));
            assertTrue(isRight, external + " against NAT-ALLOC-006");
            var pairing = new Pairing(subscriber, command.addressIndex());
            Optional.ofNullable(mapping).ifPresent(this::leave);
            ports.take(subscriber, external);
            mapping = bind(pairing, command.internal(), external);
            mapping.state = State.RESERVED;
            mapping.isPending = true;
        }
        return refusal;
    }

    private Optional<Refusal> refusesFresh(ShardCommand.ReserveMapping command, boolean isOpen) {
        int subscriber = command.subscriber();
        boolean hasAny =
                ports.hasExplicitFree(
                        subscriber,
                        command.internal(),
                        command.addressIndex(),
                        explicitPorts(subscriber));
        var quota = rules.quotaOf(subscriber);
        if (!ports.hasPortLeft(subscriber, command.internal().protocol(), quota)) {
            return Optional.of(Refusal.QUOTA);
        }
        if (command.exact() && !isOpen) {
            return Optional.of(Refusal.CANNOT_PROVIDE);
        }
        if (!isOpen && !hasAny) {
            return Optional.of(Refusal.NO_PORTS);
        }
        return mappingsIn(config.shardOf(command.addressIndex())) == config.capacity().mappings()
                ? Optional.of(Refusal.TABLE_FULL)
                : Optional.empty();
    }

    private PortRange explicitPorts(int subscriber) {
        return rules.of(subscriber).explicitPorts();
    }

    private static External external(ShardCommand.ReserveMapping command, int port) {
        return new External(command.internal().protocol(), command.addressIndex(), port);
    }

    /** A pending explicit mapping became durable. */
    void activate(InternalTuple internal) {
        ReferenceMapping mapping = byInternal.get(internal);
        mapping.isPending = false;
        mapping.isExplicit = true;
        mapping.wasExplicit = false;
        mapping.state = State.ACTIVE;
        mapping.restsUntilNs = Long.MIN_VALUE;
    }

    /** A pending explicit mapping is undone; whether there was one. */
    boolean abandon(InternalTuple internal, long nowNs) {
        ReferenceMapping mapping = byInternal.get(internal);
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
        ReferenceMapping mapping = byInternal.get(internal);
        if (mapping == null || !mapping.isExplicit) {
            return false;
        }
        mapping.isExplicit = false;
        end(mapping, nowNs);
        return true;
    }

    private void end(ReferenceMapping mapping, long nowNs) {
        mapping.wasExplicit = true;
        int protocol = mapping.internal.protocol();
        mapping.restsUntilNs = nowNs + config.timers().explicitHoldNs(protocol);
        mapping.state = mapping.hasOwn() ? State.ACTIVE : State.RESIDUAL;
        settle(mapping, nowNs);
    }

    // ------------------------------------------------------------------ static mappings

    /** A reservation is installed; what the shard ought to answer. */
    ShardOutcome install(ShardCommand.InstallStatic command, long nowNs) {
        long id = command.requestId();
        InternalTuple internal = command.internal();
        int address = command.addressIndex();
        int port = command.externalPort();
        var external = new External(internal.protocol(), address, port);
        ReferenceMapping own = byInternal.get(internal);
        ReferenceMapping holder = byExternal.get(external);
        if (own != null && own.isStatic && own == holder) {
            give(own, command.subscriber());
            return new ShardOutcome.Reserved(id, address, port, true);
        }
        if (own != null && (own.isStatic || own.isExplicit || own.isPending)) {
            return new ShardOutcome.Refused(id, Refusal.INTERNAL_USED);
        }
        boolean isOwnPort = holder != null && holder.internal.equals(internal);
        var pairing = new Pairing(command.subscriber(), address);
        Optional<Refusal> refusal = refusesStatic(command.subscriber(), internal, external);
        if (!isOwnPort && refusal.isPresent()) {
            return new ShardOutcome.Refused(id, refusal.get());
        }
        if (own != null && own != holder) {
            leave(own);
        }
        if (!isOwnPort) {
            Optional.ofNullable(holder).ifPresent(resting -> free(resting, nowNs));
            ports.takeAny(command.subscriber(), external);
            holder = bind(pairing, internal, external);
        }
        give(holder, command.subscriber());
        makeStatic(holder, nowNs);
        return new ShardOutcome.Reserved(id, address, port, isOwnPort);
    }

    private void give(ReferenceMapping mapping, int subscriber) {
        mapping.pairing = new Pairing(subscriber, mapping.external.addressIndex());
        ports.give(mapping.external, subscriber);
    }

    private Optional<Refusal> refusesStatic(
            int subscriber, InternalTuple internal, External external) {
        Optional<Integer> leasedBy = ports.leasedBy(external);
        boolean isForeign =
                (leasedBy.isPresent() && leasedBy.get() != subscriber)
                        || ports.isForeign(internal, external);
        if (isForeign && !ports.isApart(external)) {
            return Optional.of(Refusal.BLOCK_HELD);
        }
        ReferenceMapping holder = byExternal.get(external);
        boolean isUsed = holder != null && holder.state != State.RESTING;
        if (isUsed || ports.isForbidden(external)) {
            return Optional.of(Refusal.PORT_USED);
        }
        if (holder != null) {
            return Optional.empty();
        }
        int shard = config.shardOf(external.addressIndex());
        return mappingsIn(shard) == config.capacity().mappings()
                ? Optional.of(Refusal.TABLE_FULL)
                : Optional.empty();
    }

    private void makeStatic(ReferenceMapping mapping, long nowNs) {
        unbind(mapping);
        mapping.peers = Optional.empty();
        byInternal.put(mapping.internal, mapping);
        mapping.isStatic = true;
        mapping.wasExplicit = false;
        mapping.state = State.ACTIVE;
        mapping.restsUntilNs = Long.MIN_VALUE;
        ports.setApart(mapping.external, nowNs);
    }

    /** A reservation is removed; whether there was one. */
    boolean removeStatic(InternalTuple internal, long nowNs) {
        ReferenceMapping mapping = byInternal.get(internal);
        if (mapping == null || !mapping.isStatic) {
            return false;
        }
        mapping.isStatic = false;
        ports.endStatic(mapping.external);
        mapping.state = mapping.hasOwn() ? State.ACTIVE : State.RESIDUAL;
        settle(mapping, nowNs);
        return true;
    }

    /** What is asked for or reserved is cut for another reservation; whether it was there. */
    boolean cut(InternalTuple internal, long nowNs) {
        ReferenceMapping mapping = byInternal.get(internal);
        if (mapping == null || !(mapping.isExplicit || mapping.isStatic)) {
            return false;
        }
        mapping.isExplicit = false;
        mapping.isStatic = false;
        ports.endStatic(mapping.external);
        byInternal.remove(internal);
        mapping.sessions.forEach(session -> sessions.remove(session.key));
        mapping.sessions.clear();
        mapping.state = State.RESTING;
        mapping.restsUntilNs = nowNs + config.timers().holdDownNs();
        return true;
    }

    ShardOutcome.PortUse portUse(long requestId, External port) {
        Optional<ReferenceMapping> holder = Optional.ofNullable(byExternal.get(port));
        return new ShardOutcome.PortUse(
                requestId,
                holder.map(ReferenceMapping::holding).orElse(Holding.FREE),
                holder.map(mapping -> mapping.pairing.subscriber).orElse(-1),
                ports.leasedBy(port).orElse(-1));
    }

    ShardOutcome.SubscriberUse use(long requestId, int subscriber) {
        return new ShardOutcome.SubscriberUse(
                requestId, (int) ports.held(subscriber), (int) sessionsOf(subscriber));
    }

    boolean isExplicit(InternalTuple internal) {
        return byInternal.containsKey(internal) && byInternal.get(internal).isExplicit;
    }

    /** Whether an implicit mapping is there. */
    boolean isActive(InternalTuple internal) {
        ReferenceMapping mapping = byInternal.get(internal);
        return mapping != null && mapping.state == State.ACTIVE && !mapping.isStatic;
    }

    /** For how long outbound traffic keeps the mapping; 0 for not at all. */
    long outboundRemainingNs(InternalTuple internal, long nowNs) {
        return byInternal.containsKey(internal)
                ? byInternal.get(internal).sessions.stream()
                        .filter(ReferenceSession::isWanted)
                        .mapToLong(session -> session.deadlineNs(config) - nowNs)
                        .max()
                        .orElse(0)
                : 0;
    }

    /** Whether the subscriber holds no port and no block. */
    boolean isIdle(int subscriber) {
        return !ports.hasAny(subscriber) && !ports.hasBlocks(subscriber);
    }

    // ------------------------------------------------------------------ time

    /** Everything whose deadline has come happens. */
    void expire(long nowNs) {
        for (ReferenceSession session : List.copyOf(sessions.values())) {
            if (sessions.containsKey(session.key) && session.deadlineNs(config) <= nowNs) {
                sessions.remove(session.key);
                session.mapping.sessions.remove(session);
                settle(session.mapping, nowNs);
            }
        }
        for (ReferenceMapping mapping : List.copyOf(byExternal.values())) {
            if (mapping.state == State.RESTING && mapping.restsUntilNs <= nowNs) {
                free(mapping, nowNs);
            }
        }
        ports.expire(nowNs);
    }

    /** When something happens next. */
    long nextDeadlineNs() {
        long next = ports.nextDeadlineNs();
        for (ReferenceSession session : sessions.values()) {
            next = Math.min(next, session.deadlineNs(config));
        }
        for (ReferenceMapping mapping : byExternal.values()) {
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
        return waiting.in(shard);
    }

    long sessionsOf(int subscriber) {
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
        return sessions.values().stream()
                .filter(session -> shardOf(session.mapping.pairing) == shard)
                .map(session -> session.describe(nowNs, config))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private List<Object> blockKey(Pairing pairing) {
        return List.of(shardOf(pairing), "block", pairing.subscriber);
    }

    private int shardOf(Pairing pairing) {
        return config.shardOf(pairing.addressIndex);
    }

    private Endpoint endpoint(External external) {
        return new Endpoint(
                config.pool().addresses().get(external.addressIndex()), external.port());
    }

    private boolean isInside(int ip) {
        return config.inside().stream().anyMatch(prefix -> prefix.contains(ip));
    }

    private static Verdict drop(NatCounter reason) {
        return new Verdict.Dropped(reason);
    }
}
