package org.portreeve.upnp.gena;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;

/** Who is told of changes: decides on requests and keeps the bounds. Loop of the gateway only. */
final class Subscriptions {
    /** IGD-GENA-004: of all hosts of a subscriber together. */
    static final int MAX_PER_SUBSCRIBER = 16;

    /** Bound of all subscriptions. */
    static final int MAX_SUBSCRIPTIONS = 65_536;

    /** UDA 1.1 §4.1.2: what is given, and the least that is given. */
    static final long TIMEOUT_SECONDS = 1800;

    private static final String EVENT = "upnp:event";

    private final Map<String, Subscription> bySid = new HashMap<>();
    private final Map<Integer, List<Subscription>> byHost = new HashMap<>();
    private final Map<String, Integer> perSubscriber = new HashMap<>();
    private final Supplier<String> sids;
    private final Counters<UpnpCounter> counters;

    /**
     * Nobody yet.
     *
     * @param sids names of subscriptions, not to be guessed
     */
    Subscriptions(Supplier<String> sids, Counters<UpnpCounter> counters) {
        this.sids = sids;
        this.counters = counters;
    }

    /** What a request led to. Immutable. */
    record Decision(GenaAnswer answer, Optional<Subscription> made) {}

    /** Decides on a request. */
    Decision onRequest(GenaRequest request, long nowNs) {
        boolean isRenewal = !request.sid().isEmpty();
        boolean isFresh = !request.notificationType().isEmpty() || !request.callback().isEmpty();
        if (isRenewal && isFresh) {
            return refuse(GenaAnswer.BAD_REQUEST);
        }
        if (!request.isSubscribe()) {
            return end(request);
        }
        return isRenewal ? renew(request, nowNs) : subscribe(request, nowNs);
    }

    /** Those of one host. */
    List<Subscription> ofHost(int hostIp) {
        return List.copyOf(byHost.getOrDefault(hostIp, List.of()));
    }

    /** Forgets those whose time is over. */
    void expire(long nowNs) {
        bySid.values().stream()
                .filter(subscription -> subscription.isOver(nowNs))
                .toList()
                .forEach(this::remove);
    }

    /** Some of those whose event was put off. */
    List<Subscription> putOff(int limit) {
        return bySid.values().stream().filter(Subscription::isPutOff).limit(limit).toList();
    }

    /** Whether it was neither ended nor replaced. */
    boolean isLive(Subscription subscription) {
        return bySid.containsKey(subscription.sid());
    }

    private Decision subscribe(GenaRequest request, long nowNs) {
        if (!request.notificationType().equals(EVENT)) {
            return refuse(GenaAnswer.PRECONDITION_FAILED);
        }
        return switch (Callbacks.read(request.callback(), request.callerIp())) {
            case Callbacks.Read.Malformed() -> refuse(GenaAnswer.PRECONDITION_FAILED);
            case Callbacks.Read.Foreign() -> {
                counters.increment(UpnpCounter.EVENT_FOREIGN_CALLBACK);
                yield new Decision(
                        GenaAnswer.refused(GenaAnswer.PRECONDITION_FAILED), Optional.empty());
            }
            case Callbacks.Read.Accepted(List<Callbacks.Callback> urls) ->
                    accept(request, urls, nowNs);
        };
    }

    private Decision accept(GenaRequest request, List<Callbacks.Callback> urls, long nowNs) {
        if (bySid.size() >= MAX_SUBSCRIPTIONS
                || perSubscriber.getOrDefault(request.subscriber(), 0) >= MAX_PER_SUBSCRIBER) {
            return refuse(GenaAnswer.UNAVAILABLE);
        }
        var made =
                new Subscription(
                        sids.get(),
                        request.service(),
                        request.subscriber(),
                        request.callerIp(),
                        urls,
                        nowNs + timeoutNs());
        bySid.put(made.sid(), made);
        byHost.computeIfAbsent(made.hostIp(), _ -> new ArrayList<>()).add(made);
        perSubscriber.merge(made.subscriber(), 1, Integer::sum);
        counters.increment(UpnpCounter.EVENT_SUBSCRIPTIONS);
        return new Decision(GenaAnswer.granted(made.sid(), TIMEOUT_SECONDS), Optional.of(made));
    }

    private Decision renew(GenaRequest request, long nowNs) {
        Optional<Subscription> subscription = owned(request);
        if (subscription.isEmpty()) {
            return refuse(GenaAnswer.PRECONDITION_FAILED);
        }
        subscription.get().renew(nowNs + timeoutNs());
        counters.increment(UpnpCounter.EVENT_SUBSCRIPTIONS);
        return new Decision(GenaAnswer.granted(request.sid(), TIMEOUT_SECONDS), Optional.empty());
    }

    private Decision end(GenaRequest request) {
        Optional<Subscription> subscription = owned(request);
        if (subscription.isEmpty()) {
            return refuse(GenaAnswer.PRECONDITION_FAILED);
        }
        remove(subscription.get());
        return new Decision(GenaAnswer.ended(), Optional.empty());
    }

    /** The subscription that a request names, if it is the requester's own. */
    private Optional<Subscription> owned(GenaRequest request) {
        return Optional.ofNullable(bySid.get(request.sid()))
                .filter(subscription -> subscription.hostIp() == request.callerIp())
                .filter(subscription -> subscription.service() == request.service());
    }

    private void remove(Subscription subscription) {
        bySid.remove(subscription.sid());
        perSubscriber.computeIfPresent(
                subscription.subscriber(), (_, count) -> count == 1 ? null : count - 1);
        List<Subscription> ofHost = byHost.get(subscription.hostIp());
        ofHost.remove(subscription);
        if (ofHost.isEmpty()) {
            byHost.remove(subscription.hostIp());
        }
    }

    private Decision refuse(int status) {
        counters.increment(UpnpCounter.EVENT_SUBSCRIPTIONS_REFUSED);
        return new Decision(GenaAnswer.refused(status), Optional.empty());
    }

    private static long timeoutNs() {
        return TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    }
}
