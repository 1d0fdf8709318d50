package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Term;

/**
 * A page that asks before something is ended. Immutable.
 *
 * @param terms what is meant, as names and values
 * @param consequence what will happen, one or two sentences
 * @param fields what the form sends along, unseen
 * @param button what is done, as a verb
 * @param back where to go instead
 */
public record ConfirmModel(
        Frame frame,
        List<Term> terms,
        String consequence,
        String action,
        List<Term> fields,
        String button,
        String back) {
    /** Takes copies of the lists. */
    public ConfirmModel {
        terms = List.copyOf(terms);
        fields = List.copyOf(fields);
    }
}
