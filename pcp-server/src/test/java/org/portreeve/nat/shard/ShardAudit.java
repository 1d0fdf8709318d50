package org.portreeve.nat.shard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.port.BlockTable;
import org.portreeve.nat.port.InboundIndex;
import org.portreeve.nat.session.TcpTransitions;
import org.portreeve.nat.table.MappingTable;
import org.portreeve.nat.table.SessionTable;
import org.portreeve.nat.table.SubscriberTable;

/**
 * Looks into the tables of a shard between its turns: counts again whatever is counted there, the
 * obvious way, and says what cannot be. Owned by the thread that turns the shard.
 */
public final class ShardAudit {
    /** No moment. */
    public static final long NEVER = Long.MIN_VALUE;

    private static final int UNUSED = 0;
    private static final int KEEPERS =
            MappingTable.EXPLICIT | MappingTable.PENDING | MappingTable.STATIC;

    private final Tables tables;
    private final NatConfig config;
    private final MappingTable mappings;
    private final SessionTable sessions;
    private final SubscriberTable subscribers;
    private final BlockTable blocks;

    /** Ports of each block and protocol that nobody ever gets. */
    private final int[] unusable;

    private final Recount count;

    /** Sessions that a PEER kept when they were looked at last. */
    private final BitSet wasKept = new BitSet();

    /** Sessions that a PEER let go of, and the timers that they had when that was seen. */
    private final Map<Integer, Long> letGoNs = new HashMap<>();

    private final BitSet filtersHeld = new BitSet();

    /** What each block was when it was looked at last. */
    private final SeenBlock[] seenBlocks;

    /** Looks into this shard, which has not begun yet. */
    public ShardAudit(Shard shard) {
        tables = shard.tables;
        config = tables.config;
        mappings = tables.mappings;
        sessions = tables.sessions;
        subscribers = tables.subscribers;
        blocks = tables.blocks;
        unusable = new int[blocks.count() * Protocol.COUNT];
        Arrays.setAll(unusable, i -> blocks.taken(i / Protocol.COUNT, i % Protocol.COUNT));
        count = new Recount();
        seenBlocks = new SeenBlock[blocks.count()];
        Arrays.fill(seenBlocks, new SeenBlock(0, BlockTable.FREE, 0, NEVER));
    }

    /** A mapping, as it is now. */
    public record Row(
            InternalTuple internal,
            int subscriber,
            int addressIndex,
            int externalPort,
            boolean isExplicit,
            boolean isStatic,
            boolean isShared) {}

    /**
     * A mapping or a resting port, and what keeps it.
     *
     * @param restsUntilNs how long its port rests at least; {@link #NEVER} when nothing says so
     * @param flows its sessions
     */
    public record Held(Row row, long restsUntilNs, List<Flow> flows) {}

    /**
     * A session, as seen from its mapping.
     *
     * @param deadlineNs when it ends by traffic alone
     * @param isWanted whether its host opened or answered it; others end with the last of those
     * @param isKept whether a PEER keeps it, perhaps beyond that
     */
    public record Flow(
            int remoteIp, int remotePort, long deadlineNs, boolean isWanted, boolean isKept) {
        /** Whether this is the remote peer. */
        public boolean isWith(int ip, int port) {
            return remoteIp == ip && remotePort == port;
        }
    }

    /**
     * A block at one look.
     *
     * @param givenNs the last look at which it gave ports, which is before it was released; {@link
     *     #NEVER} when it has not, or to no purpose
     */
    private record SeenBlock(int externalIp, int state, int owner, long givenNs) {}

    /** A leased block that gives ports. */
    public record Block(int subscriber, int addressIndex, int firstPort) {}

    /** Who has an external tuple towards a remote address, which matters for shared ports alone. */
    public Optional<Row> at(int addressIndex, int protocol, int port, int remoteIp) {
        int row =
                tables.inbound.find(
                        tables.localAddress(addressIndex), Protocol.index(protocol), port);
        if (row == InboundIndex.NONE && protocol == Protocol.TCP) {
            row = tables.overlap.find(addressIndex, port, remoteIp);
        }
        return row == InboundIndex.NONE ? Optional.empty() : Optional.of(row(row));
    }

