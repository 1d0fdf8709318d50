package org.portreeve.admin.security;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.portreeve.admin.record.Audits;
import org.portreeve.admin.record.BoundedWorker;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.User;
import org.portreeve.control.store.User.Role;
import org.portreeve.control.store.UserStore;

/**
 * The users: what the store has, in memory too, as each request asks whether its user is still what
 * it was. This node alone changes them. Any thread.
 */
public final class Accounts implements AutoCloseable {
    /** The user of the first start. */
    public static final String FIRST_NAME = "admin";

    /** Passwords looked at at once: what a flood of logins may take of the processor. */
    private static final int PASSWORD_THREADS = 2;

    /** Passwords waiting to be looked at, about half a second of them. */
    private static final int MAX_PASSWORDS_WAITING = 16;

    private final UserStore store;
    private final BoundedWorker storeWorker;
    private final BoundedWorker passwordWorker;
    private final Audits audits;
    private final Secrets secrets;
    private final Map<String, User> byName = new ConcurrentHashMap<>();

    /** What the password of nobody is compared with, so that it takes as long as somebody's. */
    private final String nobodysHash;

    private Optional<String> firstPassword = Optional.empty();

    private Accounts(
            Vertx vertx,
            UserStore store,
            BoundedWorker storeWorker,
            Audits audits,
            SecureRandom random) {
        this.store = store;
        this.storeWorker = storeWorker;
        this.audits = audits;
        this.secrets = new Secrets(random);
        this.passwordWorker =
                new BoundedWorker(vertx, "admin-password", PASSWORD_THREADS, MAX_PASSWORDS_WAITING);
        this.nobodysHash = Argon2id.hash(secrets.password(), secrets.octets(Argon2id.SALT_LENGTH));
    }

    /**
     * The users of this store; makes the first one when there is none.
     *
     * @param storeWorker one thread, so that changes are made one after the other
     */
    public static Future<Accounts> open(
            Vertx vertx,
            UserStore store,
            BoundedWorker storeWorker,
            Audits audits,
            SecureRandom random) {
        return storeWorker.run(() -> {
            var accounts = new Accounts(vertx, store, storeWorker, audits, random);
            accounts.load();
            return accounts;
        });
    }

    private void load() throws StoreException {
        store.all().forEach(user -> byName.put(user.name(), user));
        Optional<User> first = find(FIRST_NAME);
        // A start that failed later on may never have told the password that it made.
        boolean isUntouched =
                byName.size() == 1 && first.filter(User::mustChangePassword).isPresent();
        if (byName.isEmpty() || isUntouched) {
            String password = secrets.password();
            audits.write(
                    Principal.LOCAL_NAME,
                    first.isEmpty() ? "user.create" : "user.change",
                    FIRST_NAME,
                    first.isEmpty()
                            ? "First start."
                            : "New first password: nobody changed the one before.");
            long version = first.map(User::version).orElse(0L);
            put(new User(FIRST_NAME, hash(password), Role.ADMIN, true, version));
            firstPassword = Optional.of(password);
        }
    }

    /**
     * The password of {@link #FIRST_NAME}, to be shown to the operator. Each start makes one as
     * long as that user is alone and has not chosen another.
     */
    public Optional<String> firstStart() {
        return firstPassword;
    }

    /** All users, by name. */
    public List<User> all() {
        return byName.values().stream().sorted(Comparator.comparing(User::name)).toList();
    }

    /** A user as it is now. */
    public Optional<User> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Who a user is, if nothing about it changed since this version. */
    public Optional<Principal> principal(String name, long version) {
        return find(name).filter(user -> user.version() == version).map(Accounts::principal);
    }

    /** Who this user is. */
    public static Principal principal(User user) {
        return new Principal(user.name(), user.role(), user.mustChangePassword());
    }

    /** The user whose name and password these are; takes the same work when there is none. */
    Future<Optional<User>> verify(String name, String password) {
        // Longer ones were never accepted; the work for them is that of any other.
        String bounded =
                password.substring(0, Math.min(password.length(), UserRules.MAX_PASSWORD + 1));
        Optional<User> user = find(name);
        String kept = user.map(User::passwordHash).orElse(nobodysHash);
        return passwordWorker
                .run(() -> Argon2id.matches(bounded, kept))
                .map(matches -> user.filter(_ -> matches));
    }

