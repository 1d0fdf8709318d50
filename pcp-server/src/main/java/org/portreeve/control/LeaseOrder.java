package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Leases in the order of their first internal tuples ({@link Lease#order}), no two of which are the
 * same. They stand on shelves of a bounded size, which take less room than the nodes of a tree:
 * some 8 octets for each, when most are there. Every step is O(log n) but for what is moved on one
 * shelf. Event loop only.
 */
final class LeaseOrder {
    /** Leases of a shelf that becomes two. */
    private static final int SHELF = 128;

    /** The shelves, each by the least order that it may have; the one at 0 is always there. */
    private final NavigableMap<Long, List<Lease>> shelves = new TreeMap<>();

    private int size;

    LeaseOrder() {
        shelves.put(0L, new ArrayList<>());
    }

    void add(Lease lease) {
        Map.Entry<Long, List<Lease>> place = shelves.floorEntry(lease.order());
        List<Lease> shelf = place.getValue();
        shelf.add(firstAfter(shelf, lease.order()), lease);
        size++;
        if (shelf.size() == SHELF) {
            split(place);
        }
    }

    /** Both halves are copies: a list that was full once keeps its room. */
    private void split(Map.Entry<Long, List<Lease>> place) {
        List<Lease> lower = place.getValue().subList(0, SHELF / 2);
        List<Lease> upper = place.getValue().subList(SHELF / 2, SHELF);
        shelves.put(upper.getFirst().order(), new ArrayList<>(upper));
        shelves.put(place.getKey(), new ArrayList<>(lower));
    }

    /** Removes a lease that is there. */
    void remove(Lease lease) {
        Map.Entry<Long, List<Lease>> place = shelves.floorEntry(lease.order());
        List<Lease> shelf = place.getValue();
        Lease removed = shelf.remove(firstAfter(shelf, lease.order()) - 1);
        assert removed == lease : "a lease was not in its place";
        size--;
        if (shelf.isEmpty() && place.getKey() != 0) {
            shelves.remove(place.getKey());
        }
    }

    int size() {
        return size;
    }

    /** The last lease at a place in the order or before it. */
    Optional<Lease> atOrBefore(long order) {
        List<Lease> shelf = shelf(order);
        int after = firstAfter(shelf, order);
        if (after > 0) {
            return Optional.of(shelf.get(after - 1));
        }
        // A shelf without its first leases says nothing about those of the shelf before.
        return Optional.ofNullable(shelves.lowerEntry(shelves.floorKey(order)))
                .map(Map.Entry::getValue)
                .filter(before -> !before.isEmpty())
                .map(List::getLast);
    }

    /** The first leases after one place in the order, up to another. */
    List<Lease> range(long afterOrder, long lastOrder, int limit) {
        List<Lease> found = new ArrayList<>();
        long first = shelves.floorKey(Math.max(0, afterOrder));
        for (List<Lease> shelf : shelves.tailMap(first).values()) {
            for (int i = firstAfter(shelf, afterOrder); i < shelf.size(); i++) {
                Lease lease = shelf.get(i);
                if (lease.order() > lastOrder || found.size() == limit) {
                    return found;
                }
                found.add(lease);
            }
        }
        return found;
    }

    private List<Lease> shelf(long order) {
        return shelves.floorEntry(order).getValue();
    }

    /** Where on a shelf those after a place in the order begin. */
    private static int firstAfter(List<Lease> shelf, long order) {
        int low = 0;
        int high = shelf.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (shelf.get(middle).order() <= order) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
