package org.portreeve.upnp.igd;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;

/**
 * How long control points asked their mappings to live, where port control grants another time (RFC
 * 6970 §5.9): what is to be renewed or ended, and when. Loop of the gateway only.
 *
 * <p>It is kept in memory alone; what was there before a start is taken over by {@link Adoption}.
 */
final class AskedLeases {
    /** Bound of the table; mappings beyond it live as long as port control grants. */
    static final int MAX_LEASES = 1 << 18;

    private final Map<InternalTuple, Asked> leases = new HashMap<>();
    private final Map<InternalTuple, Integer> underWay = new HashMap<>();
    private final PriorityQueue<Asked> byTime =
            new PriorityQueue<>((a, b) -> Long.signum(a.nextNs - b.nextNs));

    /** What is to be done now. Immutable. */
    sealed interface Step {
        /** Ask port control for the rest of the time. */
        record Renew(MappingWish wish) implements Step {}

        /** The time is over before the one that port control granted. */
        record End(InternalTuple internal) implements Step {}
    }

    /** A host's request for a tuple begins: until its outcome is known nothing is due for it. */
    void begin(InternalTuple internal) {
        underWay.merge(internal, 1, Integer::sum);
    }

    /** Its outcome is known. */
    void finish(InternalTuple internal) {
        underWay.computeIfPresent(internal, (_, requests) -> requests == 1 ? null : requests - 1);
    }

    /** Takes over a lease of which nobody remembers how long it was asked for. */
    void adopt(MappingWish wish, long remainingSeconds, long nowNs) {
        InternalTuple internal = wish.internal();
        if (!leases.containsKey(internal) && !underWay.containsKey(internal)) {
            onGranted(wish, wish.externalPort(), remainingSeconds, nowNs);
        }
    }

    /** Remembers what was asked and what was granted for it. */
    void onGranted(MappingWish wish, int externalPort, long grantedSeconds, long nowNs) {
        forget(wish.internal());
        boolean isSame = grantedSeconds == wish.leaseSeconds() && !wish.permanent();
        // What staff reserved needs no renewal and is not ours to end.
        boolean isForever = grantedSeconds == MappingView.FOREVER;
        if (isSame || isForever || leases.size() >= MAX_LEASES) {
            return;
        }
        var exact =
                new MappingWish(
                        wish.internal(),
                        externalPort,
                        wish.description(),
                        wish.leaseSeconds(),
                        wish.permanent());
        put(new Asked(exact, nowNs + nanos(wish.leaseSeconds())), grantedSeconds, nowNs);
    }

    /** Remembers that a renewal of {@link Step.Renew} was granted. */
    void onRenewed(InternalTuple internal, long grantedSeconds, long nowNs) {
        Asked asked = leases.get(internal);
        if (asked != null) {
            forget(internal);
            put(asked, grantedSeconds, nowNs);
        }
    }

    /** The mapping ended, or somebody else owns it now. */
    void forget(InternalTuple internal) {
        Asked asked = leases.remove(internal);
        if (asked != null) {
            byTime.remove(asked);
        }
    }

    /** What a control point is shown of a lease that port control ends in so many seconds. */
    long shownSeconds(
            InternalTuple internal, long remainingSeconds, IgdVersion version, long nowNs) {
        Asked asked = leases.get(internal);
        if (asked == null) {
            return Math.min(remainingSeconds, MappingWish.MAX_LEASE_SECONDS);
        }
        if (asked.wish.permanent() && version == IgdVersion.V1) {
            return 0;
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(asked.endNs - nowNs));
    }

    /** What is due, at most so many steps; ends are forgotten here. */
    List<Step> due(long nowNs, int limit) {
        var steps = new ArrayList<Step>();
        while (steps.size() < limit && !byTime.isEmpty() && byTime.peek().nextNs - nowNs <= 0) {
            Asked asked = byTime.poll();
            if (underWay.containsKey(asked.wish.internal())) {
                // The host's own request may renew what would be ended here, or end what would be
                // renewed.
                asked.nextNs = nowNs + nanos(1);
                byTime.add(asked);
            } else if (asked.endNs - nowNs <= 0) {
                leases.remove(asked.wish.internal());
                steps.add(new Step.End(asked.wish.internal()));
            } else {
                // Until the outcome is known, the next attempt is when half of the rest is over.
                asked.nextNs = nowNs + Math.max(nanos(1), (asked.grantEndNs - nowNs) / 2);
                byTime.add(asked);
                steps.add(new Step.Renew(asked.rest(nowNs)));
            }
        }
        return steps;
    }

    int size() {
        return leases.size();
    }

    private void put(Asked asked, long grantedSeconds, long nowNs) {
        asked.grantEndNs = nowNs + nanos(grantedSeconds);
        boolean isLongEnough = asked.grantEndNs - asked.endNs >= 0;
        // RFC 6887 §11.2.1: at half of the lifetime, so that a lost renewal can be repeated.
        asked.nextNs = isLongEnough ? asked.endNs : nowNs + nanos(grantedSeconds) / 2;
        leases.put(asked.wish.internal(), asked);
        byTime.add(asked);
    }

    private static long nanos(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    /** One mapping whose time differs from the one granted. */
    private static final class Asked {
        private final MappingWish wish;
        private final long endNs;
        private long grantEndNs;
        private long nextNs;

        Asked(MappingWish wish, long endNs) {
            this.wish = wish;
            this.endNs = endNs;
        }

        MappingWish rest(long nowNs) {
            return new MappingWish(
                    wish.internal(),
                    wish.externalPort(),
                    wish.description(),
                    Math.max(1, TimeUnit.NANOSECONDS.toSeconds(endNs - nowNs)),
                    wish.permanent());
        }
    }
}