    /** The index of an external address, or {@link PoolAddresses#NONE}, as the shard knows it. */
    public int addressIndex(int externalIp) {
        return tables.pool.find(externalIp);
    }

    /** The address that an index stands for, as the shard knows it. */
    public int externalIp(int addressIndex) {
        return tables.pool.ip(addressIndex);
    }

    /** Whether an address is on its way out of the pool, as far as the shard was told. */
    public boolean isLeaving(int addressIndex) {
        return tables.pool.isLeaving(addressIndex);
    }

    /** What an internal tuple has. */
    public Optional<Row> of(InternalTuple internal) {
        int row = mappings.find(Mappings.key(internal));
        return row == MappingTable.NONE ? Optional.empty() : Optional.of(row(row));
    }

    /** The sessions of an internal tuple at an external one; none when another has that. */
    public List<Flow> flows(InternalTuple internal, int addressIndex, int externalPort) {
        int row =
                tables.inbound.find(
                        tables.localAddress(addressIndex),
                        Protocol.index(internal.protocol()),
                        externalPort);
        return row == InboundIndex.NONE || !row(row).internal.equals(internal)
                ? List.of()
                : flows(row);
    }

    /** How many filters an internal tuple's lease has in the translator. */
    public int filters(InternalTuple internal) {
        int row = mappings.find(Mappings.key(internal));
        return row == MappingTable.NONE ? 0 : tables.filters.size(row);
    }

    /** Whether those let a remote peer in. */
    public boolean admits(InternalTuple internal, int remoteIp, int remotePort) {
        int row = mappings.find(Mappings.key(internal));
        return row != MappingTable.NONE && tables.filters.admits(row, remoteIp, remotePort);
    }

    /** Explicit mappings in force, and static ones. */
    public List<Row> kept() {
        List<Row> kept = new ArrayList<>();
        for (int row = 0; row < mappings.capacity(); row++) {
            if (isUsed(row) && mappings.has(row, MappingTable.EXPLICIT | MappingTable.STATIC)) {
                kept.add(row(row));
            }
        }
        return kept;
    }

    /** Everything but what nobody was promised yet. */
    public List<Held> held() {
        List<Held> held = new ArrayList<>();
        for (int row = 0; row < mappings.capacity(); row++) {
            if (isUsed(row) && mappings.state(row) != MappingTable.RESERVED) {
                long untilNs = mappings.restsUntilNs(row);
                held.add(new Held(row(row), untilNs == 0 ? NEVER : untilNs, flows(row)));
            }
        }
        return held;
    }

    private List<Flow> flows(int row) {
        List<Flow> flows = new ArrayList<>();
        for (int s = mappings.firstSession(row); s != SessionTable.NONE; s = sessions.next(s)) {
            flows.add(
                    new Flow(
                            sessions.remoteIp(s),
                            sessions.remotePort(s),
                            sessions.lastSeenNs(s) + idleNs(s),
                            sessions.isWanted(s),
                            isKept(s)));
        }
        return flows;
    }

    /** Blocks whose record is durable. */
    public List<Block> blocks() {
        List<Block> active = new ArrayList<>();
        for (int block = 0; block < blocks.count(); block++) {
            if (blocks.state(block) == BlockTable.ACTIVE) {
                int addressIndex = tables.addressIndex(blocks.address(block));
                active.add(new Block(blocks.owner(block), addressIndex, blocks.firstPort(block)));
            }
        }
        return active;
    }

    /**
     * No block is leased before it has rested since it gave ports to whoever had it. To be called
     * often: what a block was between two looks is not known.
     */
    public void checkRests(long nowNs) {
        for (int block = 0; block < blocks.count(); block++) {
            SeenBlock before = seenBlocks[block];
            int state = blocks.state(block);
            int owner = state == BlockTable.FREE ? before.owner : blocks.owner(block);
            boolean isGiven = state == BlockTable.ACTIVE;
            if (isGiven || state != before.state || owner != before.owner) {
                seenBlocks[block] = seen(block, before, owner, nowNs);
            }
        }
    }

