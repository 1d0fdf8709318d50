package org.portreeve.admin.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.admin.AdminRig;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.record.Audits;
import org.portreeve.admin.record.BoundedWorker;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.store.User;
import org.portreeve.control.store.User.Role;
import org.portreeve.control.store.sql.SqlStore;

class LoginsTest {
    private static final String PASSWORD = AdminRig.PASSWORD;
    private static final String HERE = "192.0.2.1";
    private static final Principal ROOT = new Principal("root", Role.ADMIN, false);

    @TempDir Path data;
    private final Vertx vertx = Vertx.vertx();
    private final Counters<AdminCounter> counters = new Counters<>(AdminCounter.class);
    private final BoundedWorker storeWorker = new BoundedWorker(vertx, "store", 1, 256);
    private Context loop;
    private SqlStore store;
    private Audits audits;
    private Accounts accounts;
    private Logins logins;

    @BeforeEach
    void annIsAUser() throws Exception {
        loop = vertx.getOrCreateContext();
        store = SqlStore.open(data, "", "cgn-1");
        audits = new Audits(store.audit(), storeWorker, () -> 0);
        accounts = open();
        var random = new SecureRandom();
        logins = new Logins(vertx, accounts, audits, counters, random, () -> 0);
        var ann = new Principal("ann", Role.ADMIN, false);
        AdminRig.await(accounts.put(ann, new UserWish("ann", Role.VIEWER, PASSWORD)));
    }

    @AfterEach
    void stop() {
        accounts.close();
        storeWorker.close();
        AdminRig.await(vertx.close());
        store.close();
    }

    private Accounts open() {
        return AdminRig.await(
                Accounts.open(vertx, store.users(), storeWorker, audits, new SecureRandom()));
    }

    @Test
    void firstPasswordIsMadeAgainUntilItsUserChoseAnotherOrIsNotAlone() {
        AdminRig.await(accounts.delete(ROOT, "ann"));
        Accounts second = open();
        String password = second.firstStart().orElseThrow();

        assertNotEquals(accounts.firstStart(), Optional.of(password));
        User admin = AdminRig.await(second.verify("admin", password)).orElseThrow();
        assertTrue(admin.mustChangePassword());
        AdminRig.await(second.choosePassword(admin, PASSWORD));
        Accounts third = open();
        assertEquals(Optional.empty(), third.firstStart());
        assertTrue(AdminRig.await(third.verify("admin", PASSWORD)).isPresent());
        AdminRig.await(third.put(ROOT, new UserWish("admin", Role.ADMIN, PASSWORD)));
        AdminRig.await(third.put(ROOT, new UserWish("bob", Role.ADMIN, PASSWORD)));
        Accounts fourth = open();
        assertEquals(Optional.empty(), fourth.firstStart());
        List.of(second, third, fourth).forEach(Accounts::close);
    }

    @Test
    void requestsOfAProgramAtTheSameTimeAreOneTry() {
        List<LoginOutcome> outcomes = atOnce(40, "ann", PASSWORD);

        assertEquals(40, outcomes.size());
        outcomes.forEach(outcome -> assertInstanceOf(LoginOutcome.Accepted.class, outcome));
        assertEquals(1, counters.value(AdminCounter.LOGINS));
        assertInstanceOf(
                LoginOutcome.Refused.class, onLoop(() -> logins.byBasic("ann", "wrong", HERE)));
    }

    @Test
    void triesThatNobodyLookedAtAreNotCounted() {
        var busy = new ArrayList<LoginOutcome>();
        onLoop(() -> {
            var flood = new ArrayList<Future<LoginOutcome>>();
            for (int i = 0; i < 16; i++) {
                flood.add(logins.byForm("stranger" + i, "wrong password", "198.51.100." + i));
            }
            for (int i = 0; i < 20; i++) {
                var unlooked = logins.byForm("ann", PASSWORD, HERE);
                unlooked.onSuccess(busy::add);
            }
            return Future.all(flood);
        });

        assertEquals(20, busy.size());
        busy.forEach(outcome -> assertInstanceOf(LoginOutcome.Busy.class, outcome));
        assertInstanceOf(
                LoginOutcome.Accepted.class, onLoop(() -> logins.byForm("ann", PASSWORD, HERE)));
    }

    @Test
    void whatFollowsTheLongestNameMakesNoOtherName() {
        String longest = "a".repeat(UserRules.MAX_NAME);
        for (int i = 0; i < Logins.FREE_TRIES_OF_NAME; i++) {
            String name = longest + i;
            onLoop(() -> logins.byForm(name, "wrong password", HERE));
        }

        assertInstanceOf(
                LoginOutcome.Throttled.class,
                onLoop(() -> logins.byForm(longest + "x", "wrong password", HERE)));
    }

    @Test
    void changeWhileThePasswordIsLookedAtRefusesIt() {
        LoginOutcome outcome =
                onLoop(() -> {
                    for (int i = 0; i < 12; i++) {
                        // What waits before it leaves the change enough time.
                        var _ = logins.byForm("stranger" + i, "wrong", "198.51.100." + i);
                    }
                    var login = logins.byForm("ann", PASSWORD, HERE);
                    return accounts.put(ROOT, new UserWish("ann", Role.AUDITOR, ""))
                            .compose(_ -> login);
                });

        assertInstanceOf(LoginOutcome.Refused.class, outcome);
    }

    @Test
    void changeAfterThePasswordWasRightLeavesTheVersionThatItWasRightFor() throws Exception {
        var gate = new CountDownLatch(1);
        var held =
                storeWorker.run(() -> {
                    gate.await();
                    return true;
                });
        Future<LoginOutcome> login = later(() -> logins.byForm("ann", PASSWORD, HERE));
        while (counters.value(AdminCounter.LOGINS) == 0) {
            Thread.onSpinWait();
        }
        // It may come before or after the entry in the audit; the login is as old as it is.
        var change = accounts.put(ROOT, new UserWish("ann", Role.AUDITOR, ""));
        gate.countDown();
        AdminRig.await(held);
        AdminRig.await(change);

        var accepted = assertInstanceOf(LoginOutcome.Accepted.class, AdminRig.await(login));
        assertEquals(Optional.empty(), accounts.principal("ann", accepted.userVersion()));
    }

    private List<LoginOutcome> atOnce(int count, String name, String password) {
        return onLoop(() -> {
            var tries = new ArrayList<Future<LoginOutcome>>();
            for (int i = 0; i < count; i++) {
                tries.add(logins.byBasic(name, password, HERE));
            }
            return Future.all(tries).map(all -> all.<LoginOutcome>list());
        });
    }

    private <T> T onLoop(Supplier<Future<T>> call) {
        return AdminRig.await(later(call));
    }

    private <T> Future<T> later(Supplier<Future<T>> call) {
        Promise<T> promise = Promise.promise();
        loop.runOnContext(_ -> call.get().onComplete(promise));
        return promise.future();
    }
}
