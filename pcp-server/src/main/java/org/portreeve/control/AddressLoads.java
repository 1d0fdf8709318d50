package org.portreeve.control;

import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.portreeve.nat.directory.PoolAddresses;

/**
 * How many subscribers each external address has, and which address the next one gets: the one with
 * the fewest of those that are not taken out. Event loop only.
 */
final class AddressLoads {
    private final int[] loads;
    private final boolean[] isOut;

    /** Load and index of every address that is in use, least loaded first. */
    private final TreeSet<Long> byLoad = new TreeSet<>();

    /** Addresses without subscribers, of which the open ones are in use. */
    AddressLoads(PoolAddresses pool) {
        loads = new int[pool.places()];
        isOut = new boolean[loads.length];
        for (int addressIndex = 0; addressIndex < loads.length; addressIndex++) {
            isOut[addressIndex] = !pool.isOpen(addressIndex);
            if (!isOut[addressIndex]) {
                byLoad.add(order(addressIndex));
            }
        }
    }

    /** The address in use that has the fewest subscribers; one is always in use. */
    int least() {
        return (int) (byLoad.first() & 0xffff_ffffL);
    }

    /** The same among those that are preferred; among all when none of them is in use. */
    int leastLike(IntPredicate preferred) {
        for (long order : byLoad) {
            int addressIndex = (int) (order & 0xffff_ffffL);
            if (preferred.test(addressIndex)) {
                return addressIndex;
            }
        }
        return least();
    }

    /** Whether new subscribers may get an address. */
    boolean isInUse(int addressIndex) {
        return !isOut[addressIndex];
    }

    /** How many subscribers an address has. */
    int of(int addressIndex) {
        return loads[addressIndex];
    }

    /** How many addresses new subscribers may get. */
    int inUse() {
        return byLoad.size();
    }

    void change(int addressIndex, int by) {
        byLoad.remove(order(addressIndex));
        loads[addressIndex] += by;
        if (!isOut[addressIndex]) {
            byLoad.add(order(addressIndex));
        }
    }

    /** No new subscriber gets the address any more. */
    void takeOut(int addressIndex) {
        assert inUse() > 1 || isOut[addressIndex] : "no address would be left";
        byLoad.remove(order(addressIndex));
        isOut[addressIndex] = true;
    }

    /** New subscribers may get the address again. */
    void putBack(int addressIndex) {
        isOut[addressIndex] = false;
        byLoad.add(order(addressIndex));
    }

    private long order(int addressIndex) {
        return (long) loads[addressIndex] << Integer.SIZE | addressIndex;
    }
}
