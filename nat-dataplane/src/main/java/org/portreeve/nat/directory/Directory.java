package org.portreeve.nat.directory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Which subscriber an internal address is, and which external address it is paired with: realm and
 * internal address to subscriber index and address index. Beside it which profile a subscriber has,
 * the rules of the profiles, and who has an external address without sharing it. One thread writes
 * (port control), any thread reads without locks.
 *
 * <p>Open addressing in one {@code long[]} of key and value by turns. The writer fills the value
 * first and publishes the key after it; a value changes in one store. A removed entry keeps its key
 * with the value {@link #NONE}, and the table is copied when those get in the way, so a reader sees
 * either table whole.
 */
public final class Directory {
    /** The value of an address that has no pairing. */
    public static final long NONE = 0;

    /** There is no former address in another shard. */
    public static final int NO_FORMER = -1;

    /** Beside a profile index. */
    private static final int CLOSED = 1 << 31;

    private static final int INDEX_BITS = 16;
    private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle PROFILE = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int MIN_ENTRIES = 1024;

    private volatile long[] table = new long[2 * MIN_ENTRIES];
    private volatile int[] profiles = new int[MIN_ENTRIES];
    private volatile ProfileRules rules = ProfileRules.NONE;
    private volatile DedicatedAddresses dedicated = DedicatedAddresses.EMPTY;
    private final List<Consumer<ProfileRules>> preparations = new CopyOnWriteArrayList<>();
    private int used;
    private int live;

    /** The pairing of an internal address, or {@link #NONE}. Any thread. */
    public long find(int realm, int internalIp) {
        long[] cells = table;
        long key = key(realm, internalIp);
        int mask = cells.length / 2 - 1;
        for (int slot = hash(key) & mask; ; slot = slot + 1 & mask) {
            long found = (long) CELL.getAcquire(cells, 2 * slot);
            if (found == key) {
                return (long) CELL.getAcquire(cells, 2 * slot + 1);
            }
            if (found == 0) {
                return NONE;
            }
        }
    }

    /** The subscriber index of a value that is not {@link #NONE}. */
    public static int subscriber(long pairing) {
        return (int) (pairing >>> 32);
    }

    /** The address index of a value that is not {@link #NONE}. */
    public static int addressIndex(long pairing) {
        return ((int) pairing & INDEX_MASK) - 1;
    }

    /** Whether another shard may have sessions and leases of it at a former address. */
    public static boolean isMoving(long pairing) {
        return ((int) pairing & ~INDEX_MASK) != 0;
    }

    /** The index of that address; only of a value that {@link #isMoving}. */
    public static int formerIndex(long pairing) {
        return ((int) pairing >>> INDEX_BITS) - 1;
    }

    /** Pairs an internal address, or moves it. Writer only. */
    public void put(int realm, int internalIp, int subscriber, int addressIndex) {
        put(realm, internalIp, subscriber, addressIndex, NO_FORMER);
    }

    /**
     * The same for one that another shard has something of.
     *
     * @param formerIndex the index of its address there, or {@link #NO_FORMER}
     */
    public void put(int realm, int internalIp, int subscriber, int addressIndex, int formerIndex) {
        assert addressIndex < INDEX_MASK && formerIndex < INDEX_MASK : "no address index";
        makeRoom();
        long key = key(realm, internalIp);
        int addresses = (formerIndex + 1) << INDEX_BITS | (addressIndex + 1);
        long value = (long) subscriber << 32 | (addresses & 0xffff_ffffL);
        int slot = slotOf(table, key);
        long[] cells = table;
        if (cells[2 * slot] == key) {
            if (cells[2 * slot + 1] == NONE) {
                live++;
            }
            CELL.setRelease(cells, 2 * slot + 1, value);
            return;
        }
        CELL.setRelease(cells, 2 * slot + 1, value);
        CELL.setRelease(cells, 2 * slot, key);
        used++;
        live++;
    }

    /** Forgets an internal address. Writer only. */
    public void remove(int realm, int internalIp) {
        long[] cells = table;
        long key = key(realm, internalIp);
        int slot = slotOf(cells, key);
        if (cells[2 * slot] == key && cells[2 * slot + 1] != NONE) {
            CELL.setRelease(cells, 2 * slot + 1, NONE);
            live--;
        }
    }

    /**
     * The rules of the profiles, or {@link ProfileRules#NONE} when nothing was published yet: those
     * of the configuration then go for everybody. Any thread.
     */
    public ProfileRules rules() {
        return rules;
    }

    /**
     * Has whoever reads the rules make ready for them before they hold: now for those that do, and
     * on the writer's thread for each that follows, maybe more than once. Before the writer begins.
     */
    public void beforeRules(Consumer<ProfileRules> preparation) {
        preparations.add(preparation);
        preparation.accept(rules);
    }

    /**
     * Makes readers ready for rules that may be published later, so that nothing can fail then.
     * Writer only.
     *
     * @throws OutOfMemoryError when there is no memory for what they need; the rules stay as they
     *     are
     */
    public void prepare(ProfileRules fresh) {
        assert fresh.profileCount() > 0 : "rules without a profile";
        preparations.forEach(preparation -> preparation.accept(fresh));
    }

    /** Publishes the rules that hold from now on, of one profile at least. Writer only. */
    public void rules(ProfileRules fresh) {
        prepare(fresh);
        rules = fresh;
    }

    /** The profile index of a subscriber, 0 unless another was set. Any thread. */
    public int profile(int subscriber) {
        int[] known = profiles;
        return (subscriber < known.length ? (int) PROFILE.getAcquire(known, subscriber) : 0)
                & ~CLOSED;
    }

    /** Whether a subscriber gets nothing new. Any thread. */
    public boolean isClosed(int subscriber) {
        int[] known = profiles;
        return subscriber < known.length
                && ((int) PROFILE.getAcquire(known, subscriber) & CLOSED) != 0;
    }

    /**
     * Gives a subscriber a profile. It stays with the index when the subscriber is gone: set it
     * again before the index is given to another. Writer only.
     */
    public void profile(int subscriber, int profileIndex) {
        profile(subscriber, profileIndex, false);
    }

    /** The same; one that is closed gets no new mapping. Writer only. */
    public void profile(int subscriber, int profileIndex, boolean isClosed) {
        int[] known = profiles;
        int value = isClosed ? profileIndex | CLOSED : profileIndex;
        if (subscriber >= known.length) {
            known = Arrays.copyOf(known, Math.max(subscriber + 1, 2 * known.length));
            known[subscriber] = value;
            profiles = known;
        } else {
            PROFILE.setRelease(known, subscriber, value);
        }
    }

    /** Who has an external address without sharing it. Any thread; to be asked for each packet. */
    public DedicatedAddresses dedicated() {
        return dedicated;
    }

    /** Publishes who has one from now on. Writer only. */
    public void dedicated(DedicatedAddresses fresh) {
        dedicated = fresh;
    }

    /** How many addresses are paired. Writer only. */
    public int size() {
        return live;
    }

    private void makeRoom() {
        long[] old = table;
        int entries = old.length / 2;
        if (used + 1 <= entries / 2) {
            return;
        }
        int wanted = Math.max(MIN_ENTRIES, Integer.highestOneBit(Math.max(1, live)) * 8);
        long[] fresh = new long[2 * wanted];
        for (int slot = 0; slot < entries; slot++) {
            if (old[2 * slot + 1] != NONE) {
                int to = slotOf(fresh, old[2 * slot]);
                fresh[2 * to] = old[2 * slot];
                fresh[2 * to + 1] = old[2 * slot + 1];
            }
        }
        used = live;
        table = fresh;
    }

    private static int slotOf(long[] cells, long key) {
        int mask = cells.length / 2 - 1;
        int slot = hash(key) & mask;
        while (cells[2 * slot] != 0 && cells[2 * slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** Never zero, which marks an empty cell. */
    private static long key(int realm, int internalIp) {
        return (realm + 1L) << 32 | (internalIp & 0xffff_ffffL);
    }

    private static int hash(long key) {
        long mixed = key * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32 ^ mixed >>> 47);
    }
}
