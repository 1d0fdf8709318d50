package org.portreeve.control;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.portreeve.control.journal.JournalRecord.ClientEpochStarted;
import org.portreeve.nat.InternalTuple;

/**
 * The epoch that a client is told (RFC 6887 §8.5): that of the node or, once its subscriber's
 * external address changed or a mapping of it was lost, a later one of its own, so that nobody else
 * is disturbed. Event loop only.
 */
public final class ClientEpochs {
    /** With more epochs than that, all clients are told to ask again, and have one. */
    static final int MOST = 65_536;

    /**
     * Stands for all who ask by IPv6: none is a subscriber, and no lease keeps which of them it was
     * that asked for it.
     */
    static final int BY_IPV6 = 0;

    private static final ClientEpochStarted OF_THE_NODE = new ClientEpochStarted(0, 0);

    private final ControlState state;
    private final EpochRecord node;

    /** By {@link Subscribers#clientKey}. */
    private final Map<Long, ClientEpochStarted> own = new HashMap<>();

    private boolean isNewForAll;

    ClientEpochs(ControlState state, EpochRecord node) {
        this.state = state;
        this.node = node;
    }

    /** Says what the journal kept. To be called before the first {@link PortControl#doWork}. */
    public void load(Collection<ClientEpochStarted> found) {
        if (node.goesOn()) {
            found.stream()
                    .limit(MOST)
                    .map(this::begunBeforeTheStart)
                    .forEach(each -> own.merge(key(each.clientIp()), each, ClientEpochs::later));
        }
    }

    /**
     * The journal's last mark of time is some seconds old, so that a clock which went back by less
     * is believed: none of the last process may be younger than this one, nor hide a loss in it.
     */
    private ClientEpochStarted begunBeforeTheStart(ClientEpochStarted started) {
        long lastMillis = Math.max(0, node.atStartMillis() - 1);
        return new ClientEpochStarted(
                started.clientIp(), Math.min(started.laterMillis(), lastMillis));
    }

    /** A subscriber may be known by several addresses. */
    private static ClientEpochStarted later(ClientEpochStarted one, ClientEpochStarted other) {
        return one.laterMillis() < other.laterMillis() ? other : one;
    }

    /** What answers to a client carry. */
    public long seconds(int clientIp, long nowNs) {
        if (own.isEmpty()) {
            return node.epoch().seconds(nowNs);
        }
        long laterMillis = own.getOrDefault(key(clientIp), OF_THE_NODE).laterMillis();
        return Math.max(0, node.epoch().seconds(nowNs - laterMillis * Durations.NS_PER_MILLI));
    }

    /** The same to any client that asks by IPv6: one epoch for all of them. */
    public long secondsByIpv6(long nowNs) {
        return seconds(BY_IPV6, nowNs);
    }

    /** The epoch that all clients have; empty when they have different ones. */
    public OptionalLong ofAll(long nowNs) {
        return own.isEmpty() ? OptionalLong.of(node.epoch().seconds(nowNs)) : OptionalLong.empty();
    }

    /**
     * The same for those on the link of an IPv4 listen address, who have one if the link is that of
     * a named subscriber.
     */
    public OptionalLong ofLink(int listenIp, long nowNs) {
        long key = state.subscribers.keyOf(InternalTuple.DEFAULT_REALM, listenIp);
        return state.subscribers.isNamed(key)
                ? OptionalLong.of(seconds(listenIp, nowNs))
                : ofAll(nowNs);
    }

    /** Whether all clients have a new epoch since this was asked last. */
    public boolean takeNewForAll() {
        boolean isNew = isNewForAll;
        isNewForAll = false;
        return isNew;
    }

    /** A mapping that a client asked for cannot be put back. Heeded once for each in a start. */
    void lost(int clientIp) {
        boolean isHeeded =
                own.getOrDefault(key(clientIp), OF_THE_NODE).laterMillis() >= node.atStartMillis();
        if (!isHeeded) {
            ClientEpochStarted started = startedNow(clientIp);
            state.recorder.insist(_ -> {}, started);
            begin(started);
        }
    }

    /**
     * What the journal is to know before another external address of a subscriber is used; empty
     * when no client of its can have anything to ask for again.
     */
    Optional<ClientEpochStarted> beginning(Subscriber subscriber) {
        // Each takes one of few places, and most subscribers of an address never ask for anything.
        return subscriber.explicit == 0
                ? Optional.empty()
                : state.subscribers.prefixesOf(subscriber.key).stream()
                        .findFirst()
                        .map(prefix -> startedNow(prefix.network()));
    }

    /** The journal knows it. */
    void begin(ClientEpochStarted started) {
        if (!isOfThisEpoch(started)) {
            return;
        }
        long key = key(started.clientIp());
        state.counters.increment(ControlCounter.CLIENT_EPOCH_RESETS);
        if (own.size() == MOST && !own.containsKey(key)) {
            own.clear();
            node.reset();
            isNewForAll = true;
        } else {
            own.put(key, started);
        }
    }

    /**
     * Whether it began in the epoch that the node has now: one that was on its way to the journal
     * when all began anew is older than that, and says nothing any more.
     */
    boolean isOfThisEpoch(ClientEpochStarted started) {
        return started.laterMillis() <= node.epoch().millis(state.nowNs);
    }

    /** All of them, for a checkpoint. */
    List<ClientEpochStarted> records() {
        return List.copyOf(own.values());
    }

    private ClientEpochStarted startedNow(int clientIp) {
        return new ClientEpochStarted(clientIp, node.epoch().millis(state.nowNs));
    }

    private long key(int clientIp) {
        return state.subscribers.clientKey(clientIp);
    }
}