    private SeenBlock seen(int block, SeenBlock before, int owner, long nowNs) {
        int state = blocks.state(block);
        int externalIp = tables.externalIp(tables.addressIndex(blocks.address(block)));
        long givenNs = before.externalIp == externalIp ? before.givenNs : NEVER;
        boolean isLeased = state != BlockTable.FREE;
        boolean isNew = isLeased && (before.state == BlockTable.FREE || before.owner != owner);
        boolean isRested = givenNs == NEVER || nowNs - givenNs >= config.timers().holdDownNs();
        if (isNew && !isRested) {
            throw new AssertionError(
                    "a block from port %d that did not rest: of subscriber %d, before of %d, %d ms ago"
                            .formatted(
                                    blocks.firstPort(block),
                                    owner,
                                    before.owner,
                                    (nowNs - givenNs) / 1_000_000));
        }
        return new SeenBlock(
                externalIp, state, owner, state == BlockTable.ACTIVE ? nowNs : givenNs);
    }

    /** Ports that count against the quota of a subscriber. */
    public int ports(int subscriber) {
        return subscribers.ports(subscriber);
    }

    /** Those of one protocol. */
    public int ports(int subscriber, int protocol) {
        return subscribers.ports(subscriber, Protocol.index(protocol));
    }

    public int sessions(int subscriber) {
        return subscribers.sessions(subscriber);
    }

    public int explicitMappings(int subscriber) {
        return subscribers.explicitMappings(subscriber);
    }

    /** Whether a subscriber has nothing here at all. */
    public boolean isNobody(int subscriber) {
        return subscribers.isIdle(subscriber) && subscribers.sessions(subscriber) == 0;
    }

    /**
     * Counts everything again.
     *
     * @param servedNs the last time at which the shard had nothing left to do
     * @param nowNs the time of its last turn, or later
     */
    public void check(long servedNs, long nowNs) {
        count.begin();
        filtersHeld.clear();
        for (int row = 0; row < mappings.capacity(); row++) {
            tables.filters.mark(row, filtersHeld);
            if (isUsed(row)) {
                checkMapping(row, servedNs);
                count.mapping(row);
            }
        }
        for (int row = 0; row < sessions.capacity(); row++) {
            if (sessions.protocol(row) == UNUSED) {
                wasKept.clear(row);
                letGoNs.remove(row);
            } else {
                checkSession(row, servedNs, nowNs);
                count.session(row);
            }
        }
        count.compare();
        int filters = filtersHeld.cardinality();
        require(filters == tables.filters.size(), "filters of nobody", filters);
    }

    /** Looks for external ports that lead to mappings which are not there; slower. */
    public void checkInboundIndex() {
        int found = 0;
        int addresses = 0;
        while (tables.addressIndex(addresses) < config.addressPlaces()) {
            for (int cell = 0; cell < Protocol.COUNT << 16; cell++) {
                int row = tables.inbound.find(addresses, cell >> 16, cell & 0xffff);
                found += row == InboundIndex.NONE ? 0 : 1;
            }
            addresses++;
        }
        int shared = 0;
        for (int row = 0; row < mappings.capacity(); row++) {
            shared += isUsed(row) && mappings.has(row, MappingTable.OVERLAPPED) ? 1 : 0;
        }
        int each = mappings.size() - shared;
        require(found == each, "external ports lead to so many mappings", each);
    }

