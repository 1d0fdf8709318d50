package org.portreeve.nat.shard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ShardLink.Kind;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.SessionTable;

/** A slow, obvious translator without packets, for what port control can see of a shard. */
@SuppressWarnings("EnumOrdinal") // The ring carries ordinals of refusals.
public final class ModelShard {
    private final int shardIndex;
    private final NatConfig nat;
    private final Directory directory;
    private final ShardLink link;
    private final Map<InternalTuple, Mapping> mappings = new HashMap<>();
    private final Map<Long, Mapping> owners = new HashMap<>();
    private final Map<Long, Rest> rests = new HashMap<>();
    private final Map<Long, Integer> blocks = new HashMap<>();
    private final Map<Long, Long> blockUsedNs = new HashMap<>();
    private final Set<Long> pendingBlocks = new HashSet<>();
    private final Set<InternalTuple> awaitingPairing = new HashSet<>();
    private final Set<Integer> known = new HashSet<>();

    /** Until when each session lives that a PEER found or made. */
    private final Map<Session, Long> sessions = new HashMap<>();

    private final List<ShardCommand.KeepSession> awaitingBlock = new ArrayList<>();
    private long nowNs;

    /** A shard behind a link. */
    public ModelShard(int shardIndex, NatConfig nat, Directory directory, ShardLink link) {
        this.shardIndex = shardIndex;
        this.nat = nat;
        this.directory = directory;
        this.link = link;
    }

    /** One mapping, explicit, implicit or both. */
    public static final class Mapping {
        public final InternalTuple internal;
        public int subscriber;
        public final int addressIndex;
        public final int port;
        public boolean explicit;
        public boolean reserved;
        private boolean isApart;
        public boolean active;
        public long outboundUntilNs = Long.MIN_VALUE;

        /** How its port rests when nothing else keeps it; null as nobody had it before. */
        private Rest held;

        private Mapping(InternalTuple internal, int subscriber, int addressIndex, int port) {
            this.internal = internal;
            this.subscriber = subscriber;
            this.addressIndex = addressIndex;
            this.port = port;
        }

        private Rest rest(RestKind kind, long untilNs) {
            return new Rest(internal, subscriber, untilNs, kind, isApart);
        }
    }

    /**
     * A port that rests.
     *
     * @param kind what of it may go back to its tuple
     * @param isApart whether the block round it does not matter
     */
    private record Rest(
            InternalTuple internal, int subscriber, long untilNs, RestKind kind, boolean isApart) {}

    /** One session of a mapping. */
    private record Session(InternalTuple internal, int remoteIp, int remotePort) {}

    private enum RestKind {
        /** To whoever proves to own it. */
        EXPLICIT,
        /** To whoever asks. */
        IMPLICIT,
        /** Nobody: a reservation wants it. */
        CUT
    }

    /** Carries out at most so many commands, and what time brings. */
    public int run(int limit, long nowNs) {
        this.nowNs = nowNs;
        int done = 0;
        for (; done < limit; done++) {
            ShardCommand command = link.poll();
            if (command == null) {
                break;
            }
            carryOut(command);
        }
        return done + age();
    }

    /** A packet of an inside host: makes an implicit mapping, or uses what is there. */
    public void outbound(InternalTuple internal, long nowNs) {
        this.nowNs = nowNs;
        long pairing = directory.find(internal.realm(), internal.internalIp());
        if (pairing == Directory.NONE) {
            if (link.hasEventPlace() && awaitingPairing.add(internal)) {
                link.emit(Kind.PAIRING_WANTED, internal.realm(), internal.internalIp(), 0, 0);
            }
            return;
        }
        int addressIndex = Directory.addressIndex(pairing);
        if (nat.shardOf(addressIndex) != shardIndex) {
            return;
        }
        Mapping mapping = mappings.get(internal);
        if (mapping == null) {
            mapping = implicit(internal, Directory.subscriber(pairing), addressIndex);
        }
        if (mapping != null && (mapping.active || !mapping.explicit)) {
            mapping.outboundUntilNs = nowNs + nat.timers().udpIdleNs();
        }
    }

    /** The explicit mappings that forward packets. */
    public List<Mapping> active() {
        return mappings.values().stream().filter(m -> m.explicit && m.active).toList();
    }

    /** Explicit mappings and reservations. */
    public List<Mapping> explicit() {
        return mappings.values().stream().filter(m -> m.explicit).toList();
    }

