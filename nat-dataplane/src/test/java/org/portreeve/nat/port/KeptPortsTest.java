package org.portreeve.nat.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.Pool;
import org.portreeve.testkit.Conformance;

/** An incoming range of 64 ports, of which two are kept for each of ten subscribers. */
class KeptPortsTest {
    private static final PortRange PORTS = new PortRange(3_072, 3_199);
    private static final PortRange INCOMING = new PortRange(3_072, 3_135);
    private static final int TCP = Protocol.index(Protocol.TCP);
    private static final int UDP = Protocol.index(Protocol.UDP);
    private static final int EACH = 2;
    private static final int SUBSCRIBERS = 10;

    private final PortAllocator ports = allocator(new Pool.Kept(EACH, SUBSCRIBERS));
    private final List<Integer> ofFirst = new ArrayList<>();

    /** The first subscriber takes all that it can get. */
    private void fill() {
        for (int port = take(0, UDP); port != PortAllocator.NONE; port = take(0, UDP)) {
            ofFirst.add(port);
        }
    }

    @Test
    @Conformance("SEED-A-042")
    void everySubscriberHasItsPortsThoughTheRestIsTaken() {
        fill();
        assertEquals(INCOMING.size() - SUBSCRIBERS * EACH + EACH, ofFirst.size());
        for (int subscriber = 1; subscriber < SUBSCRIBERS; subscriber++) {
            assertTrue(INCOMING.contains(take(subscriber, UDP)));
            assertTrue(INCOMING.contains(take(subscriber, UDP)));
            assertEquals(PortAllocator.NONE, take(subscriber, UDP));
        }
        // The other protocol has ports of its own.
        assertTrue(INCOMING.contains(take(0, TCP)));
    }

    @Test
    @Conformance("SEED-A-042")
    void portThatIsKeptForOthersIsNotOpenToWhoHasItsShare() {
        fill();
        int free = INCOMING.first();
        while (!ports.isFree(0, UDP, free)) {
            free++;
        }
        assertFalse(ports.isOpenTo(0, 0, UDP, 1, free));
        assertTrue(ports.isOpenTo(1, 0, UDP, 1, free));
        assertEquals(0, PortAllocator.size(ports.contiguous(0, 0, UDP, 1, 1, -1)));
    }

    @Test
    @Conformance("SEED-A-042")
    void portThatGoesBackIsAnybodysOrItsOwnersAsItWas() {
        fill();
        take(1, UDP);
        take(1, UDP);
        // One of the share of the first, which then has it again.
        ports.release(0, 0, UDP, ofFirst.getFirst(), false);
        assertEquals(PortAllocator.NONE, take(1, UDP));
        assertTrue(take(0, UDP) != PortAllocator.NONE);
        // One beyond it.
        ports.release(0, 0, UDP, ofFirst.getLast(), false);
        assertTrue(take(1, UDP) != PortAllocator.NONE);
        assertEquals(PortAllocator.NONE, take(0, UDP));
        assertEquals(PortAllocator.NONE, take(1, UDP));
    }

    @Test
    void portThatPassesToAnotherSubscriberLeavesTheShareOfTheFormer() {
        fill();
        ports.give(0, 1, 0, UDP, ofFirst.getFirst());
        assertTrue(take(1, UDP) != PortAllocator.NONE);
        assertEquals(PortAllocator.NONE, take(1, UDP));
        assertTrue(take(0, UDP) != PortAllocator.NONE);
        assertEquals(PortAllocator.NONE, take(0, UDP));
    }

    @Test
    void portsThatNobodyGetsAreNoneOfThosePromised() {
        var excluded = List.of(new PortRange(3_080, 3_089));
        Pool pool = Pool.of(List.of(1), PORTS, INCOMING, new Pool.Block(16, 2, 1));
        PortAllocator fewer =
                Allocators.of(
                        pool.with(new Pool.Kept(EACH, SUBSCRIBERS)).without(excluded),
                        new PortRandom(1, 2));
        int given = 0;
        int port = fewer.explicit(0, 0, UDP, 1, 0, false);
        for (; port != PortAllocator.NONE; port = fewer.explicit(0, 0, UDP, 1, 0, false)) {
            fewer.take(0, 0, UDP, port, port);
            given++;
        }
        assertEquals(INCOMING.size() - 10 - SUBSCRIBERS * EACH + EACH, given);
    }

    @Test
    void portOutsideOfTheIncomingRangeIsNoPartOfTheShare() {
        int outside = INCOMING.last() + 1;
        ports.take(1, 0, UDP, outside, 1);
        fill();
        assertTrue(take(1, UDP) != PortAllocator.NONE);
        assertTrue(take(1, UDP) != PortAllocator.NONE);
        ports.release(1, 0, UDP, outside, false);
        assertEquals(PortAllocator.NONE, take(1, UDP));
    }

    @Test
    void withoutSuchASettingWhoeverComesFirstHasAll() {
        PortAllocator all = allocator(Pool.Kept.NONE);
        for (int i = 0; i < INCOMING.size(); i++) {
            int port = all.explicit(0, 0, UDP, 1, 0, false);
            assertTrue(INCOMING.contains(port));
            all.take(0, 0, UDP, port, i);
        }
        assertEquals(PortAllocator.NONE, all.explicit(1, 0, UDP, 1, 0, false));
    }

    private int take(int subscriber, int protocolIndex) {
        int port = ports.explicit(subscriber, 0, protocolIndex, 1, 0, false);
        if (port != PortAllocator.NONE) {
            ports.take(subscriber, 0, protocolIndex, port, port);
        }
        return port;
    }

    private static PortAllocator allocator(Pool.Kept kept) {
        Pool pool = Pool.of(List.of(1), PORTS, INCOMING, new Pool.Block(16, 2, 1)).with(kept);
        return Allocators.of(pool, new PortRandom(1, 2));
    }
}
