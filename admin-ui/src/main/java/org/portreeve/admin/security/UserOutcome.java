package org.portreeve.admin.security;

import org.portreeve.control.store.User;

/** What became of a change of users. Immutable. */
public sealed interface UserOutcome {
    /** It is durable; sessions of the user from before are void. */
    record Saved(User user) implements UserOutcome {}

    /** The user is gone, and so are the sessions. */
    record Deleted() implements UserOutcome {}

    /** Nobody is called so. */
    record Unknown() implements UserOutcome {}

    /** Nothing was changed: a field makes no sense; a sentence says what is allowed. */
    record Invalid(String field, String message) implements UserOutcome {}

    /** Nothing was changed: nobody would be left who may change users. */
    record LastAdmin() implements UserOutcome {}
}
