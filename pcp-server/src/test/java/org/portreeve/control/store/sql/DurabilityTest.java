package org.portreeve.control.store.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.StoredProfile;
import org.portreeve.control.store.User;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.lab.JavaProgram;

/** What the embedded store acknowledged is there after the power fails or the process is killed. */
class DurabilityTest {
    private static final String NODE = "cgn-1";
    private static final int KILLS = 4;
    private static final int MOST_READ = 400;

    @TempDir private Path directory;

    private interface Change {
        void on(SqlStore store) throws StoreException;
    }

    /** Goal: each kind of change forces. Method: cut the power after each. */
    @Test
    void everyAcknowledgedChangeOutlivesAPowerCut() throws Exception {
        var profile = new StoredProfile("p", new Rules.Quota(1, 1, 1, 1, 1), new RequestRate(1, 1));
        var plan = new SubscriberPlan("s", List.of(Prefix.of("10.0.0.0/8")), "p");
        try (SqlStore store = SqlStore.open(place("live"), NODE)) {
            assertKept(
                    store,
                    to -> assertTrue(to.reservations().add(StoreRules.wanted(1, 1)).isPresent()),
                    kept -> assertEquals(1, kept.reservations().all().size()));
            Reservation first = store.reservations().all().get(0);
            assertKept(
                    store,
                    to -> assertTrue(to.reservations().change(first).isPresent()),
                    kept -> assertEquals(2, kept.reservations().all().get(0).version()));
            assertKept(
                    store,
                    to -> assertTrue(to.reservations().delete(first.id(), 2, "ada", 9)),
                    kept -> assertEquals(List.of(), kept.reservations().all()));
            assertKept(
                    store,
                    to -> to.users().put(new User("ada", "", User.Role.ADMIN, false, 0)),
                    kept -> assertTrue(kept.users().find("ada").isPresent()));
            assertKept(
                    store,
                    to -> to.audit().add(new AuditEntry(10, "ada", "login", "", "")),
                    kept -> assertEquals("login", kept.audit().latest(11, 1).get(0).action()));
            assertKept(
                    store,
                    to -> to.profiles().put(profile),
                    kept -> assertEquals(List.of(profile), kept.profiles().all()));
            assertKept(
                    store,
                    to -> to.subscribers().put(plan),
                    kept -> assertEquals(List.of(plan), kept.subscribers().all()));
        }
    }

    private void assertKept(SqlStore store, Change change, Change check)
            throws IOException, StoreException {
        change.on(store);
        // The power is cut here: what was never forced is gone.
        Files.copy(
                ForcedFiles.leftOf(directory.resolve("live.mv.db")),
                directory.resolve("left.mv.db"));
        try (SqlStore left = SqlStore.open(place("left"), NODE)) {
            check.on(left);
        }
        Files.delete(directory.resolve("left.mv.db"));
    }

    private StorePlace place(String name) {
        return StorePlace.embedded(ForcedFiles.name(directory.resolve(name)), name);
    }

    @Tag("long")
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void everyAcknowledgedChangeOutlivesAKill(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        Map<Integer, Long> acknowledged = new HashMap<>();
        for (int kill = 0; kill < KILLS; kill++) {
            killAfter(random.nextInt(1, MOST_READ), acknowledged);

            Map<Integer, Long> kept = new HashMap<>();
            try (SqlStore store = SqlStore.open(directory, "", NODE)) {
                for (Reservation reservation : store.reservations().all()) {
                    kept.put(reservation.externalPort(), reservation.version());
                }
            }
            acknowledged.forEach((port, version) ->
                    assertTrue(
                            kept.getOrDefault(port, 0L) >= version,
                            () -> "port " + port + " version " + version + " is lost"));
        }
    }

    /** What the child said before it died counts, also what lies in the pipe by then. */
    private void killAfter(int lines, Map<Integer, Long> acknowledged)
            throws IOException, InterruptedException {
        Process child =
                new ProcessBuilder(JavaProgram.small(StoreChild.class, directory.toString()))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader said = child.inputReader(US_ASCII)) {
            for (int read = 0; ; read++) {
                if (read == lines) {
                    // By its handle: that leaves the pipe open.
                    child.toHandle().destroyForcibly();
                }
                String line = said.readLine();
                if (line == null) {
                    break;
                }
                String[] words = line.split(" ", -1);
                acknowledged.merge(Integer.parseInt(words[0]), Long.parseLong(words[1]), Math::max);
            }
        } finally {
            child.destroyForcibly().waitFor();
        }
    }
}