    /** Reservations that are in force. */
    public List<Mapping> statics() {
        return mappings.values().stream().filter(m -> m.reserved).toList();
    }

    /** The mapping of a tuple forwards packets from anybody. */
    public boolean forwards(InternalTuple internal, int addressIndex, int port) {
        Mapping mapping = mappings.get(internal);
        return mapping != null
                && (mapping.reserved || (mapping.explicit && mapping.active))
                && mapping.addressIndex == addressIndex
                && mapping.port == port;
    }

    /** Whether a port rests now. */
    public boolean rests(int protocol, int addressIndex, int port) {
        return rests.containsKey(key(protocol, addressIndex, port));
    }

    /** Whether a subscriber has a row. */
    public boolean knows(int subscriber) {
        return known.contains(subscriber);
    }

    private void carryOut(ShardCommand command) {
        switch (command) {
            case ShardCommand.InstallStatic c -> installStatic(c);
            case ShardCommand.RemoveStatic c -> removeStatic(c);
            case ShardCommand.QueryPort c -> queryPort(c);
            case ShardCommand.CutMapping c -> cutMapping(c);
            case ShardCommand.ReserveMapping c -> reserve(c);
            // The model has no ports that follow each other, so each is alone.
            case ShardCommand.ReserveSet c -> reserve(c.alone());
            case ShardCommand.RestoreSet c -> refuse(c.requestId(), Refusal.CANNOT_PROVIDE);
            case ShardCommand.ActivateMapping c -> {
                Mapping mapping = mappings.get(c.internal());
                mapping.active = true;
                mapping.held = null;
                link.emit(Kind.ACTIVATED, c.requestId(), 0, 0, 0);
            }
            case ShardCommand.ReleaseReservation c -> {
                if (mappings.get(c.internal()).active) {
                    // Filters that were set aside are given up, of which the model has none.
                    link.emit(Kind.ENDED, c.requestId(), 0, 0, 0);
                } else {
                    end(c.requestId(), c.internal(), false);
                }
            }
            case ShardCommand.StageFilters c -> {
                Mapping mapping = mappings.get(c.internal());
                int address = mapping.addressIndex;
                link.emit(Kind.RESERVED, c.requestId(), address, mapping.port, 1);
            }
            case ShardCommand.EndMapping c -> endMapping(c);
            case ShardCommand.QueryIdle c -> queryIdle(c);
            case ShardCommand.RestoreMapping c -> restore(c);
            case ShardCommand.RestoreHold c -> restoreHold(c);
            case ShardCommand.RestoreBlock c -> {
                blocks.put(key(0, c.addressIndex(), c.firstPort()), c.subscriber());
                known.add(c.subscriber());
                link.emit(Kind.ACTIVATED, c.requestId(), 0, 0, 0);
            }
            case ShardCommand.PairingDecided c ->
                    awaitingPairing.removeIf(t -> t.internalIp() == c.internalIp());
            case ShardCommand.KeepSession c -> keep(c);
            case ShardCommand.QuerySession c -> query(c);
            case ShardCommand.ReleaseSession c -> {
                var session = new Session(c.internal(), c.remoteIp(), c.remotePort());
                sessions.computeIfPresent(session, (_, _) -> nowNs);
                link.emit(Kind.ENDED, c.requestId(), 1, 0, 0);
            }
            case ShardCommand.RestoreSession c -> restoreSession(c);
            case ShardCommand.ActivateBlock c -> activateBlock(c);
            case ShardCommand.RefuseBlock c -> refuseBlock(c);
            case ShardCommand.UsePool c -> link.emit(Kind.ACTIVATED, c.requestId(), 0, 0, 0);
            case ShardCommand.QueryAddress c -> queryAddress(c);
            case ShardCommand.CutSubscriber c -> cut(c.requestId(), c.subscriber(), _ -> true);
            case ShardCommand.CutHost c ->
                    cut(
                            c.requestId(),
                            c.subscriber(),
                            internal -> internal.internalIp() == c.internalIp());
            case ShardCommand.CutAddress c -> link.emit(Kind.ADDRESS_USE, c.requestId(), 0, 0, 0);
            case ShardCommand.ForgetSubscriber c -> forget(c);
            case ShardCommand.QueryUse c ->
                    link.emit(Kind.SUBSCRIBER_USE, c.requestId(), portsOf(c.subscriber()), 0, 0);
        }
    }

