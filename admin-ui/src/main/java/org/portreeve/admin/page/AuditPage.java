package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import org.portreeve.admin.page.model.AuditModel;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.store.AuditEntry;

/** Who did what. Event loop only. */
final class AuditPage {
    private static final int ENTRIES = 100;

    private final Pages pages;

    AuditPage(Pages pages) {
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(new Route(HttpMethod.GET, "/audit", Access.AUDIT, this::list));
    }

    private void list(Visit visit) {
        String before = visit.query("before");
        long beforeMillis = before.matches("[0-9]{1,15}") ? Long.parseLong(before) : Long.MAX_VALUE;
        visit.when(
                pages.office().audits().latest(beforeMillis, ENTRIES + 1),
                entries -> pages.show(visit, "audit", model(visit, entries)));
    }

    private AuditModel model(Visit visit, List<AuditEntry> entries) {
        long nowMillis = pages.nowMillis();
        var frame = Pages.frame(visit, "Audit", Section.AUDIT);
        if (entries.size() <= ENTRIES) {
            return new AuditModel(frame, rows(entries, nowMillis), Optional.empty());
        }
        // Entries of one millisecond stay together, or the next page would leave some out.
        long older = entries.getLast().atMillis();
        List<AuditEntry> shown =
                entries.stream().filter(entry -> entry.atMillis() > older).toList();
        return new AuditModel(
                frame, rows(shown, nowMillis), Optional.of("/audit?before=" + (older + 1)));
    }

    private static List<AuditModel.Row> rows(List<AuditEntry> entries, long nowMillis) {
        return entries.stream().map(entry -> AuditModel.Row.of(entry, nowMillis)).toList();
    }
}
