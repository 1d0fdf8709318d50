package org.portreeve.control.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.agrona.collections.Long2LongHashMap;

/**
 * Who has ports, and since when, by {@link Possession#key}: a million of them in numbers alone, of
 * which a collection has nothing to look through. Some 50 octets for each. Writer thread only.
 */
final class OpenPorts {
    private static final int NONE = -1;

    private final Long2LongHashMap rows = new Long2LongHashMap(NONE);

    /** Since when; in a free row the free row before it. */
    private long[] fromMillis = new long[16];

    private int[] subscribers = new int[16];

    /** The realm above, below how many ports there are after the first: both have 16 bits. */
    private int[] realmsAndFurther = new int[16];

    private int rowCount;
    private int lastFree = NONE;
    private final Names names = new Names();

    /** Who has the ports from that of a key on. */
    Optional<Since> find(long key) {
        int row = (int) rows.get(key);
        return row == NONE ? Optional.empty() : Optional.of(at(row));
    }

    private Since at(int row) {
        int realm = realmsAndFurther[row] >>> 16;
        int portCount = (realmsAndFurther[row] & 0xffff) + 1;
        return new Since(realm, names.text(subscribers[row]), portCount, fromMillis[row]);
    }

    /** Notes who has them now, whoever had them before. */
    void put(long key, Since since) {
        int row = (int) rows.get(key);
        if (row == NONE) {
            row = takeRow();
            rows.put(key, row);
        } else {
            names.leave(subscribers[row]);
        }
        fromMillis[row] = since.fromMillis();
        subscribers[row] = names.enter(since.subscriber());
        realmsAndFurther[row] = (since.realm() << 16) | (since.portCount() - 1);
    }

    private int takeRow() {
        if (lastFree != NONE) {
            int row = lastFree;
            lastFree = (int) fromMillis[row];
            return row;
        }
        if (rowCount == fromMillis.length) {
            // Little more than needed: a million rows are there for long and grow seldom.
            int length = rowCount + (rowCount >> 3);
            fromMillis = Arrays.copyOf(fromMillis, length);
            subscribers = Arrays.copyOf(subscribers, length);
            realmsAndFurther = Arrays.copyOf(realmsAndFurther, length);
        }
        return rowCount++;
    }

    /** Forgets who has them, and returns it. */
    Optional<Since> remove(long key) {
        int row = (int) rows.remove(key);
        if (row == NONE) {
            return Optional.empty();
        }
        Since gone = at(row);
        names.leave(subscribers[row]);
        fromMillis[row] = lastFree;
        lastFree = row;
        return Optional.of(gone);
    }

    /** Names each key, in no order. */
    void forEachKey(LongConsumer each) {
        rows.forEachLong((key, _) -> each.accept(key));
    }

    /** Who has ports, each with a number as long as that is so. */
    private static final class Names {
        private final Map<String, Name> known = new HashMap<>();
        private final List<Name> byNumber = new ArrayList<>();
        private final List<Integer> freeNumbers = new ArrayList<>();

        private static final class Name {
            final String text;
            final int number;
            int places;

            Name(String text, int number) {
                this.text = text;
                this.number = number;
            }
        }

        String text(int number) {
            return byNumber.get(number).text;
        }

        int enter(String text) {
            Name name = known.computeIfAbsent(text, this::number);
            name.places++;
            return name.number;
        }

        private Name number(String text) {
            boolean isNew = freeNumbers.isEmpty();
            var name = new Name(text, isNew ? byNumber.size() : freeNumbers.removeLast());
            if (isNew) {
                byNumber.add(name);
            } else {
                byNumber.set(name.number, name);
            }
            return name;
        }

        void leave(int number) {
            Name name = byNumber.get(number);
            name.places--;
            if (name.places == 0) {
                known.remove(name.text);
                freeNumbers.add(number);
            }
        }
    }
}