    private void queryIdle(ShardCommand.QueryIdle c) {
        Mapping mapping = mappings.get(c.internal());
        long leftNs = mapping == null ? 0 : mapping.outboundUntilNs - nowNs;
        if (mapping != null && mapping.outboundUntilNs > nowNs) {
            link.emit(Kind.STILL_USED, c.requestId(), leftNs, 0, 0);
        } else {
            link.emit(Kind.ENDED, c.requestId(), 1, 0, 0);
        }
    }

    private void activateBlock(ShardCommand.ActivateBlock c) {
        pendingBlocks.remove(key(0, c.addressIndex(), c.firstPort()));
        List<ShardCommand.KeepSession> waiting = List.copyOf(awaitingBlock);
        awaitingBlock.clear();
        waiting.forEach(this::keep);
    }

    private void refuseBlock(ShardCommand.RefuseBlock c) {
        pendingBlocks.remove(key(0, c.addressIndex(), c.firstPort()));
        int subscriber = blocks.remove(key(0, c.addressIndex(), c.firstPort()));
        awaitingBlock.stream()
                .filter(keep -> keep.subscriber() == subscriber)
                .forEach(keep -> refuse(keep.requestId(), Refusal.NO_PORTS));
        awaitingBlock.removeIf(keep -> keep.subscriber() == subscriber);
    }

    /** Whether a session that a PEER keeps has this external port now. */
    public boolean keeps(
            InternalTuple internal, int remoteIp, int remotePort, int addressIndex, int port) {
        Mapping mapping = mappings.get(internal);
        Long untilNs = sessions.get(new Session(internal, remoteIp, remotePort));
        return untilNs != null
                && untilNs > nowNs
                && mapping != null
                && mapping.addressIndex == addressIndex
                && mapping.port == port;
    }

    private void keep(ShardCommand.KeepSession c) {
        Mapping mapping = mappings.get(c.internal());
        if (mapping != null && mapping.subscriber != c.subscriber()) {
            refuse(c.requestId(), Refusal.NO_PORTS);
            return;
        }
        var session = new Session(c.internal(), c.remoteIp(), c.remotePort());
        boolean isThere = sessions.containsKey(session);
        int port = c.suggestedPort();
        if (!isThere && mapping != null && port != 0 && port != mapping.port) {
            refuse(c.requestId(), Refusal.CANNOT_PROVIDE);
            return;
        }
        if (mapping == null) {
            if (port == 0) {
                mapping = implicit(c.internal(), c.subscriber(), c.addressIndex());
            } else if (isOpen(c)) {
                mapping = add(c.internal(), c.subscriber(), c.addressIndex(), port);
            } else {
                refuse(c.requestId(), Refusal.CANNOT_PROVIDE);
                return;
            }
        }
        if (mapping == null && hasPendingBlock(c.subscriber())) {
            awaitingBlock.add(c);
        } else if (mapping == null) {
            refuse(c.requestId(), Refusal.NO_PORTS);
        } else {
            long idleUntilNs = nowNs + nat.timers().udpIdleNs();
            long aliveUntilNs = sessions.computeIfAbsent(session, _ -> idleUntilNs);
            boolean isLonger = nowNs + c.askedNs() > aliveUntilNs;
            long grantedUntilNs = Math.max(aliveUntilNs, nowNs + c.grantedNs());
            sessions.put(session, isLonger ? grantedUntilNs : aliveUntilNs);
            kept(c.requestId(), session, mapping);
        }
    }

    private boolean isOpen(ShardCommand.KeepSession c) {
        long key = key(c.internal().protocol(), c.addressIndex(), c.suggestedPort());
        return nat.pool().incomingPorts().contains(c.suggestedPort())
                && !owners.containsKey(key)
                && !rests.containsKey(key);
    }

    private boolean hasPendingBlock(int subscriber) {
        return pendingBlocks.stream().anyMatch(block -> blocks.get(block) == subscriber);
    }

    private void query(ShardCommand.QuerySession c) {
        var session = new Session(c.internal(), c.remoteIp(), c.remotePort());
        if (sessions.containsKey(session)) {
            kept(c.requestId(), session, mappings.get(c.internal()));
        } else {
            link.emit(Kind.ENDED, c.requestId(), 0, 0, 0);
        }
    }

