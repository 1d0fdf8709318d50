package org.portreeve.control.policy;

import org.portreeve.nat.rules.Rules;

/**
 * What subscribers of one kind may have. Immutable.
 *
 * @param name as configured; {@link #DEFAULT} always exists
 * @param rules what the translator holds its subscribers to
 * @param requests how many requests of one subscriber are looked at
 */
public record Profile(String name, Rules rules, RequestRate requests) {
    /** The profile of subscribers that name none. */
    public static final String DEFAULT = "default";

    /** The limits of each subscriber. */
    public Rules.Quota quota() {
        return rules.quota();
    }
}
