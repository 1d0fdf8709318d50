package org.portreeve.control;

import org.portreeve.control.notice.Notice;
import org.portreeve.control.policy.RequestRate;

/**
 * Says of each request whether it is worth any work: not when its sender sends more than its share,
 * and then it gets no answer either (RFC 6887 §17.2). Event loop only.
 */
public final class Admission {
    private final ControlState state;
    private final RequestLimiter limiter;

    Admission(ControlState state) {
        this.state = state;
        limiter = new RequestLimiter(state.nat.capacity().subscribers());
    }

    /** Whether one from an IPv4 address is. */
    public boolean admits(int clientIp, long nowNs) {
        long key = state.subscribers.ownerOf(clientIp);
        RequestRate rate = state.subscribers.profileOf(key).requests();
        boolean admitted = limiter.admits(state.subscribers.clientKey(clientIp), rate, nowNs);
        if (!admitted) {
            state.counters.increment(ControlCounter.RATE_LIMITED);
            state.notices.add(Notice.CLIENT_RATE, clientIp);
        }
        return admitted;
    }

    /**
     * The same for a host that can have no mapping of its own, by the part of its address that its
     * network has.
     */
    public boolean admitsForeign(long network, long nowNs) {
        RequestRate rate = state.subscribers.profileOf(Subscribers.UNKNOWN).requests();
        // Below those of IPv4: no network has the first bit and is routed.
        boolean admitted = limiter.admits(network | Long.MIN_VALUE, rate, nowNs);
        if (!admitted) {
            state.counters.increment(ControlCounter.RATE_LIMITED);
            state.notices.addTimes(Notice.FOREIGN_RATE, 1);
        }
        return admitted;
    }
}
