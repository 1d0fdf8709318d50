package org.portreeve.admin.security;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.record.Audits;
import org.portreeve.admin.record.BoundedWorker;
import org.portreeve.admin.record.RefusedLogins;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.store.User;

/**
 * Looks at names and passwords that come from anywhere: throttled by name and by address, audited,
 * and the same answer whether the name or the password is wrong. Event loop only.
 */
public final class Logins {
    /** Tries for one name before the first pause. */
    static final int FREE_TRIES_OF_NAME = 5;

    /** Tries from one address before the first pause: several people may sit behind one. */
    static final int FREE_TRIES_OF_ADDRESS = 20;

    /** Pairs of name and address remembered as good. */
    private static final int MAX_TRUSTED = 1000;

    private final Accounts accounts;
    private final Audits audits;
    private final Counters<AdminCounter> counters;
    private final LongSupplier nowNs;
    private final LoginThrottle names = new LoginThrottle(FREE_TRIES_OF_NAME);
    private final LoginThrottle addresses = new LoginThrottle(FREE_TRIES_OF_ADDRESS);
    private final KnownLogins known;
    private final RefusedLogins refusals;

    /**
     * Where a user logged in from before. Such tries are counted apart, so that a stranger who
     * guesses at a name does not lock its owner out.
     */
    private final Map<String, Boolean> trusted =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > MAX_TRUSTED;
                }
            };

    /**
     * What programs sent that is being looked at, by digest; as few as wait for the accounts'
     * threads.
     */
    private final Map<String, Future<LoginOutcome>> underWay = new HashMap<>();

    /** No try yet. */
    public Logins(
            Vertx vertx,
            Accounts accounts,
            Audits audits,
            Counters<AdminCounter> counters,
            SecureRandom random,
            LongSupplier nowNs) {
        this.accounts = accounts;
        this.audits = audits;
        this.counters = counters;
        this.nowNs = nowNs;
        this.known = new KnownLogins(random);
        this.refusals = new RefusedLogins(vertx, audits);
    }

    /** Looks at a name and a password that a person typed; who it is when they are right. */
    public Future<LoginOutcome> byForm(String typed, String password, String address) {
        String name = typed.strip().toLowerCase(Locale.ROOT);
        return attempt(name, password, address)
                .compose(outcome ->
                        outcome instanceof LoginOutcome.Accepted
                                ? audits.add(name, "login", name, "From " + address + ".")
                                        .map(outcome)
                                : Future.succeededFuture(outcome));
    }

    /** Looks at a name and a password that a program sends with each request. */
    public Future<LoginOutcome> byBasic(String name, String password, String address) {
        Optional<User> user = accounts.find(name);
        long version = user.map(User::version).orElse(0L);
        if (user.isPresent() && known.isKnown(name, password, version, nowNs.getAsLong())) {
            counters.increment(AdminCounter.LOGINS);
            return Future.succeededFuture(accepted(user.orElseThrow()));
        }
        return shared(name, password, address);
    }

    /** Requests that a program makes at the same time are one try, whatever comes of it. */
    private Future<LoginOutcome> shared(String name, String password, String address) {
        String pair = known.digestOf(name, password);
        if (underWay.containsKey(pair)) {
            return underWay.get(pair);
        }
        Future<LoginOutcome> outcome = attempt(name, password, address);
        if (!outcome.isComplete()) {
            underWay.put(pair, outcome);
            outcome.onComplete(_ -> underWay.remove(pair));
        }
        return outcome;
    }

    /** Changes the password of a user who knows the present one. */
    public Future<PasswordOutcome> changePassword(
            String name, String present, String wanted, String address) {
        return attempt(name, present, address)
                .compose(outcome ->
                        verified(name, outcome)
                                .map(user -> choose(user, present, wanted))
                                .orElseGet(() ->
                                        Future.succeededFuture(
                                                new PasswordOutcome.Refused(outcome))));
    }

    private Optional<User> verified(String name, LoginOutcome outcome) {
        return outcome instanceof LoginOutcome.Accepted(_, long version)
                ? accounts.find(name).filter(user -> user.version() == version)
                : Optional.empty();
    }

    private Future<PasswordOutcome> choose(User user, String present, String wanted) {
        if (present.equals(wanted)) {
            return Future.succeededFuture(
                    new PasswordOutcome.Unfit("The new password is the present one."));
        }
        return accounts.choosePassword(user, wanted);
    }

    private Future<LoginOutcome> attempt(String name, String password, String address) {
        // Nobody has a longer name, and a long one is no more worth remembering.
        String bounded = name.substring(0, Math.min(name.length(), UserRules.MAX_NAME));
        String who = bounded + "\n" + address;
        String nameKey = trusted.containsKey(who) ? who : bounded;
        long now = nowNs.getAsLong();
        long waitSeconds =
                Math.max(names.waitSeconds(nameKey, now), addresses.waitSeconds(address, now));
        if (waitSeconds > 0) {
            counters.increment(AdminCounter.LOGINS_THROTTLED);
            return Future.succeededFuture(new LoginOutcome.Throttled(waitSeconds));
        }
        Future<Optional<User>> verified = accounts.verify(name, password);
        if (verified.failed()) {
            return busy(verified.cause());
        }
        names.onTry(nameKey, now);
        addresses.onTry(address, now);
        return verified.compose(user ->
                        user.isPresent()
                                ? accept(user.orElseThrow(), password, address, nameKey)
                                : refuse(name, address))
                .recover(this::busy);
    }

    private Future<LoginOutcome> accept(
            User user, String password, String address, String nameKey) {
        if (accounts.principal(user.name(), user.version()).isEmpty()) {
            // Changed while the password was looked at: it may be another by now.
            return refuse(user.name(), address);
        }
        names.onSuccess(nameKey);
        addresses.onSuccess(address);
        trusted.put(user.name() + "\n" + address, true);
        known.onSuccess(user.name(), password, user.version(), nowNs.getAsLong());
        counters.increment(AdminCounter.LOGINS);
        return Future.succeededFuture(accepted(user));
    }

    private static LoginOutcome accepted(User user) {
        return new LoginOutcome.Accepted(Accounts.principal(user), user.version());
    }

    private Future<LoginOutcome> refuse(String name, String address) {
        counters.increment(AdminCounter.LOGINS_REFUSED);
        return refusals.add(name, address).map(new LoginOutcome.Refused());
    }

    private Future<LoginOutcome> busy(Throwable failure) {
        if (!(failure instanceof BoundedWorker.BusyException)) {
            return Future.failedFuture(failure);
        }
        counters.increment(AdminCounter.LOGINS_BUSY);
        return Future.succeededFuture(new LoginOutcome.Busy());
    }
}
