package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.memory.SipHash;

/**
 * Mappings: one row for each external port in use or resting, found by the internal tuple (EIM, RFC
 * 4787 REQ-1), and where mapping depends on the peer by the peers it serves too; by the external
 * tuple through {@code InboundIndex}. Owned by the shard thread.
 *
 * <pre>
 *  0 internal address (4) | internal port (2) | protocol (1) | realm (1)   key
 *  8 external address index (4) | external port (2) | state (1) | flags (1)
 * 16 subscriber (4) | first session (4)
 * 24 own sessions (4) | inbound sessions (4)
 * 32 inbound sessions without a reply (4) | hash (4)
 * 40 rests until (8)
 * 48 rate of inbound sessions: when its bucket is full again (8)
 * 56 peers served (8): {@link #ANY_PEER} for endpoint-independent ones                 key
 * </pre>
 */
public final class MappingTable {
    public static final int NONE = RowPool.NONE;

    /** State: the port is taken for an explicit mapping that is not yet durable. */
    public static final int RESERVED = 1;

    /** State: packets pass in both directions. */
    public static final int ACTIVE = 2;

    /** State: only the sessions that outside hosts opened go on (PCP-MIX-010 b). */
    public static final int RESIDUAL = 3;

    /** State: the port rests; its own internal tuple may have it back. */
    public static final int RESTING = 4;

    /** State: the port rests and the internal tuple has another mapping by now. */
    public static final int RESTING_ORPHAN = 5;

    /**
     * State: the internal tuple leads to another mapping by now; the sessions that were here go on,
     * both ways, and nothing else.
     */
    public static final int ORPHAN = 6;

    /** Flag: a lease keeps the mapping. */
    public static final int EXPLICIT = 1;

    /** Flag: an explicit mapping was reserved here and waits to be made durable. */
    public static final int PENDING = 2;

    /** Flag: the port rests after an explicit mapping, so its owner must prove itself. */
    public static final int WAS_EXPLICIT = 4;

    /** Flag: a reservation keeps the mapping. */
    public static final int STATIC = 8;

    /** Flag: the port was taken for a static mapping and is no use of the block it lies in. */
    public static final int APART = 16;

    /** Flag: the remote addresses that the host has contacted are kept apart, to filter by. */
    public static final int CONTACTS = 32;

    /** Flag: the port is shared, and this has it towards its one peer (RFC 7857 §3). */
    public static final int OVERLAPPED = 64;

    /** The peers that an endpoint-independent mapping serves. */
    public static final long ANY_PEER = 0;

    private static final int KEY = 0;
    private static final int ADDRESS_INDEX = 8;
    private static final int EXTERNAL_PORT = 12;
    private static final int STATE = 14;
    private static final int FLAGS = 15;
    private static final int SUBSCRIBER = 16;
    private static final int FIRST_SESSION = 20;
    private static final int OWN_SESSIONS = 24;
    private static final int INBOUND_SESSIONS = 28;
    private static final int UNREPLIED_SESSIONS = 32;
    private static final int HASH = 36;
    private static final int RESTS_UNTIL = 40;
    private static final int INBOUND_RATE = 48;
    private static final int PEERS = 56;
    private static final long ADDRESS_PEERS = 1L << 16;
    private static final long ENDPOINT_PEERS = 2L << 16;
    private static final long OVERLAP_PEERS = 3L << 16;

    private final RowPool rows;
    private final HashIndex index;
    private final long secret0;
    private final long secret1;

    /** Rate of inbound packets of each row: when its bucket is full again (8). */
    private final long packetRates;

    /** Of each row, what {@link #setSize} says, less one (2). */
    private final long setSizes;

    private int resting;

