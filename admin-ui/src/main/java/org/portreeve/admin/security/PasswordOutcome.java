package org.portreeve.admin.security;

/** What became of a new password. Immutable. */
public sealed interface PasswordOutcome {
    /** It holds from now on, in this version of the user; sessions of earlier ones are void. */
    record Changed(long userVersion) implements PasswordOutcome {}

    /** The present password was wrong, or too many were. */
    record Refused(LoginOutcome why) implements PasswordOutcome {}

    /** The new one is not good enough; a sentence says why and what is allowed. */
    record Unfit(String message) implements PasswordOutcome {}
}
