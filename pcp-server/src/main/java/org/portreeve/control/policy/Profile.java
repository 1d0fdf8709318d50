package org.portreeve.control.policy;

import org.portreeve.nat.NatConfig;

/**
 * What subscribers of one kind may have. Immutable.
 *
 * @param name as configured; {@link #DEFAULT} always exists
 * @param quota limits that the translator keeps too
 * @param requests how many requests of one subscriber are looked at
 */
public record Profile(String name, NatConfig.Quota quota, RequestRate requests) {
    /** The profile of subscribers that name none. */
    public static final String DEFAULT = "default";
}
