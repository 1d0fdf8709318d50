package org.portreeve.nat.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DedicatedAddressesTest {
    @Test
    void nobodyHasOneOfNone() {
        assertTrue(DedicatedAddresses.EMPTY.isEmpty());
        assertEquals(DedicatedAddresses.NONE, DedicatedAddresses.EMPTY.externalOf(0));
        assertEquals(DedicatedAddresses.NONE, DedicatedAddresses.EMPTY.internalOf(-1));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void eachPairIsFoundBothWaysAndNothingElse(long seed) {
        var random = new SplittableRandom(seed);
        Map<Integer, Integer> pairs = new HashMap<>();
        Map<Integer, Integer> back = new HashMap<>();
        int wanted = random.nextInt(1, DedicatedAddresses.MAX_ENTRIES);
        while (pairs.size() < wanted) {
            int internal = random.nextInt(1, 20_000);
            int external = random.nextInt();
            if (external != 0 && !back.containsKey(external) && !pairs.containsKey(internal)) {
                pairs.put(internal, external);
                back.put(external, internal);
            }
        }

        var addresses = DedicatedAddresses.of(pairs);

        for (int ip = 0; ip < 20_000; ip++) {
            assertEquals(pairs.getOrDefault(ip, 0), addresses.externalOf(ip));
            assertEquals(back.getOrDefault(ip, 0), addresses.internalOf(ip));
        }
        back.forEach(
                (external, internal) -> assertEquals(internal, addresses.internalOf(external)));
    }
}
