package org.portreeve.admin.security;

/** What became of a name and a password. Immutable. */
public sealed interface LoginOutcome {
    /** They belong together, in this version of the user. */
    record Accepted(Principal principal, long userVersion) implements LoginOutcome {}

    /** They do not, or nobody is called so: nothing tells which. */
    record Refused() implements LoginOutcome {}

    /** Too many were wrong; nothing was looked at. */
    record Throttled(long waitSeconds) implements LoginOutcome {}

    /** Too many others are being looked at; nothing was looked at. */
    record Busy() implements LoginOutcome {}
}
