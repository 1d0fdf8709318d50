package org.portreeve.nat.shard;

import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.memory.Memory;

/**
 * Packets that wait for port control: for the pairing of their internal address, or for the record
 * of a port block of their subscriber. Bounded in number, in length and for each one who waits, so
 * that nobody fills it for the others; in order of arrival. Owned by the shard thread.
 */
final class Waiting {
    /** Places in all. */
    static final int PLACES = 512;

    /** Places for one internal address or subscriber: a burst of a page load, not a flood. */
    static final int PLACES_EACH = 16;

    /** Questions for pairings that port control may owe an answer for, one for each place. */
    static final int QUESTIONS = PLACES;

    /** A packet that waited longer than this is of no use to its sender any more. */
    static final long MAX_WAIT_NS = 3_000_000_000L;

    /** The longest packet that may wait; a first packet is hardly ever a super-packet. */
    static final int MAX_BYTES = 2048 - PacketBatch.HEADROOM;

    /** No place. */
    static final int NONE = -1;

    private static final int PLACE_BYTES = 2048;

    private final long memory = Memory.allocate((long) PLACES * PLACE_BYTES);
    private final long[] keys = new long[PLACES];
    private final int[] lengths = new int[PLACES];
    private final long[] sinceNs = new long[PLACES];
    private final int[] next = new int[PLACES];
    private int first = NONE;
    private int last = NONE;
    private int free;
    private int count;
    private int questions;

    Waiting() {
        for (int place = 0; place < PLACES; place++) {
            next[place] = place + 1 < PLACES ? place + 1 : NONE;
        }
    }

    /** What packets wait for that have no pairing. */
    static long pairingKey(int realm, int internalIp) {
        return (realm + 1L) << 32 | (internalIp & 0xffff_ffffL);
    }

    /** What packets wait for whose subscriber has a pending block. */
    static long blockKey(int subscriber) {
        return -1L - subscriber;
    }

    int count() {
        return count;
    }

    /**
     * Notes that port control is asked for a pairing; false when it owes too many answers, and then
     * it must not be asked. Packets may give up before it answers, but the answer is still owed.
     */
    boolean ask() {
        boolean may = questions < QUESTIONS;
        questions += may ? 1 : 0;
        return may;
    }

    /** Port control has answered for a pairing. */
    void answered() {
        assert questions > 0 : "an answer to no question";
        questions--;
    }

    /** Takes out the oldest packet if it has waited too long; false when none has. */
    boolean expireOldest(long nowNs) {
        if (first == NONE || !isLate(first, nowNs)) {
            return false;
        }
        unlink(NONE, first);
        return true;
    }

    /** Whether the packet of a place has waited too long. */
    boolean isLate(int place, long nowNs) {
        return nowNs - sinceNs[place] > MAX_WAIT_NS;
    }

    /** How many packets wait for this. */
    int count(long key) {
        int found = 0;
        for (int place = first; place != NONE; place = next[place]) {
            if (keys[place] == key) {
                found++;
            }
        }
        return found;
    }

    /** Whether a packet may wait: it is not too long and there is a place. */
    boolean hasPlace(long key, int lengthBytes) {
        return lengthBytes <= MAX_BYTES && free != NONE && count(key) < PLACES_EACH;
    }

    /** Copies a packet from inside in; false when it is too long or there is no place. */
    boolean add(long key, long packet, int lengthBytes, long nowNs) {
        if (!hasPlace(key, lengthBytes)) {
            return false;
        }
        int place = free;
        free = next[place];
        next[place] = NONE;
        if (last == NONE) {
            first = place;
        } else {
            next[last] = place;
        }
        last = place;
        keys[place] = key;
        lengths[place] = lengthBytes;
        sinceNs[place] = nowNs;
        long from = packet - PacketBatch.HEADROOM;
        Memory.copy(from, at(place) - PacketBatch.HEADROOM, lengthBytes + PacketBatch.HEADROOM);
        count++;
        return true;
    }

    /**
     * Takes the oldest packet that waits for this out and returns its place, or {@link #NONE}. Its
     * memory stays as it is until the next {@link #add}.
     */
    int take(long key) {
        int before = NONE;
        for (int place = first; place != NONE; place = next[place]) {
            if (keys[place] == key) {
                unlink(before, place);
                return place;
            }
            before = place;
        }
        return NONE;
    }

    /** Where the packet of a place begins. */
    long at(int place) {
        return memory + (long) place * PLACE_BYTES + PacketBatch.HEADROOM;
    }

    int lengthBytes(int place) {
        return lengths[place];
    }

    private void unlink(int before, int place) {
        if (before == NONE) {
            first = next[place];
        } else {
            next[before] = next[place];
        }
        if (last == place) {
            last = before;
        }
        next[place] = free;
        free = place;
        count--;
    }
}
