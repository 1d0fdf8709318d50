package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

/** What the book says of ports at rest is what was put into it, however it keeps them. */
class HoldBookTest {
    private static final int FIRST_HOST = Ipv4.of("100.64.0.1");

    private final List<Subscriber> subscribers =
            IntStream.range(0, 3).mapToObj(i -> new Subscriber(i, i, "s" + i)).toList();

    private final HoldBook book = new HoldBook(subscribers::get);

    /** What is in the book, without slots. */
    private final List<Hold> model = new ArrayList<>();

    /** The latest of each tuple, while that rests. */
    private final Map<InternalTuple, Hold> latest = new HashMap<>();

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void saysWhatWasPutIntoIt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int step = 0; step < 6_000; step++) {
            if (random.nextInt(5) > (step / 1_500 % 2 == 0 ? 1 : 2) || model.isEmpty()) {
                add(hold(random));
            } else {
                remove(model.get(random.nextInt(model.size())));
            }
            look(random);
        }
        List<Hold> walked = new ArrayList<>();
        for (int slot = 0; slot < book.slotCount(); slot++) {
            book.at(slot).map(HoldBookTest::withoutSlot).ifPresent(walked::add);
        }
        assertEquals(model.size(), walked.size());
        assertTrue(walked.containsAll(model));
    }

    private void add(Hold hold) {
        model.stream().filter(h -> isSamePort(h, hold)).findFirst().ifPresent(this::forget);
        model.add(hold);
        latest.put(hold.internal(), hold);
        book.add(hold);
    }

    private static boolean isSamePort(Hold one, Hold other) {
        return one.protocol() == other.protocol()
                && one.addressIndex() == other.addressIndex()
                && one.externalPort() == other.externalPort();
    }

    private void remove(Hold hold) {
        book.remove(find(hold).orElseThrow());
        forget(hold);
    }

    private void forget(Hold hold) {
        model.remove(hold);
        latest.remove(hold.internal(), hold);
    }

    private Optional<Hold> find(Hold hold) {
        return book.findExternal(hold.protocol(), hold.addressIndex(), hold.externalPort());
    }

    private void look(SplittableRandom random) {
        assertEquals(model.size(), book.size());
        Hold asked = hold(random);
        assertEquals(
                model.stream().filter(h -> isSamePort(h, asked)).findFirst(),
                find(asked).map(HoldBookTest::withoutSlot));
        assertEquals(
                Optional.ofNullable(latest.get(asked.internal())),
                book.find(asked.internal()).map(HoldBookTest::withoutSlot));
        int place = random.nextInt(3);
        assertEquals(model.stream().anyMatch(h -> h.addressIndex() == place), book.hasAt(place));
        long nowNs = random.nextLong(300);
        long firstNs = model.stream().mapToLong(Hold::deadlineNs).min().orElse(5_000);
        Optional<Hold> due = book.due(nowNs);
        assertEquals(firstNs <= nowNs ? firstNs : -1, due.map(Hold::deadlineNs).orElse(-1L));
        for (Subscriber subscriber : subscribers) {
            List<Hold> own = model.stream().filter(h -> h.subscriber() == subscriber).toList();
            assertEquals(own.size(), subscriber.holds);
            assertEquals(own.stream().filter(Hold::ofSet).count(), subscriber.setHolds);
        }
    }

    private Hold hold(SplittableRandom random) {
        return new Hold(
                InternalTuple.of(
                        random.nextBoolean() ? Protocol.TCP : Protocol.UDP,
                        FIRST_HOST - random.nextInt(3),
                        65_535 - random.nextInt(20)),
                subscribers.get(random.nextInt(subscribers.size())),
                random.nextInt(2),
                65_535 - random.nextInt(100),
                new Nonce(random.nextLong(), random.nextInt()),
                random.nextBoolean(),
                random.nextLong(1_000));
    }

    private static Hold withoutSlot(Hold hold) {
        return new Hold(
                hold.internal(),
                hold.subscriber(),
                hold.addressIndex(),
                hold.externalPort(),
                hold.nonce(),
                hold.ofSet(),
                hold.deadlineNs());
    }

    @Test
    void theFirstOfATupleThatAStartPutsBackIsFound() {
        SplittableRandom random = new SplittableRandom(1);
        Hold first = hold(random);
        Hold second = at(first, first.externalPort() - 1);
        book.restore(first);
        book.restore(second);

        assertEquals(first, withoutSlot(book.find(first.internal()).orElseThrow()));
        assertEquals(2, book.size());
    }

    @Test
    void thePortOfATupleThatAStartPutsBackAgainIsFound() {
        Hold first = hold(new SplittableRandom(1));
        book.restore(first);
        book.restore(first);

        assertEquals(first, withoutSlot(book.find(first.internal()).orElseThrow()));
        assertEquals(1, book.size());
    }

    @Test
    void aRestThatIsGoneIsNotRemovedAgain() {
        SplittableRandom random = new SplittableRandom(1);
        book.add(hold(random));
        Hold gone = book.at(0).orElseThrow();
        book.remove(gone);
        book.add(hold(random));

        assertThrows(AssertionError.class, () -> book.remove(gone));
        assertEquals(1, book.size());
    }

    private static Hold at(Hold hold, int externalPort) {
        return new Hold(
                hold.internal(),
                hold.subscriber(),
                hold.addressIndex(),
                externalPort,
                hold.nonce(),
                hold.ofSet(),
                hold.deadlineNs());
    }
}
