package org.portreeve.control;

import java.util.List;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * What the owner of a mapping is told unasked (RFC 6887 §14.2): where it is from now on, that it is
 * gone, or that the tuple it insisted on cannot be had any more. Immutable.
 *
 * @param internal the mapping's internal tuple
 * @param nonce the owner's, by which it knows that this is about its mapping
 * @param client where its last request came from; another address than the internal one when it
 *     asked for a third party
 * @param externalIp the external address, the former one of a mapping that is gone
 * @param externalPort likewise
 * @param lifetimeSeconds that remain; 0 when it is gone, {@link MappingView#FOREVER} of a
 *     reservation; how long it makes no sense to ask again when it is impossible
 * @param filters whom the owner lets in there; empty for everybody
 * @param size how many ports it has from there on
 * @param isImpossible whether its owner, who insisted on the external tuple, cannot have it
 */
public record MappingUpdate(
        InternalTuple internal,
        Nonce nonce,
        Client client,
        int externalIp,
        int externalPort,
        long lifetimeSeconds,
        List<PeerFilter> filters,
        int size,
        boolean isImpossible) {
    /** Takes a copy of the list. */
    public MappingUpdate {
        filters = List.copyOf(filters);
    }

    /** One of a mapping of one port that is there, or is gone. */
    public MappingUpdate(
            InternalTuple internal,
            Nonce nonce,
            Client client,
            int externalIp,
            int externalPort,
            long lifetimeSeconds,
            List<PeerFilter> filters) {
        this(internal, nonce, client, externalIp, externalPort, lifetimeSeconds, filters, 1, false);
    }

    /** Whether nothing is left of the mapping. */
    public boolean isGone() {
        return lifetimeSeconds == 0 && !isImpossible;
    }

    /** The same update so many seconds later. */
    MappingUpdate after(long seconds) {
        boolean isEndless = lifetimeSeconds == MappingView.FOREVER;
        long left = isEndless ? MappingView.FOREVER : Math.max(0, lifetimeSeconds - seconds);
        return new MappingUpdate(
                internal,
                nonce,
                client,
                externalIp,
                externalPort,
                left,
                filters,
                size,
                isImpossible);
    }

    /** The same mapping by a reservation, which has no filters. */
    MappingUpdate reservedAt(int externalIp, int externalPort) {
        return new MappingUpdate(
                internal, nonce, client, externalIp, externalPort, MappingView.FOREVER, List.of());
    }
}
