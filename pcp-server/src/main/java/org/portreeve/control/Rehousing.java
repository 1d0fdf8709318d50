package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.portreeve.control.Waiting.Wish;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.nat.InternalTuple;

/**
 * Makes leases anew that staff or the configuration ended because their external port was needed or
 * their address left, and has their owners told of the new place (RFC 6887 §14.2). Only those who
 * can be told: the others would look for the old one. Each is tried once, as if its owner had
 * asked; an owner whose lease cannot be made hears that it is gone, and one who insisted on its
 * external tuple is not moved. Event loop only.
 */
final class Rehousing {
    /** Made anew together, so that requests of others find places at the shards. */
    static final int AT_ONCE = 256;

    private final ControlState state;

    /**
     * Leases that have ended and go on elsewhere unless their owners say otherwise before; as many
     * as there were at most. By the order of their first internal tuples.
     */
    private final NavigableMap<Long, Lease> expected = new TreeMap<>();

    /** Those whose turn has come, and some that are expected no more. */
    private final Deque<Lease> waiting = new ArrayDeque<>();

    private int underWay;

    Rehousing(ControlState state) {
        this.state = state;
    }

    /** A lease has ended that is to go on elsewhere, once it is {@link #add}ed. */
    void expect(Lease ended) {
        expected.put(ended.order(), ended);
    }

    /** Whether it is to go on elsewhere, so that nothing can be said of it yet. */
    boolean isExpected(Lease ended) {
        return ended.equals(expected.get(ended.order()));
    }

    /** It may begin anew. */
    void add(Lease ended) {
        waiting.add(ended);
    }

    /** Its tuple has another lease. */
    void forget(InternalTuple internal) {
        expected.remove(LeaseBook.order(internal));
    }

    /** A deletion is answered as done: it must hold (RFC 6887 §15); any port ends a whole set. */
    void deleted(MapCommand deletion, MapPolicy policy) {
        if (expected.isEmpty() || deletion.origin() != LeaseOrigin.PCP) {
            return;
        }
        long first = LeaseBook.order(deletion.internal());
        long last = first + deletion.set().size() - 1;
        Map.Entry<Long, Lease> before = expected.floorEntry(first);
        boolean isInside = before != null && before.getValue().has(deletion.internal());
        expected.subMap(isInside ? before.getKey() : first, true, last, true)
                .values()
                .removeIf(ended ->
                        policy.nonce() == NoncePolicy.OFF
                                || deletion.nonce().equals(ended.owner().nonce()));
    }

    /** Goes on with at most so many. Returns the work done. */
    int advance(int limit) {
        int done = 0;
        while (done < limit && underWay < AT_ONCE && !waiting.isEmpty()) {
            begin(waiting.poll());
            done++;
        }
        return done;
    }

    private void begin(Lease ended) {
        if (!expected.remove(ended.order(), ended)) {
            return;
        }
        boolean isWorthIt =
                OwnerNews.client(ended.owner()).isPresent()
                        && ended.deadlineNs() - state.nowNs > 0
                        && state.subscribers.isOwn(ended.subscriber(), ended.internal());
        // Its owner may be asking by itself, and staff may have given the tuple away.
        boolean isTaken =
                IntStream.range(0, ended.size())
                        .mapToObj(ended.internal()::next)
                        .anyMatch(tuple ->
                                state.turns.isBusy(tuple)
                                        || state.leases.find(tuple).isPresent()
                                        || state.statics.book().find(tuple).isPresent());
        if (isTaken || !isWorthIt) {
            state.news.gone(ended);
            return;
        }
        underWay++;
        state.turns.request(
                new Wish<>(
                        wish(ended),
                        outcome -> {
                            underWay--;
                            state.news.moved(ended, outcome);
                        }));
    }

    private MapCommand wish(Lease ended) {
        Lease.Owner owner = ended.owner();
        return new MapCommand(
                ended.internal(),
                owner.nonce(),
                owner.origin(),
                owner.insists() ? state.externalIp(ended.addressIndex()) : 0,
                ended.externalPort(),
                owner.insists(),
                ended.remainingSeconds(state.nowNs),
                owner.clientIp(),
                owner.clientPort(),
                owner.description(),
                true,
                new FilterChange(false, owner.filters()),
                ended.set());
    }
}
