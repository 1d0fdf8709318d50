package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;

class LeaseOrderTest {
    private static final int FIRST_HOST = Ipv4.of("100.64.0.1");
    private static final Subscriber SUBSCRIBER = new Subscriber(0, 0, "one");
    private static final Lease.Owner OWNER =
            new Lease.Owner(
                    new Nonce(-2, -3),
                    LeaseOrigin.UPNP,
                    FIRST_HOST,
                    65_535,
                    "game",
                    List.of(new PeerFilter(new Prefix(Ipv4.of("198.51.100.7"), 32), 443)),
                    true);

    private final DeadlineBook<Lease> slots = new DeadlineBook<>(1);
    private final LeaseOrder order = new LeaseOrder(slot -> slots.at(slot).orElseThrow());
    private final TreeMap<Long, Lease> model = new TreeMap<>();

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void behavesLikeATree(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < 20_000; step++) {
            // It grows to more than a thousand and shrinks to hardly any, more than once.
            boolean grows = step / 4_000 % 2 == 0;
            if (random.nextInt(4) > 0 == grows) {
                add(tuple(random));
            } else {
                remove(random);
            }
            assertEquals(model.size(), order.size());
            long place = LeaseBook.order(tuple(random));
            assertEquals(atOrBefore(place), order.atOrBefore(place));
            long last = place + random.nextInt(random.nextBoolean() ? 64 : 1 << 20);
            int limit = random.nextInt(300);
            assertEquals(range(place, last, limit), order.range(place, last, limit));
        }
        assertEquals(
                List.copyOf(model.values()), order.range(-1, Long.MAX_VALUE, Integer.MAX_VALUE));
    }

    @Test
    void isEmptyAgainWhenAllAreGone() {
        for (int port = 1; port <= 1_000; port++) {
            add(InternalTuple.of(Protocol.UDP, FIRST_HOST, port));
        }
        model.values().forEach(order::remove);

        assertEquals(0, order.size());
        assertEquals(Optional.empty(), order.atOrBefore(Long.MAX_VALUE));
        assertEquals(List.of(), order.range(-1, Long.MAX_VALUE, Integer.MAX_VALUE));
    }

    @Test
    void aLeaseSaysWhatItWasMadeOf() {
        InternalTuple internal = InternalTuple.of(255, -1, 65_535);
        Lease lease = new Lease(internal, SUBSCRIBER, 7, 65_534, 2, OWNER, 99);

        assertEquals(internal, lease.internal());
        assertEquals(OWNER, lease.owner());
        assertEquals(65_534, lease.externalPort());
        assertEquals(2, lease.size());
        assertEquals(0xffff_ffff_ff_ffffL, lease.order());
        assertSame(SUBSCRIBER, lease.subscriber);
        assertEquals(99, lease.deadlineNs());
    }

    @Test
    void theLargestSetHasAllOfItsPortsAndNoOthers() {
        InternalTuple first = InternalTuple.of(Protocol.UDP, FIRST_HOST, 1);
        Lease lease = new Lease(first, SUBSCRIBER, 0, 1, PortSet.MOST_PORTS, OWNER, 0);

        assertEquals(PortSet.MOST_PORTS, lease.size());
        assertTrue(lease.hasExternalPort(65_535));
        assertFalse(lease.hasExternalPort(0));
        assertTrue(lease.has(InternalTuple.of(Protocol.UDP, FIRST_HOST, 65_535)));
        assertFalse(lease.has(InternalTuple.of(Protocol.TCP, FIRST_HOST, 65_535)));
        assertFalse(lease.has(InternalTuple.of(Protocol.UDP, FIRST_HOST + 1, 5)));
        assertEquals(
                65_535, lease.externalPort(InternalTuple.of(Protocol.UDP, FIRST_HOST, 65_535)));
    }

    @Test
    void aChangeTakesAllOfAnOwner() {
        InternalTuple internal = InternalTuple.of(Protocol.TCP, FIRST_HOST, 80);
        Lease lease = new Lease(internal, SUBSCRIBER, 0, 1, 1, OWNER, 0);
        var other =
                new Lease.Owner(
                        new Nonce(4, 5), LeaseOrigin.PCP, FIRST_HOST + 9, 0, "", List.of(), false);

        lease.change(other, -7);

        assertEquals(other, lease.owner());
        assertEquals(-7, lease.deadlineNs());
    }

    /** Few hosts with many ports, so that many are neighbours. */
    private static InternalTuple tuple(SplittableRandom random) {
        int protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
        int host = FIRST_HOST + random.nextInt(8) * 0x1000_0000;
        return InternalTuple.of(protocol, host, random.nextInt(1_500));
    }

    private void add(InternalTuple internal) {
        long place = LeaseBook.order(internal);
        if (!model.containsKey(place)) {
            Lease lease = new Lease(internal, SUBSCRIBER, 0, 1, 1, OWNER, 0);
            model.put(place, lease);
            slots.add(0, lease);
            order.add(lease);
        }
    }

    private void remove(SplittableRandom random) {
        Map.Entry<Long, Lease> one = model.ceilingEntry(LeaseBook.order(tuple(random)));
        if (one != null) {
            model.remove(one.getKey());
            order.remove(one.getValue());
            slots.remove(0, one.getValue());
        }
    }

    private Optional<Lease> atOrBefore(long place) {
        return Optional.ofNullable(model.floorEntry(place)).map(Map.Entry::getValue);
    }

    private List<Lease> range(long afterOrder, long lastOrder, int limit) {
        List<Lease> found = new ArrayList<>();
        for (Lease lease : model.tailMap(afterOrder, false).values()) {
            if (lease.order() > lastOrder || found.size() == limit) {
                break;
            }
            found.add(lease);
        }
        return found;
    }
}
