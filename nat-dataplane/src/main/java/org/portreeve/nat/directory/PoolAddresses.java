package org.portreeve.nat.directory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.portreeve.nat.config.NatConfig;

/**
 * The external addresses of a node by address index, and what each is used for. An index is a place
 * that is there from the start; the addresses that have one come and go. Immutable: port control
 * makes a new one for each change and hands it to the shards.
 */
public final class PoolAddresses {
    /** The address has no index. */
    public static final int NONE = -1;

    private final int[] ips;
    private final Use[] uses;
    private final long[] sorted;

    /** What an address is used for. */
    public enum Use {
        /** The place has no address; the one before, if there was one, left nothing. */
        VACANT,
        /** Whatever wants an address may have it. */
        OPEN,
        /** Those who have it keep it; nobody else gets it. */
        DRAINED,
        /**
         * It leaves the pool: no new mapping, unless its subscriber cannot have another address.
         */
        LEAVING
    }

    private PoolAddresses(int[] ips, Use[] uses) {
        this.ips = ips;
        this.uses = uses;
        long[] found = new long[ips.length];
        int count = 0;
        for (int index = 0; index < ips.length; index++) {
            if (uses[index] != Use.VACANT) {
                found[count++] = (ips[index] & 0xffff_ffffL) << 32 | index;
            }
        }
        sorted = Arrays.copyOf(found, count);
        Arrays.sort(sorted);
    }

    /** Those that a node begins with, all open, and vacant places after them. */
    public static PoolAddresses of(NatConfig config) {
        int[] ips = Arrays.copyOf(bits(config.pool().addresses()), config.addressPlaces());
        Use[] uses = new Use[ips.length];
        Arrays.fill(uses, Use.VACANT);
        Arrays.fill(uses, 0, config.pool().addresses().size(), Use.OPEN);
        return new PoolAddresses(ips, uses);
    }

    private static int[] bits(List<Integer> addresses) {
        return addresses.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The same, but that the address of a place is used for something else. */
    public PoolAddresses with(int addressIndex, Use use) {
        return change().set(addressIndex, ips[addressIndex], use).done();
    }

    /** Begins others that differ in some places. */
    public Change change() {
        return new Change(ips.clone(), uses.clone());
    }

    /** What will be other addresses. One thread. */
    public static final class Change {
        private final int[] ips;
        private final Use[] uses;

        private Change(int[] ips, Use[] uses) {
            this.ips = ips;
            this.uses = uses;
        }

        /** A place has this address for this use. */
        public Change set(int addressIndex, int ip, Use use) {
            ips[addressIndex] = ip;
            uses[addressIndex] = use;
            return this;
        }

        /** The use of a place as it will be. */
        public Use use(int addressIndex) {
            return uses[addressIndex];
        }

        /** The address of a place as it will be. */
        public int ip(int addressIndex) {
            return ips[addressIndex];
        }

        /** Ends the change, once. */
        public PoolAddresses done() {
            return new PoolAddresses(ips, uses);
        }
    }

    /** The address of a place; of a vacant one the last that was there. */
    public int ip(int addressIndex) {
        return ips[addressIndex];
    }

    /** The use of the address of a place. */
    public Use use(int addressIndex) {
        return uses[addressIndex];
    }

    /** Whether anybody may get the address. */
    public boolean isOpen(int addressIndex) {
        return uses[addressIndex] == Use.OPEN;
    }

    /** Whether the address is on its way out of the pool. */
    public boolean isLeaving(int addressIndex) {
        return uses[addressIndex] == Use.LEAVING;
    }

    /** The address index, or {@link #NONE}. */
    public int find(int ip) {
        int low = 0;
        int high = sorted.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int found = Integer.compareUnsigned((int) (sorted[middle] >>> 32), ip);
            if (found == 0) {
                return (int) sorted[middle];
            }
            if (found < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return NONE;
    }

    /** How many places there are, vacant ones included. */
    public int places() {
        return ips.length;
    }

    /** How many addresses there are. */
    public int size() {
        return sorted.length;
    }

    /** The addresses, in the order of their places. */
    public List<Integer> addresses() {
        List<Integer> addresses = new ArrayList<>();
        for (int index = 0; index < ips.length; index++) {
            if (uses[index] != Use.VACANT) {
                addresses.add(ips[index]);
            }
        }
        return addresses;
    }
}