    private void kept(long requestId, Session session, Mapping mapping) {
        long remainingNs = Math.max(0, sessions.get(session) - nowNs);
        link.emit(Kind.SESSION_KEPT, requestId, mapping.addressIndex, mapping.port, remainingNs);
    }

    private void restoreSession(ShardCommand.RestoreSession c) {
        Mapping mapping = mappings.get(c.internal());
        long key = key(c.internal().protocol(), c.addressIndex(), c.externalPort());
        Rest rest = rests.get(key);
        boolean isOthers = rest != null && !rest.internal.equals(c.internal());
        if (mapping == null && !owners.containsKey(key) && !isOthers) {
            mapping = add(c.internal(), c.subscriber(), c.addressIndex(), c.externalPort());
        }
        if (mapping == null
                || mapping.port != c.externalPort()
                || mapping.addressIndex != c.addressIndex()) {
            refuse(c.requestId(), Refusal.PORT_USED);
            return;
        }
        var session = new Session(c.internal(), c.remoteIp(), c.remotePort());
        sessions.put(session, nowNs + c.remainingNs());
        link.emit(Kind.RESERVED, c.requestId(), c.addressIndex(), c.externalPort(), 0);
    }

    /** Whether traffic, or a PEER, keeps what nobody was promised. */
    private boolean isInUse(Mapping mapping) {
        return mapping.outboundUntilNs > nowNs
                || sessions.entrySet().stream()
                        .anyMatch(e ->
                                e.getKey().internal.equals(mapping.internal)
                                        && e.getValue() > nowNs);
    }

    private void restoreHold(ShardCommand.RestoreHold c) {
        long key = key(c.internal().protocol(), c.addressIndex(), c.externalPort());
        if (owners.containsKey(key)) {
            refuse(c.requestId(), Refusal.CANNOT_PROVIDE);
        } else {
            known.add(c.subscriber());
            long untilNs = nowNs + c.remainingNs();
            rests.put(
                    key, new Rest(c.internal(), c.subscriber(), untilNs, RestKind.EXPLICIT, false));
            link.emit(Kind.RESERVED, c.requestId(), c.addressIndex(), c.externalPort(), 0);
        }
    }

    private void queryAddress(ShardCommand.QueryAddress c) {
        long held =
                Stream.concat(owners.keySet().stream(), rests.keySet().stream())
                        .filter(key -> addressOf(key) == c.addressIndex())
                        .count();
        long leased =
                blocks.keySet().stream().filter(key -> addressOf(key) == c.addressIndex()).count();
        link.emit(Kind.ADDRESS_USE, c.requestId(), held, leased, 0);
    }

    private void cut(long requestId, int subscriber, Predicate<InternalTuple> isWanted) {
        mappings.entrySet().stream()
                .filter(e -> isWanted.test(e.getKey()))
                .map(Map.Entry::getValue)
                .filter(m -> m.subscriber == subscriber && !m.explicit)
                .forEach(m -> m.outboundUntilNs = nowNs);
        link.emit(Kind.SUBSCRIBER_USE, requestId, portsOf(subscriber), 0, 0);
    }

    private void cutMapping(ShardCommand.CutMapping c) {
        Mapping mapping = mappings.get(c.internal());
        boolean found = mapping != null && (mapping.explicit || mapping.reserved);
        if (found) {
            remove(mapping);
            rest(mapping, RestKind.CUT, nat.timers().holdDownNs());
        }
        link.emit(Kind.ENDED, c.requestId(), found ? 1 : 0, 0, 0);
    }

    private void reserve(ShardCommand.ReserveMapping c) {
        Mapping mapping = mappings.get(c.internal());
        if (mapping != null
                && mapping.subscriber != c.subscriber()
                && !mapping.explicit
                && !mapping.reserved) {
            // Its address has another subscriber by now.
            remove(mapping);
            rest(mapping, RestKind.CUT, nat.timers().holdDownNs());
            mapping = null;
        }
        if (mapping != null) {
            if (c.exact() && c.suggestedPort() != mapping.port) {
                refuse(c.requestId(), Refusal.CANNOT_PROVIDE);
                return;
            }
            assert !mapping.explicit && !mapping.reserved : "reserved twice: " + c.internal();
            mapping.explicit = true;
            mapping.active = false;
            link.emit(Kind.RESERVED, c.requestId(), mapping.addressIndex, mapping.port, 1);
            return;
        }
        int port = choose(c);
        if (port == 0) {
            refuse(c.requestId(), c.exact() ? Refusal.CANNOT_PROVIDE : Refusal.NO_PORTS);
            return;
        }
        mapping = add(c.internal(), c.subscriber(), c.addressIndex(), port);
        mapping.explicit = true;
        link.emit(Kind.RESERVED, c.requestId(), c.addressIndex(), port, 0);
    }