    private void checkMapping(int row, long servedNs) {
        int state = mappings.state(row);
        int port = mappings.externalPort(row);
        int addressIndex = mappings.addressIndex(row);
        int address = tables.localAddress(addressIndex);
        require(tables.owns(addressIndex), "an address of another shard", row);
        requireOf(
                isOwner(row, address, port), "its external tuple leads elsewhere: two owners", row);
        // No packet asks for a shared port by its tuple, so that one may rest beside another in
        // use.
        boolean isUnasked =
                state == MappingTable.RESTING_ORPHAN
                        || state == MappingTable.ORPHAN
                        || mappings.has(row, MappingTable.OVERLAPPED);
        requireOf(
                isUnasked || mappings.find(mappings.key(row), mappings.peers(row)) == row,
                "its internal tuple leads elsewhere",
                row);
        boolean isResting = state == MappingTable.RESTING || state == MappingTable.RESTING_ORPHAN;
        boolean isArmed = tables.wheel.isArmed(tables.mappingTimer(row));
        requireOf(isArmed == isResting, "rests without end, or ends in use", row);
        requireOf(
                !isResting || !isOver(mappings.restsUntilNs(row), servedNs),
                "rests beyond its deadline",
                row);
        int used =
                mappings.ownSessions(row)
                        + mappings.inboundSessions(row)
                        - (state == MappingTable.ACTIVE ? mappings.unrepliedSessions(row) : 0);
        requireOf(
                isResting || mappings.has(row, KEEPERS) || used > 0,
                "nothing keeps it, and it does not rest",
                row);
        requireOf(
                !isResting || mappings.firstSession(row) == SessionTable.NONE, "rests in use", row);
        checkBlockOf(row, address, port);
        requireOf(
                tables.filters.size(row) == 0
                        || mappings.has(row, MappingTable.EXPLICIT | MappingTable.PENDING),
                "filters without a lease",
                row);
    }

    /** Whether packets to the external tuple, of its peer where the port is shared, are its own. */
    private boolean isOwner(int row, int address, int port) {
        int protocolIndex = Protocol.index(mappings.protocol(row));
        int found = tables.inbound.find(address, protocolIndex, port);
        if (!mappings.has(row, MappingTable.OVERLAPPED)) {
            return found == row;
        }
        int remoteIp = MappingTable.remoteIp(mappings.peers(row));
        return found == InboundIndex.NONE
                && tables.overlap.find(mappings.addressIndex(row), port, remoteIp) == row;
    }

    /** A port inside a block is its owner's, but for those that staff put there. */
    private void checkBlockOf(int row, int address, int port) {
        int block = blocks.blockOf(address, port);
        if (block != BlockTable.NONE && !mappings.has(row, MappingTable.APART)) {
            requireOf(
                    blocks.state(block) != BlockTable.FREE
                            && blocks.owner(block) == mappings.subscriber(row),
                    "its port lies in a block of another",
                    row);
        }
    }

    private void checkSession(int row, long servedNs, long nowNs) {
        int mapping = sessions.mapping(row);
        require(isUsed(mapping), "a session without a mapping", row);
        requireOf(
                sessions.subscriber(row) == mappings.subscriber(mapping)
                        && sessions.externalPort(row) == mappings.externalPort(mapping)
                        && sessions.externalIp(row)
                                == tables.externalIp(mappings.addressIndex(mapping))
                        && sessions.internalIp(row) == mappings.internalIp(mapping)
                        && sessions.internalPort(row) == mappings.internalPort(mapping),
                "a session of another mapping",
                mapping);
        long idleUntilNs = sessions.lastSeenNs(row) + idleNs(row);
        long deadlineNs =
                isKept(row) ? Math.max(idleUntilNs, sessions.keptUntilNs(row)) : idleUntilNs;
        require(tables.wheel.isArmed(row), "a session without a timer", row);
        long timerNs = tables.wheel.deadlineNs(row);
        if (isKept(row)) {
            letGoNs.remove(row);
        } else if (wasKept.get(row)) {
            // It may have been idle for some time then: the timer is set for the moment itself.
            requireOf(
                    timerNs - (nowNs + idleNs(row)) <= 0,
                    "a session that a PEER let go of keeps its timer",
                    mapping);
            letGoNs.put(row, timerNs);
        }
        wasKept.set(row, isKept(row));
        long noticedNs = Math.max(deadlineNs, letGoNs.getOrDefault(row, deadlineNs));
        requireOf(!isOver(noticedNs, servedNs), "a session beyond its deadline", mapping);
        requireOf(timerNs - noticedNs <= 0, "a session whose end will be noticed late", mapping);
    }

