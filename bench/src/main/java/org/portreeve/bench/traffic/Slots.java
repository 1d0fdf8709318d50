package org.portreeve.bench.traffic;

import java.util.SplittableRandom;

/**
 * The mappings that a crowd of subscribers may have, each with a number. Neighbours in number
 * belong to different subscribers, so that none of them asks faster than the product lets it by
 * default, and {@value #PER_HOST} make the default quota of one. Main thread.
 */
final class Slots {
    /** Mappings of a subscriber. */
    static final int PER_HOST = 32;

    /** Subscribers that are filled up before the next ones begin. */
    static final int GROUP_HOSTS = 12_288;

    /** Addresses 100.72.0.0 to 100.72.239.255. */
    static final int HOSTS = 5 * GROUP_HOSTS;

    /** How many mappings there may be. */
    static final int COUNT = HOSTS * PER_HOST;

    /** No slot. */
    static final int NONE = -1;

    private static final int GROUP_SLOTS = GROUP_HOSTS * PER_HOST;
    private static final int FIRST_PORT = 2_000;
    private static final int TCP = 6;
    private static final int TRIES = 16;

    private static final byte LIVE = 1;
    private static final byte BUSY = 2;

    private final byte[] states = new byte[COUNT];
    private final int[] live = new int[COUNT];
    private final SplittableRandom random = new SplittableRandom(1);
    private int liveCount;
    private int cursor;

    /** Which subscriber a mapping belongs to, counted from 0. */
    static int host(int slot) {
        return slot / GROUP_SLOTS * GROUP_HOSTS + slot % GROUP_HOSTS;
    }

    static int internalPort(int slot) {
        return FIRST_PORT + slot % GROUP_SLOTS / GROUP_HOSTS;
    }

    static int protocol(int slot) {
        return internalPort(slot) % 2 == 0 ? UdpPackets.UDP : TCP;
    }

    int liveCount() {
        return liveCount;
    }

    boolean isBusy(int slot) {
        return (states[slot] & BUSY) != 0;
    }

    void busy(int slot, boolean isBusy) {
        states[slot] = (byte) (isBusy ? states[slot] | BUSY : states[slot] & ~BUSY);
    }

    /** The next mapping that there is not, in turn; one that ended comes last. */
    int fresh() {
        for (int i = 0; i < COUNT; i++) {
            int slot = cursor;
            cursor = cursor + 1 == COUNT ? 0 : cursor + 1;
            if (states[slot] == 0) {
                return slot;
            }
        }
        return NONE;
    }

    /** Any mapping that there is and that nothing is asked of. */
    int anyLive() {
        for (int i = 0; i < TRIES && liveCount > 0; i++) {
            int slot = live[random.nextInt(liveCount)];
            if (!isBusy(slot)) {
                return slot;
            }
        }
        return NONE;
    }

    /** The mapping that was made last; it counts as ended. */
    int lastLive() {
        if (liveCount == 0 || isBusy(live[liveCount - 1])) {
            return NONE;
        }
        int slot = live[--liveCount];
        states[slot] &= ~LIVE;
        return slot;
    }

    /** Takes down that a mapping was made. */
    void made(int slot) {
        assert (states[slot] & LIVE) == 0 : "a mapping was made twice";
        states[slot] |= LIVE;
        live[liveCount++] = slot;
    }
}
