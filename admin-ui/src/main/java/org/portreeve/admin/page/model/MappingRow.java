package org.portreeve.admin.page.model;

import java.util.Optional;
import java.util.stream.Collectors;
import org.portreeve.admin.page.part.Chip;
import org.portreeve.admin.page.part.Moment;
import org.portreeve.admin.page.part.Words;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.Protocol;

/**
 * A mapping in a table. Immutable.
 *
 * @param subscriberHref its owner's page
 * @param peers whom alone its owner lets in; empty for everybody
 * @param ends when its lifetime is over; empty when it has no end
 * @param dropHref where it can be dropped; empty for a reservation, which is deleted instead
 */
public record MappingRow(
        String protocol,
        String internal,
        String external,
        String subscriber,
        String subscriberHref,
        Chip origin,
        String description,
        String peers,
        Optional<Moment> ends,
        Optional<String> dropHref) {
    /** The row of a mapping. */
    public static MappingRow of(MappingView view, long nowMillis) {
        boolean isStatic = view.origin() == MappingOrigin.STATIC;
        boolean hasEnd = view.remainingSeconds() != MappingView.FOREVER;
        return new MappingRow(
                Protocol.name(view.internal().protocol()),
                Words.internal(view),
                Words.external(view),
                Words.said(view.subscriber()),
                "/subscribers/" + Words.encoded(view.subscriber()),
                Chip.of(view.origin()),
                Words.said(view.description()),
                view.filters().stream().map(PeerFilter::toString).collect(Collectors.joining(", ")),
                hasEnd ? Optional.of(end(view, nowMillis)) : Optional.empty(),
                isStatic ? Optional.empty() : Optional.of(dropHref(view)));
    }

    private static Moment end(MappingView view, long nowMillis) {
        return Moment.of(nowMillis + view.remainingSeconds() * 1000, nowMillis);
    }

    private static String dropHref(MappingView view) {
        return "/mappings/drop?protocol="
                + view.internal().protocol()
                + "&address="
                + Ipv4.format(view.internal().internalIp())
                + "&port="
                + view.internal().internalPort();
    }
}
