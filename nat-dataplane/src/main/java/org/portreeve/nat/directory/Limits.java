package org.portreeve.nat.directory;

import java.util.List;
import org.portreeve.nat.NatConfig;

/**
 * What a subscriber of each profile may have, by profile index. An index that is not known has the
 * limits of the first profile, so that it does not matter in which order a reader sees new limits
 * and new profiles of subscribers. Immutable; any thread.
 */
public final class Limits {
    /** No profile at all: what a directory has before its writer published any. */
    public static final Limits NONE = new Limits(List.of());

    private static final long SECOND_NS = 1_000_000_000L;

    private final int[] mappings;
    private final int[] ports;
    private final int[] sessions;
    private final long[] sessionIntervalNs;
    private final int[] sessionBurst;

    private Limits(List<NatConfig.Quota> profiles) {
        mappings = profiles.stream().mapToInt(NatConfig.Quota::mappings).toArray();
        ports = profiles.stream().mapToInt(NatConfig.Quota::ports).toArray();
        sessions = profiles.stream().mapToInt(NatConfig.Quota::sessions).toArray();
        sessionIntervalNs =
                profiles.stream()
                        .mapToLong(quota -> intervalNs(quota.sessionsPerSecond()))
                        .toArray();
        sessionBurst = profiles.stream().mapToInt(NatConfig.Quota::sessionBurst).toArray();
    }

    /** The limits of these profiles; the position is the profile index. */
    public static Limits of(List<NatConfig.Quota> profiles) {
        return new Limits(profiles);
    }

    /** How many profiles there are. */
    public int profileCount() {
        return mappings.length;
    }

    /** Explicit mappings. */
    public int mappings(int profile) {
        return mappings[known(profile)];
    }

    /** External ports and identifiers, resting ones included. */
    public int ports(int profile) {
        return ports[known(profile)];
    }

    /** Sessions. */
    public int sessions(int profile) {
        return sessions[known(profile)];
    }

    /** The time between two new sessions at the sustained rate, at least 1 ns. */
    public long sessionIntervalNs(int profile) {
        return sessionIntervalNs[known(profile)];
    }

    /** New sessions at once. */
    public int sessionBurst(int profile) {
        return sessionBurst[known(profile)];
    }

    private int known(int profile) {
        return profile < mappings.length ? profile : 0;
    }

    private static long intervalNs(int perSecond) {
        return Math.max(1, SECOND_NS / Math.max(1, perSecond));
    }
}