    /** Whether a PEER keeps a session: FINs and RSTs end that too (RFC 6887 §12.3). */
    private boolean isKept(int row) {
        boolean isClosing =
                sessions.protocol(row) == Protocol.TCP
                        && TcpTransitions.idleClass(sessions.tcpState(row))
                                == TcpTransitions.IDLE_CLOSING;
        return (sessions.flags(row) & SessionTable.KEPT) != 0 && !isClosing;
    }

    private static boolean isOver(long deadlineNs, long servedNs) {
        return deadlineNs + Tables.TICK_NS - servedNs < 0;
    }

    /** The idle time of a session by the configuration alone. */
    private long idleNs(int row) {
        NatConfig.Timers timers = config.timers();
        if (!sessions.isWanted(row)) {
            // That of the profile at the time when it came.
            return sessions.ownIdleMs(row) * 1_000_000L;
        }
        return switch (sessions.protocol(row)) {
            case Protocol.UDP -> timers.udpIdleNs();
            case Protocol.ICMP -> timers.icmpIdleNs();
            default ->
                    switch (TcpTransitions.idleClass(sessions.tcpState(row))) {
                        case TcpTransitions.IDLE_OPENING -> timers.tcpOpeningIdleNs();
                        case TcpTransitions.IDLE_ESTABLISHED -> timers.tcpEstablishedIdleNs();
                        default -> timers.tcpClosingIdleNs();
                    };
        };
    }

    private boolean isUsed(int row) {
        return mappings.state(row) != UNUSED;
    }

    private Row row(int row) {
        return new Row(
                InternalTuple.of(
                        mappings.protocol(row),
                        mappings.internalIp(row),
                        mappings.internalPort(row)),
                mappings.subscriber(row),
                mappings.addressIndex(row),
                mappings.externalPort(row),
                mappings.has(row, MappingTable.EXPLICIT),
                mappings.has(row, MappingTable.STATIC),
                mappings.has(row, MappingTable.OVERLAPPED));
    }

    private static void require(boolean holds, String what, int where) {
        if (!holds) {
            throw new AssertionError(what + ": " + where);
        }
    }

    /** The same of a mapping. */
    private void requireOf(boolean holds, String what, int mapping) {
        if (!holds) {
            throw new AssertionError(what + ": " + row(mapping));
        }
    }

    /** What the rows say that subscribers and blocks should have counted. */
    private final class Recount {
        private final int capacity = config.capacity().subscribers();
        private final int[] ports = new int[capacity];
        private final int[] staticPorts = new int[capacity];
        private final int[] explicit = new int[capacity];
        private final int[] sessionsOf = new int[capacity];
        private final int[] used = new int[blocks.count() * Protocol.COUNT];
        private final int[] apart = new int[used.length];
        private final int[] incoming = new int[capacity * Protocol.COUNT];
        private final int[] portsOf = new int[incoming.length];
        private int sessionCount;

        void begin() {
            for (int[] counts :
                    List.of(
                            ports,
                            staticPorts,
                            explicit,
                            sessionsOf,
                            used,
                            apart,
                            incoming,
                            portsOf)) {
                Arrays.fill(counts, 0);
            }
            sessionCount = 0;
        }

        void mapping(int row) {
            int subscriber = mappings.subscriber(row);
            boolean isStatic = mappings.has(row, MappingTable.STATIC);
            (isStatic ? staticPorts : ports)[subscriber]++;
            boolean isAskedFor = mappings.has(row, MappingTable.EXPLICIT | MappingTable.PENDING);
            // All ports of a set are one mapping: its first.
            explicit[subscriber] += isAskedFor && mappings.setSize(row) > 0 ? 1 : 0;
            int address = tables.localAddress(mappings.addressIndex(row));
            int port = mappings.externalPort(row);
            int protocolIndex = Protocol.index(mappings.protocol(row));
            boolean isIncoming = config.pool().incomingPorts().contains(port);
            incoming[subscriber * Protocol.COUNT + protocolIndex] += isIncoming ? 1 : 0;
            portsOf[subscriber * Protocol.COUNT + protocolIndex] += isStatic ? 0 : 1;
            int block = blocks.blockOf(address, port);
            if (block != BlockTable.NONE) {
                int cell = block * Protocol.COUNT + protocolIndex;
                (mappings.has(row, MappingTable.APART) ? apart : used)[cell]++;
            }
            sessionsOfMapping(row);
        }

