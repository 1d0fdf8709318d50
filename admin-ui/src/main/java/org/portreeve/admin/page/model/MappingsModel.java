package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Choice;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Pager;

/**
 * The list of mappings. Immutable.
 *
 * @param narrowed whether a search or filter is on, so that an empty list means something else
 */
public record MappingsModel(
        Frame frame,
        String text,
        List<Choice> origins,
        List<Choice> protocols,
        boolean narrowed,
        List<MappingRow> rows,
        Pager pager) {
    /** Takes copies of the lists. */
    public MappingsModel {
        origins = List.copyOf(origins);
        protocols = List.copyOf(protocols);
        rows = List.copyOf(rows);
    }
}
