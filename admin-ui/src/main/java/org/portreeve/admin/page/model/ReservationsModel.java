package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Pager;

/**
 * The list of reservations. Immutable.
 *
 * @param text what was searched for; empty for all
 * @param total how many there are, whatever was searched for
 */
public record ReservationsModel(
        Frame frame, String text, int total, List<ReservationRow> rows, Pager pager) {
    /** Takes a copy of the list. */
    public ReservationsModel {
        rows = List.copyOf(rows);
    }
}