    private int choose(ShardCommand.ReserveMapping c) {
        PortRange range = nat.pool().incomingPorts();
        if (range.contains(c.suggestedPort()) && isFree(c, c.suggestedPort())) {
            return c.suggestedPort();
        }
        if (c.exact()) {
            return 0;
        }
        for (Map.Entry<Long, Rest> entry : rests.entrySet()) {
            Rest rest = entry.getValue();
            int port = (int) (entry.getKey() & 0xffff);
            boolean isOwn = rest.internal.equals(c.internal()) && rest.kind == RestKind.IMPLICIT;
            if (isOwn && entry.getKey() == key(c.internal().protocol(), c.addressIndex(), port)) {
                return port;
            }
        }
        for (int port = range.first(); port <= range.last(); port++) {
            if (isFree(c, port)) {
                return port;
            }
        }
        return 0;
    }

    private boolean isFree(ShardCommand.ReserveMapping c, int port) {
        long key = key(c.internal().protocol(), c.addressIndex(), port);
        Rest rest = rests.get(key);
        boolean rested =
                rest == null
                        || (c.reclaim()
                                && rest.internal.equals(c.internal())
                                && rest.kind != RestKind.CUT);
        return rested && !owners.containsKey(key);
    }

    private void restore(ShardCommand.RestoreMapping c) {
        long key = key(c.internal().protocol(), c.addressIndex(), c.externalPort());
        if (owners.containsKey(key) || mappings.containsKey(c.internal())) {
            refuse(c.requestId(), Refusal.CANNOT_PROVIDE);
            return;
        }
        Mapping mapping = add(c.internal(), c.subscriber(), c.addressIndex(), c.externalPort());
        mapping.explicit = true;
        mapping.active = true;
        link.emit(Kind.RESERVED, c.requestId(), c.addressIndex(), c.externalPort(), 0);
    }

    private Mapping add(InternalTuple internal, int subscriber, int addressIndex, int port) {
        Mapping mapping = new Mapping(internal, subscriber, addressIndex, port);
        mappings.put(internal, mapping);
        Mapping other = owners.put(key(internal.protocol(), addressIndex, port), mapping);
        assert other == null : "an external tuple has two owners";
        Rest rest = rests.remove(key(internal.protocol(), addressIndex, port));
        if (rest != null && rest.internal.equals(internal)) {
            mapping.held = rest;
        }
        known.add(subscriber);
        return mapping;
    }

    private void endMapping(ShardCommand.EndMapping c) {
        Mapping mapping = mappings.get(c.internal());
        if (mapping != null
                && mapping.explicit
                && c.onlyIfIdle()
                && mapping.outboundUntilNs > nowNs) {
            link.emit(Kind.STILL_USED, c.requestId(), mapping.outboundUntilNs - nowNs, 0, 0);
        } else {
            end(c.requestId(), c.internal(), true);
        }
    }

    private void end(long requestId, InternalTuple internal, boolean rest) {
        Mapping mapping = mappings.get(internal);
        boolean found = mapping != null && mapping.explicit;
        boolean outbound = mapping != null && isInUse(mapping);
        if (found) {
            mapping.explicit = false;
            mapping.active = false;
            if (rest) {
                mapping.held = mapping.rest(RestKind.EXPLICIT, nowNs + holdNs(mapping));
            }
            if (!outbound) {
                remove(mapping);
                if (mapping.held != null && mapping.held.untilNs > nowNs) {
                    rest(mapping, mapping.held.kind, mapping.held.untilNs - nowNs);
                }
            }
        }
        link.emit(Kind.ENDED, requestId, found ? 1 : 0, outbound ? 1 : 0, 0);
    }

    private void remove(Mapping mapping) {
        mappings.remove(mapping.internal);
        owners.remove(key(mapping));
        for (Session session : List.copyOf(sessions.keySet())) {
            if (session.internal.equals(mapping.internal)) {
                end(session);
            }
        }
    }

