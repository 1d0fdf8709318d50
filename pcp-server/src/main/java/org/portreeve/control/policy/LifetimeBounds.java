package org.portreeve.control.policy;

/** Least and greatest lifetime of a lease, in seconds (RFC 6887 §15). Immutable. */
public record LifetimeBounds(long minimumSeconds, long maximumSeconds) {
    /** The lifetime that a wish gets. */
    public long granted(long wantedSeconds) {
        return Math.clamp(wantedSeconds, minimumSeconds, maximumSeconds);
    }
}
