package org.portreeve.control.view;

import java.util.List;

/**
 * What a reload did. Immutable.
 *
 * @param subscribersAdded named subscribers that are new
 * @param subscribersRemoved named subscribers that are gone; their mappings end
 * @param profilesChanged names of profiles whose limits changed
 */
public record PolicyChange(
        int subscribersAdded, int subscribersRemoved, List<String> profilesChanged) {
    /** Takes a copy of the list. */
    public PolicyChange {
        profilesChanged = List.copyOf(profilesChanged);
    }
}
