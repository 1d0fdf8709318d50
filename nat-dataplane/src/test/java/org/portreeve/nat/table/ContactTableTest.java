package org.portreeve.nat.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Goal: the table counts like a map. Method: random contacts that come and go, up to the brim. */
class ContactTableTest {
    private static final int CAPACITY = 50;
    private static final int STEPS = 20_000;

    private record Contact(int mapping, int remoteIp) {}

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void contactIsThereUntilItsLastSessionEnded(long seed) {
        var random = new SplittableRandom(seed);
        var table = new ContactTable(CAPACITY, random.nextLong(), random.nextLong());
        Map<Contact, Integer> model = new HashMap<>();
        for (int step = 0; step < STEPS; step++) {
            var contact = new Contact(random.nextInt(12), random.nextInt(-4, 4));
            int sessions = model.values().stream().mapToInt(Integer::intValue).sum();
            if (model.containsKey(contact) && random.nextBoolean()) {
                table.remove(contact.mapping, contact.remoteIp);
                model.computeIfPresent(contact, (_, count) -> count == 1 ? null : count - 1);
            } else if (sessions < CAPACITY) {
                table.add(contact.mapping, contact.remoteIp);
                model.merge(contact, 1, Integer::sum);
            }
            assertEquals(model.containsKey(contact), table.has(contact.mapping, contact.remoteIp));
        }
    }
}
