package org.portreeve.bench.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SlotsTest {
    @Test
    void noSubscriberHasMoreThanTheDefaultQuota() {
        int[] counts = new int[Slots.HOSTS];
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            counts[Slots.host(slot)]++;
        }

        for (int count : counts) {
            assertEquals(Slots.PER_HOST, count);
        }
    }

    @Test
    void everySlotIsAnInternalTupleOfItsOwn() {
        Set<Long> tuples = new HashSet<>();
        for (int slot = 0; slot < 3 * Slots.GROUP_HOSTS * Slots.PER_HOST; slot++) {
            long host = Slots.host(slot);
            tuples.add(host << 32 | (long) Slots.protocol(slot) << 16 | Slots.internalPort(slot));
        }

        assertEquals(3 * Slots.GROUP_HOSTS * Slots.PER_HOST, tuples.size());
    }

    @Test
    void requestsInTurnSpareEachSubscriberForAWhile() {
        Slots slots = new Slots();
        Set<Integer> hosts = new HashSet<>();
        for (int i = 0; i < Slots.GROUP_HOSTS; i++) {
            hosts.add(Slots.host(slots.fresh()));
        }

        assertEquals(Slots.GROUP_HOSTS, hosts.size());
    }

    @Test
    void whatIsLiveOrUnderWayIsNotFresh() {
        Slots slots = new Slots();
        int live = slots.fresh();
        slots.made(live);
        int busy = slots.fresh();
        slots.busy(busy, true);

        for (int i = 0; i < Slots.COUNT; i++) {
            int fresh = slots.fresh();
            assertNotEquals(live, fresh);
            assertNotEquals(busy, fresh);
        }
    }

    @Test
    void theLastOneMadeEndsFirstAndIsFreshAgain() {
        Slots slots = new Slots();
        int first = slots.fresh();
        int last = slots.fresh();
        slots.made(first);
        slots.made(last);

        assertEquals(last, slots.lastLive());
        assertEquals(1, slots.liveCount());
        assertEquals(first, slots.anyLive());
    }

    @Test
    void whatIsUnderWayIsNotAskedForAgain() {
        Slots slots = new Slots();
        int only = slots.fresh();
        slots.made(only);
        slots.busy(only, true);

        assertEquals(Slots.NONE, slots.anyLive());
        assertEquals(Slots.NONE, slots.lastLive());
        assertTrue(slots.isBusy(only));
    }
}