    private void end(Session session) {
        sessions.remove(session);
        InternalTuple internal = session.internal;
        long key0 = SessionTable.key0(internal.internalIp(), session.remoteIp);
        long key1 =
                SessionTable.key1(
                        internal.realm(),
                        internal.protocol(),
                        internal.internalPort(),
                        session.remotePort);
        if (link.hasEventPlace()) {
            link.emit(Kind.SESSION_ENDED, key0, key1, 0, 0);
        }
    }

    private void rest(Mapping mapping, RestKind kind, long restNs) {
        rests.put(key(mapping), mapping.rest(kind, nowNs + restNs));
    }

    private long holdNs(Mapping mapping) {
        return nat.timers().explicitHoldNs(mapping.internal.protocol());
    }

    private static long key(Mapping mapping) {
        return key(mapping.internal.protocol(), mapping.addressIndex, mapping.port);
    }

    private Mapping implicit(InternalTuple internal, int subscriber, int addressIndex) {
        long block = -1;
        for (Map.Entry<Long, Integer> entry : blocks.entrySet()) {
            if (entry.getValue() == subscriber) {
                block = entry.getKey();
            }
        }
        if (block == -1) {
            leaseBlock(subscriber, addressIndex);
            return null;
        }
        int firstPort = (int) (block & 0xffff);
        for (int port = firstPort; port < firstPort + nat.pool().block().size(); port++) {
            long key = key(internal.protocol(), addressIndex, port);
            if (!pendingBlocks.contains(block)
                    && !owners.containsKey(key)
                    && !rests.containsKey(key)) {
                return add(internal, subscriber, addressIndex, port);
            }
        }
        return null;
    }

    private void leaseBlock(int subscriber, int addressIndex) {
        int size = nat.pool().block().size();
        for (int port = 65_536 - size; port > nat.pool().incomingPorts().last(); port -= size) {
            long key = key(0, addressIndex, port);
            if (!blocks.containsKey(key) && link.hasEventPlace()) {
                blocks.put(key, subscriber);
                pendingBlocks.add(key);
                known.add(subscriber);
                link.emit(Kind.BLOCK_LEASED, subscriber, addressIndex, port, 0);
                return;
            }
        }
    }

    private int blockOf(int port) {
        return port / nat.pool().block().size() * nat.pool().block().size();
    }

    private void installStatic(ShardCommand.InstallStatic c) {
        int protocol = c.internal().protocol();
        long key = key(protocol, c.addressIndex(), c.externalPort());
        Mapping own = mappings.get(c.internal());
        Mapping holder = owners.get(key);
        Rest rest = rests.get(key);
        int block = blockOwner(c.addressIndex(), c.externalPort());
        boolean isOwn = own != null && own == holder;
        boolean isOwnRest = rest != null && rest.internal.equals(c.internal());
        boolean isApart = isOwn || isOwnRest || (rest != null && rest.isApart);
        if (own != null && (own.explicit || own.reserved)) {
            refuse(c.requestId(), Refusal.INTERNAL_USED);
        } else if (holder != null && !isOwn) {
            refuse(c.requestId(), Refusal.PORT_USED);
        } else if (block != -1 && block != c.subscriber() && !isApart) {
            refuse(c.requestId(), Refusal.BLOCK_HELD);
        } else {
            if (own != null && !isOwn) {
                remove(own);
                rest(own, RestKind.CUT, nat.timers().holdDownNs());
            }
            Mapping mapping =
                    isOwn
                            ? own
                            : add(c.internal(), c.subscriber(), c.addressIndex(), c.externalPort());
            mapping.subscriber = c.subscriber();
            mapping.reserved = true;
            mapping.held = null;
            mapping.isApart = true;
            link.emit(Kind.RESERVED, c.requestId(), c.addressIndex(), c.externalPort(), 0);
        }
    }

    private void removeStatic(ShardCommand.RemoveStatic c) {
        Mapping mapping = mappings.get(c.internal());
        boolean found = mapping != null && mapping.reserved;
        boolean outbound = mapping != null && isInUse(mapping);
        if (found) {
            mapping.reserved = false;
            if (!outbound) {
                remove(mapping);
                rest(mapping, RestKind.IMPLICIT, nat.timers().holdDownNs());
            }
        }
        link.emit(Kind.ENDED, c.requestId(), found ? 1 : 0, outbound ? 1 : 0, 0);
    }