    /** Adds or changes a user. */
    public Future<UserOutcome> put(Principal admin, UserWish wish) {
        Optional<UserOutcome> fault = fault(wish);
        if (fault.isPresent()) {
            return Future.succeededFuture(fault.orElseThrow());
        }
        if (wish.password().isEmpty()) {
            return storeWorker.run(() -> change(admin, wish, ""));
        }
        return hashLater(wish.password())
                .compose(hash -> storeWorker.run(() -> change(admin, wish, hash)));
    }

    private Optional<UserOutcome> fault(UserWish wish) {
        Optional<String> name = UserRules.nameFault(wish.name());
        if (name.isPresent()) {
            return Optional.of(new UserOutcome.Invalid("name", name.orElseThrow()));
        }
        if (wish.password().isEmpty()) {
            return byName.containsKey(wish.name())
                    ? Optional.empty()
                    : Optional.of(
                            new UserOutcome.Invalid("password", "A new user needs a password."));
        }
        return UserRules.passwordFault(wish.name(), wish.password())
                .map(message -> new UserOutcome.Invalid("password", message));
    }

    /** Store thread only: nobody changes a user between the look and the change. */
    private UserOutcome change(Principal admin, UserWish wish, String hash) throws StoreException {
        Optional<User> before = find(wish.name());
        if (before.isEmpty() && (hash.isEmpty() || byName.size() >= UserRules.MAX_USERS)) {
            return new UserOutcome.Invalid(
                    "name", "A node has at most " + UserRules.MAX_USERS + " users.");
        }
        if (wish.role() != Role.ADMIN && isLastAdmin(wish.name())) {
            return new UserOutcome.LastAdmin();
        }
        boolean mustChange =
                hash.isEmpty()
                        ? before.orElseThrow().mustChangePassword()
                        : !wish.name().equals(admin.name());
        var user =
                new User(
                        wish.name(),
                        hash.isEmpty() ? before.orElseThrow().passwordHash() : hash,
                        wish.role(),
                        mustChange,
                        before.map(User::version).orElse(0L));
        audits.write(
                admin.name(),
                before.isEmpty() ? "user.create" : "user.change",
                wish.name(),
                "Role " + wish.role() + (hash.isEmpty() ? "." : ", new password."));
        return new UserOutcome.Saved(put(user));
    }

    /** Deletes a user. */
    public Future<UserOutcome> delete(Principal admin, String name) {
        return storeWorker.run(() -> {
            if (!byName.containsKey(name)) {
                return new UserOutcome.Unknown();
            }
            if (isLastAdmin(name)) {
                return new UserOutcome.LastAdmin();
            }
            audits.write(admin.name(), "user.delete", name, "");
            store.delete(name);
            byName.remove(name);
            return new UserOutcome.Deleted();
        });
    }

    /** Gives a user another password, chosen by the user. */
    Future<PasswordOutcome> choosePassword(User seen, String wanted) {
        Optional<String> fault = UserRules.passwordFault(seen.name(), wanted);
        if (fault.isPresent()) {
            return Future.succeededFuture(new PasswordOutcome.Unfit(fault.orElseThrow()));
        }
        return hashLater(wanted).compose(hash -> storeWorker.run(() -> choose(seen, hash)));
    }

    private PasswordOutcome choose(User seen, String hash) throws StoreException {
        if (principal(seen.name(), seen.version()).isEmpty()) {
            return new PasswordOutcome.Refused(new LoginOutcome.Refused());
        }
        audits.write(seen.name(), "password.change", seen.name(), "");
        User changed = put(new User(seen.name(), hash, seen.role(), false, seen.version()));
        return new PasswordOutcome.Changed(changed.version());
    }

    private boolean isLastAdmin(String name) {
        return find(name).filter(user -> user.role() == Role.ADMIN).isPresent()
                && byName.values().stream().filter(user -> user.role() == Role.ADMIN).count() == 1;
    }

    private User put(User user) throws StoreException {
        User stored = store.put(user);
        byName.put(stored.name(), stored);
        return stored;
    }

    private Future<String> hashLater(String password) {
        return passwordWorker.run(() -> hash(password));
    }

    private String hash(String password) {
        return Argon2id.hash(password, secrets.octets(Argon2id.SALT_LENGTH));
    }

    @Override
    public void close() {
        passwordWorker.close();
    }
}
