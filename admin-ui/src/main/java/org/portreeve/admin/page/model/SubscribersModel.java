package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Pager;

/**
 * The list of subscribers. Immutable.
 *
 * @param text what was searched for; empty for all
 */
public record SubscribersModel(Frame frame, String text, List<SubscriberRow> rows, Pager pager) {
    /** Takes a copy of the list. */
    public SubscribersModel {
        rows = List.copyOf(rows);
    }
}
