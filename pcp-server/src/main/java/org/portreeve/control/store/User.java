package org.portreeve.control.store;

/**
 * Somebody who may log in. Immutable.
 *
 * @param name unique, lower case
 * @param passwordHash in PHC string format, {@code $argon2id$...}
 * @param version counts changes; a session made before a change is void
 */
public record User(
        String name, String passwordHash, Role role, boolean mustChangePassword, long version) {
    /** What a user may do. */
    public enum Role {
        /** Sees everything but the audit. */
        VIEWER,
        /** Sees the audit and traces, edits nothing. */
        AUDITOR,
        /** Edits reservations and drops mappings. */
        OPERATOR,
        /** Edits users too. */
        ADMIN;

        /** Whether reservations and mappings may be changed. */
        public boolean mayEdit() {
            return this == OPERATOR || this == ADMIN;
        }
    }
}
