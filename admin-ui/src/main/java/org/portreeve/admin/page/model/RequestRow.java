package org.portreeve.admin.page.model;

import org.portreeve.admin.page.part.Chip;
import org.portreeve.admin.page.part.Moment;
import org.portreeve.admin.page.part.Tone;
import org.portreeve.admin.page.part.Words;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.request.RequestEntry.Told;
import org.portreeve.nat.Ipv4;

/**
 * A request in a table, and what it was told. Immutable.
 *
 * @param result in the colour of what it means
 */
public record RequestRow(
        Moment at, Chip protocol, String client, String asked, Chip result, String told) {
    /** The row of a request. */
    public static RequestRow of(RequestEntry entry, long nowMillis) {
        Tone tone = entry.told() instanceof Told.Refused ? Tone.BAD : Tone.GOOD;
        return new RequestRow(
                Moment.of(entry.wallMillis(), nowMillis),
                Chip.of(entry.protocol()),
                Ipv4.format(entry.clientIp()),
                Words.said(entry.asked().sentence()),
                new Chip(tone, entry.told().result()),
                Words.said(entry.told().sentence()));
    }
}
