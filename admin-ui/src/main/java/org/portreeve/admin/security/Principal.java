package org.portreeve.admin.security;

import org.portreeve.control.store.User.Role;

/**
 * Who makes a request. Immutable.
 *
 * @param name the user's name, or {@link #LOCAL_NAME}
 * @param mustChangePassword whether somebody else chose the password
 */
public record Principal(String name, Role role, boolean mustChangePassword) {
    /** Who comes by the control socket; no user may be called so. */
    public static final String LOCAL_NAME = "local";

    /** Whoever may open the control socket. */
    public static final Principal LOCAL = new Principal(LOCAL_NAME, Role.ADMIN, false);

    /** Whether this user may use what asks for this. */
    public boolean may(Access access) {
        return access.permits(role);
    }
}
