package org.portreeve.admin.web;

import java.util.Optional;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.security.Session;

/**
 * Who came in, and how. Immutable.
 *
 * @param principal empty for strangers on public routes
 * @param session empty for programs, which send a password each time
 * @param userVersion of the user who came in; another one ends what goes on for longer
 */
record Visitor(Optional<Principal> principal, Optional<Session> session, long userVersion) {
    static final Visitor STRANGER = new Visitor(Optional.empty(), Optional.empty(), 0);

    /** What forms of the session carry; empty without one. */
    String csrfToken() {
        return session.map(Session::csrfToken).orElse("");
    }
}
