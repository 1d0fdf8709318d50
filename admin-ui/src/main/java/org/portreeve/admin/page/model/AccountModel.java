package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Term;

/**
 * The reader's own account. Immutable.
 *
 * @param about names and values
 * @param mustChange whether nothing else is open until the password is changed
 * @param fault why a change was refused; empty when it was not
 */
public record AccountModel(Frame frame, List<Term> about, boolean mustChange, String fault) {
    /** Takes a copy of the list. */
    public AccountModel {
        about = List.copyOf(about);
    }
}
