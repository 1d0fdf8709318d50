package org.portreeve.nat.table;

import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.memory.SipHash;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;

/**
 * SYNs from outside that nobody waits for yet, in order of arrival (RFC 5382 REQ-4). All wait
 * equally long, so a ring of places is enough; an index knows which connections are in it, since a
 * SYN that is sent again is the same question. As much of each is kept as an ICMP error quotes
 * usefully: its headers. Owned by the shard thread.
 *
 * <pre>
 *  0 source address | destination address   key
 *  8 source port | destination port (4) | hash (4)
 * 16 waits until (8)
 * 24 octets kept (4) | spare (4)
 * 32 the packet's head (96)
 * </pre>
 */
public final class HeldSyns {
    /** SYNs that wait at one time: some 170 new ones a second, and a sweep of ports is no more. */
    public static final int PLACES = 1_024;

    /** Octets kept of each: headers with most of their options. */
    public static final int HEAD_BYTES = 96;

    private static final int ROW_BYTES = 2 * Memory.CACHE_LINE;
    private static final int ADDRESSES = 0;
    private static final int PORTS = 8;
    private static final int HASH = 12;
    private static final int UNTIL = 16;
    private static final int KEPT = 24;
    private static final int HEAD = 32;

    private final long base = Memory.allocate((long) PLACES * ROW_BYTES);
    private final HashIndex index = new HashIndex(PLACES);
    private final long secret0;
    private final long secret1;
    private int oldest;
    private int count;

    /** No SYN yet; the secret keeps hosts from choosing collisions. */
    public HeldSyns(long secret0, long secret1) {
        this.secret0 = secret0;
        this.secret1 = secret1;
    }

    /** Whether there is no place for another. */
    public boolean isFull() {
        return count == PLACES;
    }

    /**
     * Lets a checked TCP packet wait, unless {@link #isFull}; false when one of its connection
     * waits already.
     */
    public boolean hold(long packet, long untilNs) {
        assert !isFull() : "nobody looked for a place";
        long addresses = addresses(packet);
        int ports = ports(packet);
        int hash = (int) SipHash.hash(secret0, secret1, addresses, ports);
        if (isHeld(addresses, ports, hash)) {
            return false;
        }
        int row = (oldest + count) % PLACES;
        long at = at(row);
        int kept = Math.min(HEAD_BYTES, Ipv4Header.totalLength(packet));
        Memory.putLong(at + ADDRESSES, addresses);
        Memory.putInt(at + PORTS, ports);
        Memory.putInt(at + HASH, hash);
        Memory.putLong(at + UNTIL, untilNs);
        Memory.putInt(at + KEPT, kept);
        Memory.copy(packet, at + HEAD, kept);
        index.insert(hash, row);
        count++;
        return true;
    }

    /** How many wait. */
    public int count() {
        return count;
    }

    /** Until when the oldest waits; only when one does. */
    public long oldestUntilNs() {
        assert count > 0 : "no SYN waits";
        return Memory.getLong(at(oldest) + UNTIL);
    }

    /** The head of the oldest, as it came; only when one waits. Valid until the next is held. */
    public long oldestHead() {
        assert count > 0 : "no SYN waits";
        return at(oldest) + HEAD;
    }

    /** How many octets of it there are. */
    public int oldestBytes() {
        return Memory.getInt(at(oldest) + KEPT);
    }

    /** Forgets the oldest. */
    public void removeOldest() {
        assert count > 0 : "no SYN waits";
        index.remove(Memory.getInt(at(oldest) + HASH), oldest);
        oldest = (oldest + 1) % PLACES;
        count--;
    }

    private boolean isHeld(long addresses, int ports, int hash) {
        for (int slot = index.first(hash); slot != HashIndex.NONE; slot = index.next(slot, hash)) {
            long at = at(index.row(slot));
            if (Memory.getLong(at + ADDRESSES) == addresses && Memory.getInt(at + PORTS) == ports) {
                return true;
            }
        }
        return false;
    }

    private static long addresses(long packet) {
        return (long) Ipv4Header.source(packet) << 32
                | (Ipv4Header.destination(packet) & 0xffff_ffffL);
    }

    private static int ports(long packet) {
        return Memory.u32(packet + Ipv4Header.headerBytes(packet) + TcpHeader.SOURCE_PORT);
    }

    private long at(int row) {
        return base + (long) row * ROW_BYTES;
    }
}