        private void sessionsOfMapping(int row) {
            int own = 0;
            int inbound = 0;
            int unreplied = 0;
            for (int s = mappings.firstSession(row); s != SessionTable.NONE; s = sessions.next(s)) {
                requireOf(sessions.mapping(s) == row, "a session in two lists", row);
                boolean isInbound = (sessions.flags(s) & SessionTable.INBOUND) != 0;
                boolean isReplied = (sessions.flags(s) & SessionTable.REPLIED) != 0;
                own += isInbound ? 0 : 1;
                inbound += isInbound ? 1 : 0;
                unreplied += isInbound && !isReplied ? 1 : 0;
            }
            sessionCount += own + inbound;
            requireOf(
                    own == mappings.ownSessions(row)
                            && inbound == mappings.inboundSessions(row)
                            && unreplied == mappings.unrepliedSessions(row),
                    "its sessions were miscounted",
                    row);
        }

        void session(int row) {
            sessionsOf[sessions.subscriber(row)]++;
        }

        void compare() {
            require(sessionCount == sessions.size(), "sessions in no list", sessionCount);
            int leased = 0;
            for (int subscriber = 0; subscriber < capacity; subscriber++) {
                require(
                        ports[subscriber] == subscribers.ports(subscriber)
                                && staticPorts[subscriber] == subscribers.staticPorts(subscriber)
                                && explicit[subscriber] == subscribers.explicitMappings(subscriber)
                                && sessionsOf[subscriber] == subscribers.sessions(subscriber),
                        "what a subscriber has was miscounted",
                        subscriber);
                leased += subscribers.blocks(subscriber);
                blocksOf(subscriber);
                portsOf(subscriber);
            }
            for (int block = 0; block < blocks.count(); block++) {
                leased -= blocks.state(block) == BlockTable.FREE ? 0 : 1;
                block(block);
            }
            require(leased == 0, "blocks with no owner or two", leased);
        }

        /** What is kept for it is kept once, and used by its own incoming ports alone. */
        private void portsOf(int subscriber) {
            int each = config.pool().kept().perSubscriber();
            for (int protocol = 0; protocol < Protocol.COUNT; protocol++) {
                int cell = subscriber * Protocol.COUNT + protocol;
                boolean isKept = each > 0 && Protocol.ofIndex(protocol) != Protocol.ICMP;
                int own = isKept ? subscribers.keptPorts(subscriber, protocol) : 0;
                require(
                        portsOf[cell] == subscribers.ports(subscriber, protocol),
                        "ports of a protocol were miscounted",
                        subscriber);
                require(
                        0 <= own && own <= Math.min(each, incoming[cell]),
                        "kept ports were miscounted",
                        subscriber);
            }
        }

        private void blocksOf(int subscriber) {
            for (int position = 0; position < subscribers.blocks(subscriber); position++) {
                int block = subscribers.block(subscriber, position);
                require(
                        blocks.state(block) != BlockTable.FREE && blocks.owner(block) == subscriber,
                        "a block of another, in the list of a subscriber",
                        subscriber);
            }
        }

        private void block(int block) {
            for (int protocol = 0; protocol < Protocol.COUNT; protocol++) {
                int cell = block * Protocol.COUNT + protocol;
                require(
                        used[cell] == blocks.used(block, protocol)
                                && used[cell] + apart[cell] + unusable[cell]
                                        == blocks.taken(block, protocol),
                        "the ports of a block were miscounted",
                        block);
            }
            boolean goesBack =
                    blocks.state(block) != BlockTable.ACTIVE
                            || !blocks.isUnused(block)
                            || tables.wheel.isArmed(tables.blockTimer(block));
            require(goesBack, "an unused block that never goes back", block);
        }
    }
}
