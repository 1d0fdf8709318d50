package org.portreeve.control.store.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.StoredProfile;
import org.portreeve.control.store.User;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.Conformance;

/** What a store does, whichever database is beneath. */
abstract class StoreRules {
    private static final int EXTERNAL = Ipv4.of("198.51.100.1");
    private static final int THREADS = 8;

    private SqlStore store;

    /** A store without rows. */
    abstract SqlStore emptyStore() throws StoreException;

    /** The same rows, as another node sees them. */
    abstract SqlStore reopened(String node) throws StoreException;

    @BeforeEach
    void openStore() throws StoreException {
        store = emptyStore();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    static Reservation wanted(int internalPort, int externalPort) {
        return new Reservation(
                0,
                0,
                InternalTuple.of(6, Ipv4.of("203.0.113.200"), internalPort),
                EXTERNAL,
                externalPort,
                "camera of house " + internalPort,
                "ada",
                1_000_000);
    }

    private Reservation added(int internalPort, int externalPort) throws StoreException {
        return store.reservations().add(wanted(internalPort, externalPort)).orElseThrow();
    }

    @Test
    void addedReservationIsFoundAgainAfterReopening() throws StoreException {
        Reservation first = added(1, 8001);
        Reservation second = added(2, 8002);
        store.close();
        store = reopened("cgn-1");

        assertEquals(List.of(first, second), store.reservations().all());
        assertEquals(1, first.version());
        assertEquals(wanted(1, 8001).internal(), first.internal());
        assertEquals(EXTERNAL, first.externalIp());
        assertTrue(first.id() > 0 && second.id() > first.id());
    }

    @Test
    void reservationWithTheExternalOrInternalTupleOfAnotherIsNotAdded() throws StoreException {
        Reservation first = added(1, 8001);

        assertEquals(Optional.empty(), store.reservations().add(wanted(2, 8001)));
        assertEquals(Optional.empty(), store.reservations().add(wanted(1, 8002)));
        assertEquals(List.of(first), store.reservations().all());
        assertEquals(1, store.audit().latest(Long.MAX_VALUE, 10).size());
    }

    @Test
    void samePortOfAnotherProtocolIsAnotherTuple() throws StoreException {
        added(1, 8001);
        Reservation udp =
                new Reservation(0, 0, InternalTuple.of(17, 5, 1), EXTERNAL, 8001, "", "ada", 1);

        assertTrue(store.reservations().add(udp).isPresent());
    }

    @Test
    void anotherNodesReservationsAreItsOwn() throws StoreException {
        Reservation ours = added(1, 8001);
        store.close();
        store = reopened("cgn-2");

        assertEquals(List.of(), store.reservations().all());
        assertFalse(store.reservations().delete(ours.id(), ours.version(), "eve", 1));
        assertTrue(store.reservations().add(wanted(1, 8001)).isPresent());
    }

    @Test
    void changeCountsTheVersionUp() throws StoreException {
        Reservation first = added(1, 8001);

        Reservation changed = store.reservations().change(moved(first, 9001)).orElseThrow();

        assertEquals(2, changed.version());
        assertEquals(9001, changed.externalPort());
        assertEquals(List.of(changed), store.reservations().all());
    }

    private static Reservation moved(Reservation from, int externalPort) {
        return new Reservation(
                from.id(),
                from.version(),
                from.internal(),
                from.externalIp(),
                externalPort,
                from.description(),
                "bob",
                2_000_000);
    }

    @Test
    void changeOfWhatSomebodyElseChangedOrHasIsRefused() throws StoreException {
        Reservation first = added(1, 8001);
        Reservation second = added(2, 8002);
        assertTrue(store.reservations().change(moved(first, 9001)).isPresent());

        assertEquals(Optional.empty(), store.reservations().change(moved(first, 9002)));
        assertEquals(Optional.empty(), store.reservations().change(moved(second, 9001)));
        assertEquals(second, store.reservations().all().get(1));
    }

    @Test
    void deletionNeedsTheVersionThatIsThere() throws StoreException {
        Reservation first = added(1, 8001);

        assertFalse(store.reservations().delete(first.id(), 2, "bob", 5));
        assertTrue(store.reservations().delete(first.id(), 1, "bob", 5));
        assertFalse(store.reservations().delete(first.id(), 1, "bob", 5));
        assertEquals(List.of(), store.reservations().all());
    }

    @Test
    void everyChangeOfAReservationIsInTheAudit() throws StoreException {
        Reservation first = added(1, 8001);
        Reservation changed = store.reservations().change(moved(first, 9001)).orElseThrow();
        store.reservations().delete(changed.id(), 2, "cy", 3_000_000);

        List<AuditEntry> entries = store.audit().latest(Long.MAX_VALUE, 10);

        assertEquals(
                List.of("reservation.delete", "reservation.change", "reservation.create"),
                entries.stream().map(AuditEntry::action).toList());
        assertEquals(List.of("cy", "bob", "ada"), entries.stream().map(AuditEntry::who).toList());
        assertEquals("TCP 198.51.100.1:9001", entries.get(0).subject());
        assertEquals(3_000_000, entries.get(0).atMillis());
    }

    @Test
    void ofThoseWhoWantOneTupleAtOnceOneGetsIt() throws Exception {
        var barrier = new CyclicBarrier(THREADS);

        List<Optional<Reservation>> external =
                atOnce(thread -> {
                    barrier.await();
                    return store.reservations().add(wanted(thread + 1, 8001));
                });
        List<Optional<Reservation>> internal =
                atOnce(thread -> {
                    barrier.await();
                    return store.reservations().add(wanted(99, 9000 + thread));
                });

        assertEquals(1, external.stream().filter(Optional::isPresent).count());
        assertEquals(1, internal.stream().filter(Optional::isPresent).count());
        assertEquals(2, store.reservations().all().size());
        assertEquals(2, store.audit().latest(Long.MAX_VALUE, 10).size());
    }

    @Test
    void ofThoseWhoChangeOneVersionAtOnceOneSucceeds() throws Exception {
        Reservation first = added(1, 8001);
        var barrier = new CyclicBarrier(THREADS);

        List<Optional<Reservation>> changes =
                atOnce(thread -> {
                    barrier.await();
                    return store.reservations().change(moved(first, 9000 + thread));
                });

        assertEquals(1, changes.stream().filter(Optional::isPresent).count());
        assertEquals(2, store.reservations().all().get(0).version());
    }

    private interface Numbered<T> {
        T call(int thread) throws Exception;
    }

    private static <T> List<T> atOnce(Numbered<T> work)
            throws InterruptedException, ExecutionException {
        List<T> results = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<T>> calls =
                    IntStream.range(0, THREADS)
                            .mapToObj(thread -> (Callable<T>) () -> work.call(thread))
                            .toList();
            for (Future<T> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
        }
        return results;
    }

    @Test
    void longestDescriptionIsKeptWhole() throws StoreException {
        String longest = "é".repeat(ReservationDraft.MAX_DESCRIPTION);
        var wordy = new Reservation(0, 0, InternalTuple.of(6, 1, 1), 1, 1, longest, "ada", 1);

        assertTrue(store.reservations().add(wordy).isPresent());

        assertEquals(longest, store.reservations().all().get(0).description());
    }

    @Test
    void whatTheDatabaseCannotHoldIsAFaultAndChangesNothing() throws StoreException {
        Reservation tooLong =
                new Reservation(0, 0, InternalTuple.of(6, 1, 1), 1, 1, "x".repeat(5000), "ada", 1);

        assertThrows(StoreException.class, () -> store.reservations().add(tooLong));
        assertEquals(List.of(), store.reservations().all());
        assertEquals(List.of(), store.audit().latest(Long.MAX_VALUE, 10));
    }

    private static User user(String name, User.Role role) {
        return new User(name, "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA", role, true, 0);
    }

    @Test
    void userIsAddedReplacedAndDeleted() throws StoreException {
        User ada = store.users().put(user("ada", User.Role.ADMIN));
        User bob = store.users().put(user("bob", User.Role.VIEWER));
        User promoted = store.users().put(user("bob", User.Role.OPERATOR));

        assertEquals(1, bob.version());
        assertEquals(2, promoted.version());
        assertEquals(List.of(ada, promoted), store.users().all());
        assertEquals(Optional.of(promoted), store.users().find("bob"));
        assertTrue(store.users().delete("bob"));
        assertFalse(store.users().delete("bob"));
        assertEquals(Optional.empty(), store.users().find("bob"));
        assertEquals(List.of(ada), store.users().all());
    }

    @Test
    void versionsOfADeletedUserAreNotGivenOutAgain() throws StoreException {
        store.users().put(user("bob", User.Role.ADMIN));
        store.users().delete("bob");

        assertEquals(3, store.users().put(user("bob", User.Role.VIEWER)).version());
    }

    @Test
    void usersPutAtOnceGetVersionsOfTheirOwn() throws Exception {
        var barrier = new CyclicBarrier(THREADS);

        List<Long> versions =
                atOnce(_ -> {
                    barrier.await();
                    return store.users().put(user("ada", User.Role.ADMIN)).version();
                });

        assertEquals(
                LongStream.rangeClosed(1, THREADS).boxed().toList(),
                versions.stream().sorted().toList());
    }

    @Test
    void auditIsReadBackwardsPageByPage() throws StoreException {
        for (int i = 1; i <= 5; i++) {
            store.audit().add(new AuditEntry(i * 100L, "ada", "login", "ada", "from 127.0.0.1"));
        }

        List<AuditEntry> latest = store.audit().latest(500, 2);

        assertEquals(List.of(400L, 300L), latest.stream().map(AuditEntry::atMillis).toList());
        assertEquals("from 127.0.0.1", latest.get(0).detail());
    }

    @Test
    void wordsOfStrangersAreCutAndMadePlainInTheAudit() throws StoreException {
        store.audit()
                .add(new AuditEntry(1, "a\u0000\nb" + "c".repeat(300), "login.refused", "", ""));

        String who = store.audit().latest(2, 1).get(0).who();

        assertTrue(who.startsWith("a??bc"), who);
        assertEquals(200, who.length());
        assertTrue(who.endsWith("…"), who);
    }

    @Test
    void subscriberIsAddedReplacedAndDeletedWithItsPrefixes() throws StoreException {
        var acme =
                new SubscriberPlan(
                        "acme",
                        List.of(Prefix.of("203.0.113.0/24"), Prefix.of("10.1.0.0/16")),
                        "a");
        var zoo = new SubscriberPlan("zoo", List.of(Prefix.of("10.2.0.0/16")), "default");
        var lessAcme = new SubscriberPlan("acme", List.of(Prefix.of("10.1.0.0/16")), "b");

        assertTrue(store.subscribers().put(zoo));
        assertTrue(store.subscribers().put(acme));
        assertEquals(List.of(acme, zoo), store.subscribers().all());

        assertTrue(store.subscribers().put(lessAcme));
        assertEquals(List.of(lessAcme, zoo), store.subscribers().all());
        assertTrue(store.subscribers().delete("zoo"));
        assertFalse(store.subscribers().delete("zoo"));
        assertEquals(List.of(lessAcme), store.subscribers().all());
    }

    @Test
    void prefixOfAnotherSubscriberIsRefusedAndNothingIsChanged() throws StoreException {
        var acme = new SubscriberPlan("acme", List.of(Prefix.of("10.1.0.0/16")), "default");
        var zoo = new SubscriberPlan("zoo", List.of(Prefix.of("10.2.0.0/16")), "default");
        store.subscribers().put(acme);
        store.subscribers().put(zoo);

        assertFalse(
                store.subscribers()
                        .put(new SubscriberPlan("zoo", List.of(Prefix.of("10.1.0.0/16")), "x")));
        assertEquals(List.of(acme, zoo), store.subscribers().all());
    }

    @Test
    void profileIsAddedReplacedAndDeleted() throws StoreException {
        var gold = new StoredProfile("gold", new Rules.Quota(1, 2, 3, 4, 5), new RequestRate(6, 7));
        var better =
                new StoredProfile("gold", new Rules.Quota(9, 8, 7, 6, 5), new RequestRate(4, 3));
        store.profiles().put(gold);
        assertEquals(List.of(gold), store.profiles().all());

        store.profiles().put(better);
        assertEquals(List.of(better), store.profiles().all());
        assertTrue(store.profiles().delete("gold"));
        assertFalse(store.profiles().delete("gold"));
    }

    private static HistoryEntry block(String subscriber, int firstPort, long from, long to) {
        return new HistoryEntry(
                0, subscriber, HistoryEntry.ANY_PROTOCOL, EXTERNAL, firstPort, 512, from, to);
    }

    /** The answer, which is the same before and after everything has settled. */
    private List<HistoryEntry> find(
            int externalIp, int port, int protocol, int remoteIp, long from, long to)
            throws StoreException {
        HistoryStore history = store.history();
        List<HistoryEntry> found = history.find(externalIp, port, protocol, remoteIp, from, to);
        settleAll();
        assertEquals(found, history.find(externalIp, port, protocol, remoteIp, from, to));
        return found;
    }

    private void settleAll() throws StoreException {
        boolean goesOn;
        do {
            goesOn = store.history().settle();
        } while (goesOn);
    }

    private List<String> holders(int port, long from, long to) throws StoreException {
        return find(EXTERNAL, port, 6, 0, from, to).stream().map(HistoryEntry::subscriber).toList();
    }

    @Test
    void historySaysWhoHadAPortAtATime() throws StoreException {
        store.history()
                .add(
                        List.of(
                                block("first", 2048, 100, 200),
                                block("second", 2048, 300, HistoryEntry.ONGOING),
                                block("neighbour", 2560, 100, HistoryEntry.ONGOING)));

        assertEquals(List.of("first"), holders(2048, 150, 150));
        assertEquals(List.of("first"), holders(2559, 200, 299));
        assertEquals(List.of(), holders(2048, 201, 299));
        assertEquals(List.of("second", "first"), holders(2300, 0, 1000));
        assertEquals(List.of("neighbour"), holders(2560, 150, 150));
        assertEquals(List.of(), holders(2047, 0, 1000));
    }

    @Test
    void singlePortIsOneProtocolsOwn() throws StoreException {
        store.history().add(List.of(new HistoryEntry(0, "a", 17, EXTERNAL, 5000, 1, 1, 9)));

        assertEquals(1, find(EXTERNAL, 5000, 17, 0, 5, 5).size());
        assertEquals(0, find(EXTERNAL, 5000, 6, 0, 5, 5).size());
        assertEquals(0, find(EXTERNAL + 1, 5000, 17, 0, 5, 5).size());
    }

    @Test
    @Conformance("SEED-B-054")
    void sharedPortIsToldApartByTheRemoteAddress() throws StoreException {
        HistoryEntry one = shared("one", 1, HistoryEntry.ONGOING);
        HistoryEntry other = shared("other", -2, 9);
        store.history().add(List.of(one, other, shared("one", 1, 8)));

        assertEquals(List.of(other), find(EXTERNAL, 700, 6, -2, 5, 5));
        assertEquals(
                List.of("one"),
                find(EXTERNAL, 700, 6, 1, 5, 5).stream().map(HistoryEntry::subscriber).toList());
        assertEquals(List.of(), find(EXTERNAL, 700, 6, 1, 9, 9));
        assertEquals(List.of(), find(EXTERNAL, 700, 6, 3, 5, 5));
        assertEquals(2, find(EXTERNAL, 700, 6, 0, 5, 5).size());
    }

    private static HistoryEntry shared(String subscriber, int remoteIp, long toMillis) {
        return new HistoryEntry(0, subscriber, 6, EXTERNAL, 700, 1, remoteIp, 4, toMillis);
    }

    @Test
    void endTakesThePlaceOfTheOngoingEntry() throws StoreException {
        HistoryEntry ended = block("first", 2048, 100, 200);
        store.history().add(List.of(block("first", 2048, 100, HistoryEntry.ONGOING)));
        store.history().add(List.of(ended));
        store.history()
                .add(
                        List.of(
                                block("second", 2048, 300, HistoryEntry.ONGOING),
                                block("second", 2048, 300, 400)));

        assertEquals(List.of("second"), holders(2048, 400, 9999));
        assertEquals(List.of("second", "first"), holders(2048, 0, 9999));
        assertEquals(List.of(ended), find(EXTERNAL, 2048, 6, 0, 0, 250));
    }

    @Test
    void whatGoesOnIsWhatHasNotEnded() throws StoreException {
        HistoryEntry ongoing = block("second", 2560, 100, HistoryEntry.ONGOING);
        store.history().add(List.of(block("first", 2048, 100, HistoryEntry.ONGOING), ongoing));
        store.history().add(List.of(block("first", 2048, 100, 200)));

        assertEquals(List.of(ongoing), store.history().ongoing());
    }

    @Test
    void whatIsAddedTwiceIsFoundOnce() throws StoreException {
        HistoryEntry ongoing = block("first", 2048, 100, HistoryEntry.ONGOING);
        store.history().add(List.of(ongoing));
        store.history().add(List.of(ongoing));
        assertEquals(List.of("first"), holders(2048, 150, 150));

        store.history().add(List.of(block("first", 2048, 100, 200)));
        assertEquals(List.of("first"), holders(2048, 150, 150));
        assertEquals(List.of(), holders(2048, 201, 9999));
    }

    @Test
    void moreThanABatchIsAddedAndNoMoreIsFoundThanIsAllowed() throws StoreException {
        store.history()
                .add(IntStream.range(0, 10_500).mapToObj(i -> block("s", 2048, i, i + 1)).toList());

        assertEquals(2, holders(2048, 10_500, 10_500).size() + holders(2048, 0, 0).size());
        assertEquals(HistoryStore.MAX_FOUND, holders(2048, 0, 20_000).size());
    }

    @Test
    void answersAreTheSameHoweverMuchOfTheHistoryHasSettled() throws StoreException {
        var random = new Random(20261122);
        Map<Integer, HistoryEntry> holders = new HashMap<>();
        List<HistoryEntry> all = new ArrayList<>();
        for (long now = 1; now <= 300; now++) {
            int port = 2048 + random.nextInt(4);
            HistoryEntry held = holders.remove(port);
            List<HistoryEntry> news = new ArrayList<>();
            if (held != null) {
                all.remove(held);
                news.add(single(held.subscriber(), port, held.fromMillis(), now));
            }
            if (held == null || random.nextBoolean()) {
                HistoryEntry begun = single("s" + now, port, now, HistoryEntry.ONGOING);
                holders.put(port, begun);
                news.add(begun);
            }
            all.addAll(news);
            store.history().add(news);
            if (random.nextInt(3) == 0) {
                store.history().settle();
            }
            assertFindsWhatWas(all, 2048 + random.nextInt(4), random.nextLong(1 + now), now);
        }
        do {
            assertEquals(Set.copyOf(holders.values()), Set.copyOf(store.history().ongoing()));
        } while (store.history().settle() || store.history().unsettled() > 0);
        assertEquals(0, store.history().unsettled());
        assertFindsWhatWas(all, 2048, 0, 999);
    }

    @Test
    void whatHasNotSettledIsThereAfterTheStoreIsOpenedAgain() throws StoreException {
        HistoryEntry begun = single("s", 2048, 100, HistoryEntry.ONGOING);
        HistoryEntry other = single("s", 2049, 100, HistoryEntry.ONGOING);
        store.history().add(List.of(begun));
        store.history().add(List.of(other));
        store.close();

        try (SqlStore next = reopened("cgn-1")) {
            HistoryStore history = next.history();
            assertEquals(2, history.unsettled());
            assertEquals(List.of(begun, other), history.ongoing());
            HistoryEntry over = single("s", 2048, 100, 200);
            history.add(List.of(over));
            assertEquals(List.of(other), history.ongoing());
            assertEquals(List.of(over), history.find(EXTERNAL, 2048, 6, 0, 0, 300));
            while (history.settle()) {
                assertEquals(List.of(over), history.find(EXTERNAL, 2048, 6, 0, 0, 300));
            }
            assertEquals(0, history.unsettled());
            assertEquals(List.of(over), history.find(EXTERNAL, 2048, 6, 0, 0, 300));
        }
        try (SqlStore neighbour = reopened("cgn-2")) {
            assertEquals(List.of(), neighbour.history().find(EXTERNAL, 2049, 6, 0, 0, 300));
            assertEquals(List.of(), neighbour.history().ongoing());
        }
    }

    @Test
    void whatHasEndedIsNotTakenForOngoingWhileItSettles() throws Exception {
        int ports = 2_000;
        List<HistoryEntry> begun = new ArrayList<>();
        List<HistoryEntry> ended = new ArrayList<>();
        for (int port = 1; port <= ports; port++) {
            begun.add(single("s", port, 100, HistoryEntry.ONGOING));
            ended.add(single("s", port, 100, 200));
        }
        for (int from = 0; from < ports; from += 20) {
            store.history().add(begun.subList(from, from + 20));
        }
        store.history().add(ended);
        Future<?> settling;
        try (var executor = Executors.newSingleThreadExecutor()) {
            settling =
                    executor.submit(() -> {
                        settleAll();
                        return true;
                    });
            for (int port = 1; !settling.isDone(); port = port % ports + 1) {
                assertEquals(
                        List.of(ended.get(port - 1)),
                        store.history().find(EXTERNAL, port, 6, 0, 0, 300));
            }
        }
        assertEquals(true, settling.get());
    }

    private void assertFindsWhatWas(List<HistoryEntry> all, int port, long from, long to)
            throws StoreException {
        List<HistoryEntry> was =
                all.stream()
                        .filter(entry -> entry.firstPort() == port)
                        .filter(entry -> entry.fromMillis() <= to && entry.toMillis() >= from)
                        .sorted(Comparator.comparingLong(HistoryEntry::fromMillis).reversed())
                        .toList();
        assertEquals(was, store.history().find(EXTERNAL, port, 6, 0, from, to));
    }

    private static HistoryEntry single(String subscriber, int port, long from, long to) {
        return new HistoryEntry(0, subscriber, 6, EXTERNAL, port, 1, from, to);
    }
}
