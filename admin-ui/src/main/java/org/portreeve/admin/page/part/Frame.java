package org.portreeve.admin.page.part;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.Principal;

/**
 * What surrounds every page. Immutable.
 *
 * @param title heads the page and names its tab
 * @param section the entry of the navigation that the page belongs to, if any
 * @param visitor who reads it, if logged in
 * @param csrfToken for the hidden field of every form
 * @param notice what became of the last form, if there is something to say
 */
public record Frame(
        String title,
        Optional<Section> section,
        Optional<Principal> visitor,
        String csrfToken,
        Optional<Notice> notice) {
    /** The sections that the reader may open. */
    public List<Section> sections() {
        return Arrays.stream(Section.values()).filter(section -> may(section.access())).toList();
    }

    /** The {@code aria-current} of an entry of the navigation. */
    public String current(Section entry) {
        return section.filter(entry::equals).map(_ -> "page").orElse("false");
    }

    /** Whether the reader may do what asks for this. */
    public boolean may(Access access) {
        return visitor.filter(principal -> principal.may(access)).isPresent();
    }

    /** Whether reservations and mappings may be changed. */
    public boolean mayEdit() {
        return may(Access.EDIT);
    }

    /** The reader's name; empty when nobody is logged in. */
    public String name() {
        return visitor.map(Principal::name).orElse("");
    }

    /** The reader's role in lower case; empty when nobody is logged in. */
    public String role() {
        return visitor.map(principal -> Words.role(principal.role())).orElse("");
    }
}
