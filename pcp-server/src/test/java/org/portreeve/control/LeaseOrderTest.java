package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeaseOrderTest {
    private final LeaseOrder order = new LeaseOrder();
    private final TreeMap<Long, Integer> model = new TreeMap<>();
    private int nextSlot;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void behavesLikeATree(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < 20_000; step++) {
            // It grows to more than a thousand and shrinks to hardly any, more than once.
            boolean grows = step / 4_000 % 2 == 0;
            if (random.nextInt(4) > 0 == grows) {
                add(place(random));
            } else {
                remove(random);
            }
            assertEquals(model.size(), order.size());
            long place = place(random);
            assertEquals(atOrBefore(place), order.atOrBefore(place));
            long last = place + random.nextInt(random.nextBoolean() ? 64 : 1 << 20);
            int limit = 1 + random.nextInt(300);
            assertEquals(
                    model.subMap(place, false, last, true).values().stream().limit(limit).toList(),
                    range(place, last, limit));
        }
        assertEquals(List.copyOf(model.values()), range(-1, Long.MAX_VALUE, Integer.MAX_VALUE));
    }

    @Test
    void isEmptyAgainWhenAllAreGone() {
        for (int place = 1; place <= 1_000; place++) {
            add(place);
        }
        model.forEach(order::remove);

        assertEquals(0, order.size());
        assertEquals(Slots.NONE, order.atOrBefore(Long.MAX_VALUE));
        assertEquals(List.of(), range(-1, Long.MAX_VALUE, Integer.MAX_VALUE));
    }

    /** Few hosts with many ports, so that many are neighbours. */
    private static long place(SplittableRandom random) {
        int protocol = random.nextBoolean() ? 6 : 17;
        int host = 0x6440_0001 + random.nextInt(8) * 0x1000_0000;
        return LeaseBook.order(host, protocol, random.nextInt(1_500));
    }

    private void add(long place) {
        if (!model.containsKey(place)) {
            model.put(place, nextSlot);
            order.add(place, nextSlot++);
        }
    }

    private void remove(SplittableRandom random) {
        Map.Entry<Long, Integer> one = model.ceilingEntry(place(random));
        if (one != null) {
            model.remove(one.getKey());
            order.remove(one.getKey(), one.getValue());
        }
    }

    private int atOrBefore(long place) {
        return Optional.ofNullable(model.floorEntry(place))
                .map(Map.Entry::getValue)
                .orElse(Slots.NONE);
    }

    private List<Integer> range(long afterOrder, long lastOrder, int limit) {
        List<Integer> found = new ArrayList<>();
        order.range(
                afterOrder,
                lastOrder,
                slot -> {
                    found.add(slot);
                    return found.size() < limit;
                });
        return found;
    }
}
