package org.portreeve.testkit.kills;

import java.util.Set;

/**
 * What a subscriber holds by its last acknowledgement and those before. Immutable.
 *
 * @param ack the last acknowledgement of its lease
 * @param filters whom alone it lets in; everybody when there are none
 * @param description what it is called; may be empty
 */
record Held(Ack ack, Set<Filter> filters, String description) {
    /** A lease by its first acknowledgement. */
    static Held of(Ack ack) {
        return new Held(ack, ack.wish().filtersAfter(Set.of()), ack.wish().descriptionAfter(""));
    }

    /** The same lease by one acknowledgement more. */
    Held after(Ack next) {
        return new Held(
                next, next.wish().filtersAfter(filters), next.wish().descriptionAfter(description));
    }

    /** What it is listed as; a session that a PEER keeps has its remote peer there, too. */
    String listedName() {
        if (!ack.isUdp(Subscriber.PEER_PORT)) {
            return description;
        }
        String prefix = description.isEmpty() ? "" : description + ", ";
        return prefix + Probes.REMOTE_PEER_NAME;
    }

    boolean isNamedPeer() {
        return ack.isUdp(Subscriber.PEER_PORT) && !description.isEmpty();
    }

    String external() {
        return ack.external();
    }

    /** Whether it has so much time left. */
    boolean isLive(long nowMillis, long marginMillis) {
        return ack.deadlineMillis() - nowMillis > marginMillis;
    }

    /** Whether its filters let a host in that sends from {@link Probes#PORT}. */
    boolean admits(int host) {
        return filters.isEmpty() || filters.stream().anyMatch(filter -> filter.admits(host));
    }
}
