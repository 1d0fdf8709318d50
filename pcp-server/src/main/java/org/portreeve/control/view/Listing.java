package org.portreeve.control.view;

import java.util.List;

/**
 * A part of a longer list. Immutable.
 *
 * @param items this part
 * @param total how many match in all
 */
public record Listing<T>(List<T> items, int total) {
    /** Takes a copy of the list. */
    public Listing {
        items = List.copyOf(items);
    }
}
