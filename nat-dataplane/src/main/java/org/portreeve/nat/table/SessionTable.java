package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.memory.SipHash;

/**
 * Sessions: one row for each 5-tuple that uses a mapping, found by the internal 5-tuple in both
 * directions. Owned by the shard thread.
 *
 * <pre>
 *  0 internal address | remote address           4 + 4   key
 *  8 internal port | remote port | protocol | realm | 0   key
 * 16 external address (4) | external port (2) | TCP state (1) | flags (1)
 * 24 last seen (8): when a packet last kept the session
 * 32 mapping (4) | next in mapping (4)
 * 40 previous in mapping (4) | hash (4)
 * 48 subscriber (4) | idle time of its own (4), in ms, 0 for that of its protocol
 * 56 kept until (8), with flag {@link #KEPT}
 * </pre>
 *
 * <p>The hot part is one cache line. What only TCP needs stands in a second row: for each direction
 * the last acknowledgement, the window it opened and its scale, to tell a RST that belongs to the
 * connection from a forged one (RFC 5961 §3).
 */
public final class SessionTable {
    public static final int NONE = RowPool.NONE;

    /** Flag: the first packet came from outside. */
    public static final int INBOUND = 1;

    /** Flag: the host answered a session that came from outside. */
    public static final int REPLIED = 2;

    /** Flag: a PEER keeps it until a time, whatever its traffic does. */
    public static final int KEPT = 4;

    private static final int KEY0 = 0;
    private static final int KEY1 = 8;
    private static final int EXTERNAL_IP = 16;
    private static final int EXTERNAL_PORT = 20;
    private static final int TCP_STATE = 22;
    private static final int FLAGS = 23;
    private static final int LAST_SEEN = 24;
    private static final int MAPPING = 32;
    private static final int NEXT = 36;
    private static final int PREVIOUS = 40;
    private static final int HASH = 44;
    private static final int SUBSCRIBER = 48;
    private static final int OWN_IDLE = 52;
    private static final int KEPT_UNTIL = 56;

    private static final int TCP_ROW_BYTES = 32;
    private static final int TCP_DIRECTION_BYTES = 16;
    private static final int TCP_ACK = 0;
    private static final int TCP_WINDOW = 4;
    private static final int TCP_SCALE = 8;
    private static final int TCP_KNOWN = 9;

    private final RowPool rows;
    private final HashIndex index;
    private final long tcpRows;
    private final long secret0;
    private final long secret1;