    public MappingTable(int capacity, long secret0, long secret1) {
        rows = new RowPool(capacity, Memory.CACHE_LINE);
        index = new HashIndex(capacity);
        packetRates = Memory.allocate((long) capacity * Long.BYTES);
        setSizes = Memory.allocate((long) capacity * Short.BYTES);
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    /** The key of an internal tuple. */
    public static long key(int realm, int protocol, int internalIp, int internalPort) {
        return (long) internalIp << 32 | (long) internalPort << 16 | protocol << 8 | realm;
    }

    /** The internal address of a key. */
    public static int internalIp(long key) {
        return (int) (key >>> 32);
    }

    /** The internal port or identifier of a key. */
    public static int internalPort(long key) {
        return (int) (key >>> 16) & 0xffff;
    }

    /** The protocol of a key. */
    public static int protocol(long key) {
        return (int) (key >>> 8) & 0xff;
    }

    /** The key of the same internal address and port with another protocol. */
    public static long ofProtocol(long key, int protocol) {
        return (key & ~0xff00L) | (long) protocol << 8;
    }

    /** The peers of an address-dependent mapping: every port of one address. */
    public static long peersOf(int remoteIp) {
        return (long) remoteIp << 32 | ADDRESS_PEERS;
    }

    /** The one peer of an address-and-port-dependent mapping. */
    public static long peersOf(int remoteIp, int remotePort) {
        return (long) remoteIp << 32 | ENDPOINT_PEERS | remotePort;
    }

    /** The one peer of a mapping whose port is shared; no packet asks for it by these. */
    public static long overlapPeersOf(int remoteIp, int remotePort) {
        return (long) remoteIp << 32 | OVERLAP_PEERS | remotePort;
    }

    /** The remote address of peers that are not {@link #ANY_PEER}. */
    public static int remoteIp(long peers) {
        return (int) (peers >>> 32);
    }

    /** The endpoint-independent row whose internal tuple this is, or {@link #NONE}. */
    public int find(long key) {
        return find(key, ANY_PEER);
    }

    /** The row of this internal tuple and these peers, or {@link #NONE}. */
    public int find(long key, long peers) {
        int hash = hash(key, peers);
        for (int slot = index.first(hash); slot != HashIndex.NONE; slot = index.next(slot, hash)) {
            long at = rows.at(index.row(slot));
            if (Memory.getLong(at + KEY) == key && Memory.getLong(at + PEERS) == peers) {
                return index.row(slot);
            }
        }
        return NONE;
    }

    /** Adds a mapping, or returns {@link #NONE} when the table is full. */
    public int add(long key, long peers, int state) {
        int row = rows.take();
        if (row != NONE) {
            long at = rows.at(row);
            int hash = hash(key, peers);
            Memory.putLong(at + KEY, key);
            Memory.putLong(at + PEERS, peers);
            Memory.putInt(at + HASH, hash);
            Memory.putInt(at + FIRST_SESSION, SessionTable.NONE);
            state(row, state);
            if (state != RESTING_ORPHAN) {
                index.insert(hash, row);
            }
        }
        return row;
    }

    /** The internal tuple no longer leads to this row. */
    public void orphan(int row) {
        index.remove(Memory.getInt(rows.at(row) + HASH), row);
        state(row, state(row) == RESTING ? RESTING_ORPHAN : ORPHAN);
    }

    /** The internal tuple, which has no other row, leads to this one again. */
    public void adopt(int row, int state) {
        index.insert(Memory.getInt(rows.at(row) + HASH), row);
        state(row, state);
    }

    /** A row that no tuple leads to, or whose tuple has no other, serves all peers from now on. */
    public void serveAnyPeer(int row) {
        if (!isDependent(row)) {
            return;
        }
        boolean isIndexed = state(row) != ORPHAN && state(row) != RESTING_ORPHAN;
        if (isIndexed) {
            index.remove(Memory.getInt(rows.at(row) + HASH), row);
        }
        int hash = hash(key(row), ANY_PEER);
        Memory.putLong(rows.at(row) + PEERS, ANY_PEER);
        Memory.putInt(rows.at(row) + HASH, hash);
        if (isIndexed) {
            index.insert(hash, row);
        }
    }

    /** Which peers the mapping serves: {@link #ANY_PEER}, or as {@link #peersOf} says. */
    public long peers(int row) {
        return Memory.getLong(rows.at(row) + PEERS);
    }

    /** Whether a number says which peers a mapping serves. */
    public static boolean arePeers(long peers) {
        long kind = peers & 0xffff_0000L;
        return peers == ANY_PEER
                || kind == ENDPOINT_PEERS
                || kind == OVERLAP_PEERS
                || (kind == ADDRESS_PEERS && (peers & 0xffff) == 0);
    }

    /** Whether they are those of a mapping whose port is shared. */
    public static boolean areOverlapPeers(long peers) {
        return (peers & 0xffff_0000L) == OVERLAP_PEERS;
    }

    /** Whether the mapping serves some peers alone. */
    public boolean isDependent(int row) {
        return Memory.getLong(rows.at(row) + PEERS) != ANY_PEER;
    }

    /** Whether the row is one of this internal tuple, also when the tuple leads elsewhere. */
    public boolean isOf(int row, long key) {
        return key(row) == key;
    }

    public void remove(int row) {
        if (state(row) != RESTING_ORPHAN && state(row) != ORPHAN) {
            index.remove(Memory.getInt(rows.at(row) + HASH), row);
        }
        state(row, 0);
        Memory.putLong(packetRate(row), 0);
        setSize(row, 1);
        rows.release(row);
    }

    public int size() {
        return rows.inUse();
    }

    public int capacity() {
        return rows.capacity();
    }

    /** Whether in this state only the rest keeps the port. */
    public static boolean isResting(int state) {
        return state == RESTING || state == RESTING_ORPHAN;
    }

    /** Whether a row of 0 to {@link #capacity} - 1 is a mapping. */
    public boolean isUsed(int row) {
        return state(row) != 0;
    }

    public int internalIp(int row) {
        return internalIp(key(row));
    }

    public int internalPort(int row) {
        return internalPort(key(row));
    }

    public int protocol(int row) {
        return protocol(key(row));
    }

    public int realm(int row) {
        return (int) key(row) & 0xff;
    }

    /**
     * Ports of the set that begins with this row (RFC 7753): 1 for a mapping of one port, and 0 for
     * the others of a set, which count with its first.
     */
    public int setSize(int row) {
        return (Memory.getShort(setSizes + (long) row * Short.BYTES) + 1) & 0xffff;
    }

    public void setSize(int row, int size) {
        Memory.putShort(setSizes + (long) row * Short.BYTES, size - 1);
    }

    public int addressIndex(int row) {
        return Memory.getInt(rows.at(row) + ADDRESS_INDEX);
    }

    public int externalPort(int row) {
        return Memory.getShort(rows.at(row) + EXTERNAL_PORT);
    }

    public void external(int row, int addressIndex, int port) {
        Memory.putInt(rows.at(row) + ADDRESS_INDEX, addressIndex);
        Memory.putShort(rows.at(row) + EXTERNAL_PORT, port);
    }

    public int state(int row) {
        return Memory.u8(rows.at(row) + STATE);
    }

    public void state(int row, int state) {
        resting += (isResting(state) ? 1 : 0) - (isResting(state(row)) ? 1 : 0);
        Memory.u8(rows.at(row) + STATE, state);
    }

    /** How many rows are kept by the rest of their port alone. */
    public int resting() {
        return resting;
    }

    public boolean has(int row, int flag) {
        return (Memory.u8(rows.at(row) + FLAGS) & flag) != 0;
    }

    public void set(int row, int flag) {
        Memory.u8(rows.at(row) + FLAGS, Memory.u8(rows.at(row) + FLAGS) | flag);
    }

    /** All flags. */
    public int flags(int row) {
        return Memory.u8(rows.at(row) + FLAGS);
    }

    public void unset(int row, int flag) {
        Memory.u8(rows.at(row) + FLAGS, Memory.u8(rows.at(row) + FLAGS) & ~flag);
    }

    public int subscriber(int row) {
        return Memory.getInt(rows.at(row) + SUBSCRIBER);
    }

    public void subscriber(int row, int subscriber) {
        Memory.putInt(rows.at(row) + SUBSCRIBER, subscriber);
    }

    /** The head of the list of its sessions. */
    public int firstSession(int row) {
        return Memory.getInt(rows.at(row) + FIRST_SESSION);
    }

    public void firstSession(int row, int session) {
        Memory.putInt(rows.at(row) + FIRST_SESSION, session);
    }

    /** Sessions that the host opened. */
    public int ownSessions(int row) {
        return Memory.getInt(rows.at(row) + OWN_SESSIONS);
    }

    public void addOwnSessions(int row, int change) {
        Memory.putInt(rows.at(row) + OWN_SESSIONS, ownSessions(row) + change);
    }

    /** Sessions that outside hosts opened. */
    public int inboundSessions(int row) {
        return Memory.getInt(rows.at(row) + INBOUND_SESSIONS);
    }

    public void addInboundSessions(int row, int change) {
        Memory.putInt(rows.at(row) + INBOUND_SESSIONS, inboundSessions(row) + change);
    }

    /** Those of them that the host has not answered. */
    public int unrepliedSessions(int row) {
        return Memory.getInt(rows.at(row) + UNREPLIED_SESSIONS);
    }

    public void addUnrepliedSessions(int row, int change) {
        Memory.putInt(rows.at(row) + UNREPLIED_SESSIONS, unrepliedSessions(row) + change);
    }

    /** Takes a token for a session from outside: one every {@code intervalNs}. */
    public boolean takeInboundToken(int row, long nowNs, long intervalNs, int burst) {
        return TokenBucket.take(rows.at(row) + INBOUND_RATE, nowNs, intervalNs, burst);
    }

    /** Takes tokens for so many packets from outside, or returns false. */
    public boolean takePacketTokens(int row, long nowNs, long intervalNs, int burst, int packets) {
        return TokenBucket.take(packetRate(row), nowNs, intervalNs, burst, packets);
    }

    public long restsUntilNs(int row) {
        return Memory.getLong(rows.at(row) + RESTS_UNTIL);
    }

    public void restsUntilNs(int row, long untilNs) {
        Memory.putLong(rows.at(row) + RESTS_UNTIL, untilNs);
    }

    /** The key of the row's internal tuple. */
    public long key(int row) {
        return Memory.getLong(rows.at(row) + KEY);
    }

    private long packetRate(int row) {
        return packetRates + (long) row * Long.BYTES;
    }

    private int hash(long key, long peers) {
        return (int) SipHash.hash(secret0, secret1, key, peers);
    }
}
