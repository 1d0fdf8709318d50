package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;

/** What the book says of leases is what was put into it, however it keeps them. */
class LeaseBookTest {
    private static final int FIRST_HOST = Ipv4.of("100.64.0.1");
    private static final int PLACES = 2;

    /** The largest set of the model, and so how far apart its external ports are. */
    private static final int MOST = 4;

    private static final Lease.Owner OWNER =
            new Lease.Owner(
                    new Nonce(-2, -3),
                    LeaseOrigin.UPNP,
                    FIRST_HOST,
                    65_535,
                    "game",
                    List.of(new PeerFilter(new Prefix(Ipv4.of("198.51.100.7"), 32), 443)),
                    true);

    private final List<Subscriber> subscribers =
            IntStream.range(0, 3).mapToObj(i -> new Subscriber(i, i, "s" + i)).toList();

    private final LeaseBook book =
            new LeaseBook(ControlRig.nat(1, new PortRange(1024, 65_535)), subscribers::get);

    /** What is in the book, by order, without slots. */
    private final TreeMap<Long, Lease> model = new TreeMap<>();

    /** Those of them whose timer was stopped, and whose change is on its way. */
    private final Map<Long, Boolean> stopped = new TreeMap<>();

    private final Map<Long, Boolean> recording = new TreeMap<>();
    private int nextPort;

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void saysWhatWasPutIntoIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < 6_000; step++) {
            step(random, step / 1_500 % 2 == 0);
            look(random);
        }
        List<Lease> walked = new ArrayList<>();
        for (int slot = 0; slot < book.slotCount(); slot++) {
            book.at(slot).map(LeaseBookTest::withoutSlot).ifPresent(walked::add);
        }
        assertEquals(List.copyOf(model.values()), walked.stream().sorted(this::byOrder).toList());
    }

    private int byOrder(Lease one, Lease other) {
        return Long.compare(one.order(), other.order());
    }

    private void step(SplittableRandom random, boolean grows) {
        Lease known = random.nextBoolean() ? null : any(random);
        if (known == null) {
            if (grows || random.nextInt(4) == 0) {
                add(random);
            }
            return;
        }
        Lease lease = book.find(known.internal()).orElseThrow();
        long order = known.order();
        switch (random.nextInt(grows ? 6 : 3)) {
            case 0 -> {
                book.remove(lease);
                model.remove(order);
                stopped.remove(order);
                recording.remove(order);
            }
            case 1 -> {
                boolean goes = random.nextBoolean();
                book.recording(lease, goes);
                recording.put(order, goes);
            }
            case 2 -> {
                book.disarm(lease);
                stopped.put(order, true);
            }
            case 3 -> {
                book.arm(lease);
                stopped.remove(order);
            }
            default -> {
                Lease changed = book.change(lease, owner(random), random.nextLong(1_000));
                model.put(order, withoutSlot(changed));
                stopped.remove(order);
            }
        }
    }

    private void add(SplittableRandom random) {
        InternalTuple internal = tuple(random);
        int size = random.nextInt(4) == 0 ? 2 + random.nextInt(MOST - 1) : 1;
        nextPort = (nextPort + MOST) % 60_000;
        int place = random.nextInt(PLACES);
        Lease lease =
                new Lease(
                        internal,
                        subscribers.get(random.nextInt(subscribers.size())),
                        place,
                        nextPort,
                        size,
                        owner(random),
                        random.nextLong(1_000));
        boolean isFree =
                IntStream.range(0, size)
                        .allMatch(i ->
                                owning(internal.next(i)).isEmpty()
                                        && owning(17, place, nextPort + i).isEmpty()
                                        && owning(6, place, nextPort + i).isEmpty());
        if (isFree) {
            book.add(lease);
            model.put(lease.order(), lease);
        }
    }

    private void look(SplittableRandom random) {
        assertEquals(model.size(), book.size());
        assertEquals(model.values().stream().anyMatch(Lease::isSet), book.hasSets());
        InternalTuple tuple = tuple(random);
        assertEquals(owning(tuple), book.find(tuple).map(LeaseBookTest::withoutSlot));
        int protocol = tuple.protocol();
        int port = Math.max(0, nextPort - random.nextInt(200));
        int place = random.nextInt(PLACES + 1);
        assertEquals(
                owning(protocol, place, port),
                book.findExternal(protocol, place, port).map(LeaseBookTest::withoutSlot));
        assertEquals(
                model.values().stream().filter(l -> l.addressIndex() == place).toList(),
                book.ofAddress(place)
                        .map(LeaseBookTest::withoutSlot)
                        .sorted(this::byOrder)
                        .toList());
        long after = LeaseBook.order(tuple);
        long last = after + random.nextInt(1 << 20);
        int limit = random.nextInt(20);
        assertEquals(
                model.subMap(after, false, last, true).values().stream().limit(limit).toList(),
                withoutSlots(book.range(after, last, limit)));
        int size = 1 + random.nextInt(50);
        assertEquals(
                model.values().stream().filter(l -> touches(l, tuple, size)).toList(),
                withoutSlots(book.touching(tuple, size)));
        lookAtTimers(random);
    }

    private void lookAtTimers(SplittableRandom random) {
        long nowNs = random.nextLong(300);
        long firstNs =
                model.values().stream()
                        .filter(l -> !stopped.containsKey(l.order()))
                        .mapToLong(Lease::deadlineNs)
                        .min()
                        .orElse(5_000);
        Optional<Lease> due = book.due(0, nowNs);
        assertEquals(firstNs <= nowNs ? firstNs : -1, due.map(Lease::deadlineNs).orElse(-1L));
        due.ifPresent(l -> {
            assertEquals(model.get(l.order()), withoutSlot(l));
            assertEquals(recording.getOrDefault(l.order(), false), book.isRecording(l));
        });
    }

    private static boolean touches(Lease lease, InternalTuple first, int size) {
        InternalTuple own = lease.internal();
        return own.internalIp() == first.internalIp()
                && own.protocol() == first.protocol()
                && own.internalPort() < first.internalPort() + size
                && first.internalPort() < own.internalPort() + lease.size();
    }

    private Optional<Lease> owning(InternalTuple tuple) {
        return model.values().stream().filter(l -> touches(l, tuple, 1)).findFirst();
    }

    private Optional<Lease> owning(int protocol, int addressIndex, int port) {
        return model.values().stream()
                .filter(l -> l.protocol() == protocol && l.addressIndex() == addressIndex)
                .filter(l -> l.hasExternalPort(port))
                .findFirst();
    }

    private Lease any(SplittableRandom random) {
        Map.Entry<Long, Lease> one = model.ceilingEntry(LeaseBook.order(tuple(random)));
        return one == null ? null : one.getValue();
    }

    /** Few hosts with few ports, so that many are neighbours. */
    private static InternalTuple tuple(SplittableRandom random) {
        int protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
        int host = FIRST_HOST + random.nextInt(3) * 0x4000_0000;
        return InternalTuple.of(protocol, host, random.nextInt(200));
    }

    private static Lease.Owner owner(SplittableRandom random) {
        LeaseOrigin[] origins = LeaseOrigin.values();
        return new Lease.Owner(
                new Nonce(random.nextLong(), random.nextInt()),
                origins[random.nextInt(origins.length)],
                random.nextInt(),
                random.nextInt(65_536),
                random.nextInt(3) > 0 ? "" : "name " + random.nextInt(3),
                random.nextInt(3) > 0 ? List.of() : OWNER.filters(),
                random.nextBoolean());
    }

    private static List<Lease> withoutSlots(List<Lease> leases) {
        return leases.stream().map(LeaseBookTest::withoutSlot).toList();
    }

    private static Lease withoutSlot(Lease lease) {
        return new Lease(
                lease.internal(),
                lease.subscriber(),
                lease.addressIndex(),
                lease.externalPort(),
                lease.size(),
                lease.owner(),
                lease.deadlineNs());
    }

    @Test
    void keepsTheLargestNumbers() {
        InternalTuple internal = InternalTuple.of(255, -1, 65_535);
        Lease lease = new Lease(internal, subscribers.get(2), 0x7fff_fffe, 65_535, 1, OWNER, -1);
        book.add(lease);

        assertEquals(lease, withoutSlot(book.find(internal).orElseThrow()));
        assertEquals(0xffff_ffff_ff_ffffL, lease.order());
        assertSame(subscribers.get(2), book.find(internal).orElseThrow().subscriber());
    }

    @Test
    void theLargestSetHasAllOfItsPortsAndNoOthers() {
        InternalTuple first = InternalTuple.of(Protocol.UDP, FIRST_HOST, 1);
        book.add(new Lease(first, subscribers.get(0), 0, 1, PortSet.MOST_PORTS, OWNER, 0));
        Lease lease = book.find(first).orElseThrow();

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
    void whatALeaseHadIsNotThoseOfTheNextInItsPlace() {
        InternalTuple internal = InternalTuple.of(Protocol.TCP, FIRST_HOST, 80);
        book.add(new Lease(internal, subscribers.get(0), 0, 1, 1, OWNER, 0));
        Lease first = book.find(internal).orElseThrow();
        book.recording(first, true);
        book.remove(first);
        var plain =
                new Lease.Owner(
                        new Nonce(4, 5), LeaseOrigin.PCP, FIRST_HOST + 9, 0, "", List.of(), false);
        book.add(new Lease(internal, subscribers.get(1), 1, 2, 1, plain, -7));

        Lease next = book.find(internal).orElseThrow();
        assertEquals(first.slot(), next.slot());
        assertEquals(plain, next.owner());
        assertFalse(book.isRecording(next));
    }

    @Test
    void whoeverHoldsOnToALeaseThatIsGoneIsNotGivenTheNextInItsPlace() {
        InternalTuple internal = InternalTuple.of(Protocol.TCP, FIRST_HOST, 80);
        book.add(new Lease(internal, subscribers.get(0), 0, 1, 1, OWNER, 0));
        Lease gone = book.find(internal).orElseThrow();
        book.remove(gone);
        assertThrows(AssertionError.class, () -> book.remove(gone));
        book.add(new Lease(internal.next(1), subscribers.get(0), 0, 2, 1, OWNER, 0));

        assertThrows(AssertionError.class, () -> book.change(gone, OWNER, 5));
        assertThrows(AssertionError.class, () -> book.recording(gone, true));
        assertThrows(AssertionError.class, () -> book.arm(gone));
        assertThrows(AssertionError.class, () -> book.remove(gone));
        assertEquals(1, book.size());
    }
}
