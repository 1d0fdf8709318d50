package org.portreeve.control.store.sql;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/** The {@link PortKey}s of the first entries of pages that follow each other. Immutable. */
final class PageKeys {
    static final PageKeys NONE = new PageKeys(new long[0]);

    private final long[] keys;

    /** Of keys that are not changed any more. */
    PageKeys(long[] keys) {
        this.keys = keys;
    }

    /** As a column has them. */
    static PageKeys of(byte[] octets) {
        LongBuffer column = ByteBuffer.wrap(octets).asLongBuffer();
        long[] keys = new long[column.remaining()];
        column.get(keys);
        return new PageKeys(keys);
    }

    /** For a column. */
    byte[] octets() {
        byte[] octets = new byte[keys.length * Long.BYTES];
        ByteBuffer.wrap(octets).asLongBuffer().put(keys);
        return octets;
    }

    /** How many pages there are. */
    int count() {
        return keys.length;
    }

    /** Pages from a first to a last one; none when the last is before the first. */
    record Range(int first, int last) {
        /** Those that are not in one that begins no later. */
        Range after(Range former) {
            return new Range(Math.max(first, former.last + 1), last);
        }
    }

    Range all() {
        return new Range(0, count() - 1);
    }

    /** Where entries are whose keys are these or between them. */
    Range between(long fromKey, long toKey) {
        // What has a key may begin on the page before the first one that begins with it.
        int first = Math.max(0, countBelow(fromKey) - 1);
        return new Range(first, countBelow(toKey + 1) - 1);
    }

    private int countBelow(long key) {
        int low = 0;
        int high = count();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (keys[middle] < key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
