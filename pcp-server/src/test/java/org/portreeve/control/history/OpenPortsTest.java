package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OpenPortsTest {
    private final OpenPorts open = new OpenPorts();
    private final Map<Long, Since> model = new HashMap<>();

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void behavesLikeAMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < 40_000; step++) {
            // It grows to some thousand and shrinks to hardly any, more than once.
            boolean grows = step / 8_000 % 2 == 0;
            long key = key(random);
            if (random.nextInt(4) > 0 == grows) {
                Since since = since(random);
                open.put(key, since);
                model.put(key, since);
            } else {
                assertEquals(Optional.ofNullable(model.remove(key)), open.remove(key));
            }
            long any = key(random);
            assertEquals(Optional.ofNullable(model.get(any)), open.find(any));
        }
        assertEquals(model.keySet(), keys());
        model.forEach((key, since) -> assertEquals(Optional.of(since), open.find(key)));
    }

    /** Few enough that each is met again and again. */
    private static long key(SplittableRandom random) {
        return random.nextLong(10_000) << 40 | 1;
    }

    private static Since since(SplittableRandom random) {
        return new Since(
                random.nextInt(1 << 16),
                "subscriber-" + random.nextInt(50),
                1 + random.nextInt(1 << 16),
                random.nextLong(1L << 48));
    }

    private Set<Long> keys() {
        Set<Long> keys = new HashSet<>();
        open.forEachKey(keys::add);
        return keys;
    }

    @Test
    void takesWhatIsLargest() {
        var largest = new Since(65_535, "ann", 65_536, Long.MAX_VALUE);
        open.put(-1, largest);
        open.put(0, new Since(0, "ann", 1, 0));

        assertEquals(Optional.of(largest), open.find(-1));
        assertEquals(Optional.of(largest), open.remove(-1));
        assertEquals(Optional.of(new Since(0, "ann", 1, 0)), open.find(0));
    }
}
