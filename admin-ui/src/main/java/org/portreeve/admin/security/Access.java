package org.portreeve.admin.security;

import org.portreeve.control.store.User.Role;

/** What a route asks of whoever uses it. */
public enum Access {
    /** Anybody, without login. */
    PUBLIC,
    /** Anybody who is logged in, also by a password that somebody else chose. */
    OWN,
    /** Anybody who is logged in, as everything below. */
    VIEW,
    /** Who may read the audit. */
    AUDIT,
    /** Who may change reservations and end mappings. */
    EDIT,
    /** Who may change users. */
    ADMIN;

    /** Whether a user of this role may. */
    public boolean permits(Role role) {
        return switch (this) {
            case PUBLIC, OWN, VIEW -> true;
            case AUDIT -> role == Role.AUDITOR || role == Role.ADMIN;
            case EDIT -> role.mayEdit();
            case ADMIN -> role == Role.ADMIN;
        };
    }

    /** Who may, for people to read. */
    public String rolesInWords() {
        return switch (this) {
            case PUBLIC -> "no role";
            case OWN, VIEW -> "any role";
            case AUDIT -> "the role AUDITOR or ADMIN";
            case EDIT -> "the role OPERATOR or ADMIN";
            case ADMIN -> "the role ADMIN";
        };
    }
}