    /** A table of so many rows; the secret keeps outside hosts from choosing collisions. */
    public SessionTable(int capacity, long secret0, long secret1) {
        rows = new RowPool(capacity, Memory.CACHE_LINE);
        index = new HashIndex(capacity);
        tcpRows = Memory.allocate((long) capacity * TCP_ROW_BYTES);
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    /** First half of the key: both addresses. */
    public static long key0(int internalIp, int remoteIp) {
        return (long) internalIp << 32 | (remoteIp & 0xffff_ffffL);
    }

    /** Second half of the key: both ports, protocol and realm. */
    public static long key1(int realm, int protocol, int internalPort, int remotePort) {
        return (long) internalPort << 48
                | (long) remotePort << 32
                | (long) protocol << 24
                | (long) realm << 16;
    }

    /** The internal address of the first half of a key. */
    public static int internalIp(long key0) {
        return (int) (key0 >>> 32);
    }

    /** The remote address of the first half of a key. */
    public static int remoteIp(long key0) {
        return (int) key0;
    }

    /** The internal port of the second half of a key. */
    public static int internalPort(long key1) {
        return (int) (key1 >>> 48);
    }

    /** The remote port of the second half of a key. */
    public static int remotePort(long key1) {
        return (int) (key1 >>> 32) & 0xffff;
    }

    /** The protocol of the second half of a key. */
    public static int protocol(long key1) {
        return (int) (key1 >>> 24) & 0xff;
    }

    /** The realm of the second half of a key. */
    public static int realm(long key1) {
        return (int) (key1 >>> 16) & 0xff;
    }

    public int hash(long key0, long key1) {
        return (int) SipHash.hash(secret0, secret1, key0, key1);
    }

    /** Reads what a look-up of this hash reads first. */
    public long touch(int hash) {
        return index.touch(hash);
    }

    /** The session's row, or {@link #NONE}. */
    public int find(long key0, long key1, int hash) {
        for (int slot = index.first(hash); slot != HashIndex.NONE; slot = index.next(slot, hash)) {
            int row = index.row(slot);
            long at = rows.at(row);
            if (Memory.getLong(at + KEY0) == key0 && Memory.getLong(at + KEY1) == key1) {
                return row;
            }
        }
        return NONE;
    }

    /** Adds a session that is not there, or returns {@link #NONE} when the table is full. */
    public int add(long key0, long key1, int hash) {
        int row = rows.take();
        if (row != NONE) {
            long at = rows.at(row);
            Memory.putLong(at + KEY0, key0);
            Memory.putLong(at + KEY1, key1);
            Memory.putInt(at + HASH, hash);
            index.insert(hash, row);
        }
        return row;
    }

    public void remove(int row) {
        index.remove(Memory.getInt(rows.at(row) + HASH), row);
        Memory.clear(tcp(row), TCP_ROW_BYTES);
        rows.release(row);
    }

    public int size() {
        return rows.inUse();
    }

    public int capacity() {
        return rows.capacity();
    }

    /** The first half of its key. */
    public long key0(int row) {
        return Memory.getLong(rows.at(row) + KEY0);
    }

    /** The second half. */
    public long key1(int row) {
        return Memory.getLong(rows.at(row) + KEY1);
    }

    public int protocol(int row) {
        return protocol(key1(row));
    }

    public int internalIp(int row) {
        return internalIp(key0(row));
    }

    public int internalPort(int row) {
        return internalPort(key1(row));
    }

    public int remoteIp(int row) {
        return remoteIp(key0(row));
    }

    public int remotePort(int row) {
        return remotePort(key1(row));
    }

    public int externalIp(int row) {
        return Memory.getInt(rows.at(row) + EXTERNAL_IP);
    }

    public int externalPort(int row) {
        return Memory.getShort(rows.at(row) + EXTERNAL_PORT);
    }

    public void external(int row, int ip, int port) {
        Memory.putInt(rows.at(row) + EXTERNAL_IP, ip);
        Memory.putShort(rows.at(row) + EXTERNAL_PORT, port);
    }

    public int tcpState(int row) {
        return Memory.u8(rows.at(row) + TCP_STATE);
    }

    public void tcpState(int row, int state) {
        Memory.u8(rows.at(row) + TCP_STATE, state);
    }

    public int flags(int row) {
        return Memory.u8(rows.at(row) + FLAGS);
    }

    public void flags(int row, int flags) {
        Memory.u8(rows.at(row) + FLAGS, flags);
    }

    /** Whether the host opened or answered it. */
    public boolean isWanted(int row) {
        return (flags(row) & (INBOUND | REPLIED)) != INBOUND;
    }

    public long lastSeenNs(int row) {
        return Memory.getLong(rows.at(row) + LAST_SEEN);
    }

    public void lastSeenNs(int row, long nowNs) {
        Memory.putLong(rows.at(row) + LAST_SEEN, nowNs);
    }

    public int mapping(int row) {
        return Memory.getInt(rows.at(row) + MAPPING);
    }

    public void mapping(int row, int mapping) {
        Memory.putInt(rows.at(row) + MAPPING, mapping);
    }

    public int next(int row) {
        return Memory.getInt(rows.at(row) + NEXT);
    }

    public void next(int row, int other) {
        Memory.putInt(rows.at(row) + NEXT, other);
    }

    public int previous(int row) {
        return Memory.getInt(rows.at(row) + PREVIOUS);
    }

    public void previous(int row, int other) {
        Memory.putInt(rows.at(row) + PREVIOUS, other);
    }

    public int subscriber(int row) {
        return Memory.getInt(rows.at(row) + SUBSCRIBER);
    }

    public void subscriber(int row, int subscriber) {
        Memory.putInt(rows.at(row) + SUBSCRIBER, subscriber);
    }

    /** The idle time that holds for this session alone, in milliseconds; 0 for none. */
    public int ownIdleMs(int row) {
        return Memory.getInt(rows.at(row) + OWN_IDLE);
    }

    public void ownIdleMs(int row, int idleMs) {
        Memory.putInt(rows.at(row) + OWN_IDLE, idleMs);
    }

    /** Until when a session with flag {@link #KEPT} is kept. */
    public long keptUntilNs(int row) {
        return Memory.getLong(rows.at(row) + KEPT_UNTIL);
    }

    public void keptUntilNs(int row, long untilNs) {
        Memory.putLong(rows.at(row) + KEPT_UNTIL, untilNs);
    }

    /** Remembers what the sender of this direction acknowledged and how much it will take. */
    public void acknowledged(int row, int direction, int acknowledgement, int window) {
        long at = tcp(row) + (long) direction * TCP_DIRECTION_BYTES;
        Memory.putInt(at + TCP_ACK, acknowledgement);
        Memory.putInt(at + TCP_WINDOW, window);
        Memory.u8(at + TCP_KNOWN, 1);
    }

    /** Whether the sender of this direction has acknowledged anything yet. */
    public boolean hasAcknowledged(int row, int direction) {
        return Memory.u8(tcp(row) + (long) direction * TCP_DIRECTION_BYTES + TCP_KNOWN) != 0;
    }

    /** The window scale that the sender of this direction announced. */
    public int windowScale(int row, int direction) {
        return Memory.u8(tcp(row) + (long) direction * TCP_DIRECTION_BYTES + TCP_SCALE);
    }

    /** Remembers the window scale that the sender of this direction announced. */
    public void windowScale(int row, int direction, int scale) {
        Memory.u8(tcp(row) + (long) direction * TCP_DIRECTION_BYTES + TCP_SCALE, scale);
    }

    /** The last acknowledgement that the sender of this direction sent. */
    public int acknowledgement(int row, int direction) {
        return Memory.getInt(tcp(row) + (long) direction * TCP_DIRECTION_BYTES + TCP_ACK);
    }

    /** The window that went with it, in octets. */
    public int window(int row, int direction) {
        return Memory.getInt(tcp(row) + (long) direction * TCP_DIRECTION_BYTES + TCP_WINDOW);
    }

    private long tcp(int row) {
        return tcpRows + (long) row * TCP_ROW_BYTES;
    }
}
