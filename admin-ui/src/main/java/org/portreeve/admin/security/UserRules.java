package org.portreeve.admin.security;

import java.util.Optional;
import java.util.regex.Pattern;

/** What names and passwords of users may be. Pure; any thread. */
final class UserRules {
    /** Users of a node: all of them are kept in memory. */
    static final int MAX_USERS = 1000;

    /** Characters of a name. */
    static final int MAX_NAME = 64;

    private static final int MIN_PASSWORD = 12;

    /** Longer ones would only cost time to hash. */
    static final int MAX_PASSWORD = 256;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private UserRules() {}

    /** What is wrong with a name; empty for a good one. */
    static Optional<String> nameFault(String name) {
        if (name.equals(Principal.LOCAL_NAME)) {
            return Optional.of(
                    "\"local\" stands for the control socket in the audit; choose another name.");
        }
        if (!NAME.matcher(name).matches()) {
            return Optional.of(
                    "A name has 1 to 64 of a-z, 0-9, dot, dash and underscore, and begins with a"
                            + " letter or digit.");
        }
        return Optional.empty();
    }

    /** What is wrong with a password for this user; empty for a good one. */
    static Optional<String> passwordFault(String name, String password) {
        if (password.length() < MIN_PASSWORD || password.length() > MAX_PASSWORD) {
            return Optional.of(
                    "A password has " + MIN_PASSWORD + " to " + MAX_PASSWORD + " characters.");
        }
        if (password.chars().distinct().count() < 5) {
            return Optional.of("A password has at least 5 different characters.");
        }
        if (password.equalsIgnoreCase(name)) {
            return Optional.of("A password is not the user's name.");
        }
        return Optional.empty();
    }
}