    private void queryPort(ShardCommand.QueryPort c) {
        long key = key(c.protocol(), c.addressIndex(), c.externalPort());
        Mapping holder = owners.get(key);
        Rest rest = rests.get(key);
        ShardOutcome.Holding holding = holding(holder, rest);
        int subscriber = holder != null ? holder.subscriber : rest != null ? rest.subscriber : -1;
        int block = blockOwner(c.addressIndex(), c.externalPort());
        link.emit(Kind.PORT_USE, c.requestId(), holding.ordinal(), subscriber, block);
    }

    private static ShardOutcome.Holding holding(Mapping holder, Rest rest) {
        if (holder == null) {
            return rest == null ? ShardOutcome.Holding.FREE : ShardOutcome.Holding.RESTING;
        }
        if (holder.reserved) {
            return ShardOutcome.Holding.STATIC;
        }
        return holder.explicit ? ShardOutcome.Holding.EXPLICIT : ShardOutcome.Holding.IMPLICIT;
    }

    private int blockOwner(int addressIndex, int port) {
        return blocks.getOrDefault(key(0, addressIndex, blockOf(port)), -1);
    }

    private void forget(ShardCommand.ForgetSubscriber c) {
        boolean empty = isEmpty(c.subscriber());
        if (empty) {
            known.remove(c.subscriber());
        }
        link.emit(empty ? Kind.FORGOTTEN : Kind.BUSY, c.requestId(), c.subscriber(), 0, 0);
    }

    private int portsOf(int subscriber) {
        long used = mappings.values().stream().filter(m -> m.subscriber == subscriber).count();
        return (int)
                (used + rests.values().stream().filter(r -> r.subscriber == subscriber).count());
    }

    private boolean isEmpty(int subscriber) {
        return mappings.values().stream().noneMatch(m -> m.subscriber == subscriber)
                && rests.values().stream().noneMatch(r -> r.subscriber == subscriber)
                && !blocks.containsValue(subscriber);
    }

    private int age() {
        int before = rests.size() + blocks.size() + mappings.size();
        rests.values().removeIf(r -> r.untilNs <= nowNs);
        for (Session session : List.copyOf(sessions.keySet())) {
            if (sessions.get(session) <= nowNs) {
                end(session);
            }
        }
        for (Mapping mapping : List.copyOf(mappings.values())) {
            if (!mapping.explicit && !mapping.reserved && !isInUse(mapping)) {
                remove(mapping);
                RestKind kind = mapping.held == null ? RestKind.IMPLICIT : mapping.held.kind;
                long heldNs = mapping.held == null ? 0 : mapping.held.untilNs - nowNs;
                rest(mapping, kind, Math.max(heldNs, nat.timers().holdDownNs()));
            }
        }
        returnBlocks();
        int after = rests.size() + blocks.size() + mappings.size();
        if (before != after) {
            for (int subscriber : new ArrayList<>(known)) {
                if (isEmpty(subscriber) && link.hasEventPlace()) {
                    link.emit(Kind.SUBSCRIBER_IDLE, subscriber, 0, 0, 0);
                }
            }
        }
        return before - after;
    }

    private void returnBlocks() {
        for (long block : List.copyOf(blocks.keySet())) {
            int subscriber = blocks.get(block);
            if (pendingBlocks.contains(block)
                    || mappings.values().stream()
                            .anyMatch(m -> m.subscriber == subscriber && !m.isApart)) {
                blockUsedNs.put(block, nowNs);
            }
            long usedNs = blockUsedNs.computeIfAbsent(block, _ -> nowNs);
            if (nowNs - usedNs >= nat.pool().block().idleReturnNs() && link.hasEventPlace()) {
                blocks.remove(block);
                blockUsedNs.remove(block);
                int addressIndex = (int) (block >>> 16);
                int firstPort = (int) (block & 0xffff);
                link.emit(Kind.BLOCK_RELEASED, subscriber, addressIndex, firstPort, 0);
            }
        }
    }

    private void refuse(long requestId, Refusal refusal) {
        link.emit(Kind.REFUSED, requestId, refusal.ordinal(), 0, 0);
    }

    private static int addressOf(long key) {
        return (int) (key >>> 16) & 0xffff;
    }

    private static long key(int protocol, int addressIndex, int port) {
        return (long) protocol << 48 | (long) addressIndex << 16 | port;
    }
}
