package org.portreeve.admin.page;

import java.util.Optional;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Notice;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Templates;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.desk.Reservations;

/** What all pages need: the office behind them, their templates and the frame. Any thread. */
final class Pages {
    /** Rows of a list on one page. */
    static final int PAGE_SIZE = 50;

    private static final int MAX_OFFSET = 10_000_000;

    private final Office office;
    private final Templates templates;

    Pages(Office office, Templates templates) {
        this.office = office;
        this.templates = templates;
    }

    Office office() {
        return office;
    }

    Desk desk() {
        return office.services().desk();
    }

    Reservations reservations() {
        return office.services().reservations();
    }

    long nowMillis() {
        return office.services().wallMillis().getAsLong();
    }

    /** The frame of a page of this section, with what the last form led to. */
    static Frame frame(Visit visit, String title, Section section) {
        return frame(visit, title, Optional.of(section), Done.read(visit.query(Done.PARAMETER)));
    }

    /** A frame with this notice. */
    static Frame frame(
            Visit visit, String title, Optional<Section> section, Optional<Notice> notice) {
        return new Frame(title, section, visit.visitor(), visit.csrfToken(), notice);
    }

    /** Answers with a page. */
    void show(Visit visit, String template, Object model) {
        show(visit, 200, template, model);
    }

    /** Answers with a page that is not what was hoped for. */
    void show(Visit visit, int status, String template, Object model) {
        visit.html(status, templates.page(template, model));
    }

    /** The number of rows to leave out first; 0 when none is asked for. */
    static int offset(Visit visit) {
        String text = visit.query("offset");
        return text.matches("[0-9]{1,8}") ? Math.min(Integer.parseInt(text), MAX_OFFSET) : 0;
    }

    /** Refuses what is not there. */
    static void nothingHere(Visit visit) {
        visit.fail(
                404,
                "There is no such page",
                "Nothing is at this address. What was here may have ended or been deleted since"
                        + " the page with the link was opened.");
    }
}
