package org.portreeve.admin.page.model;

import java.util.List;
import java.util.Optional;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Moment;
import org.portreeve.admin.page.part.Words;
import org.portreeve.control.store.AuditEntry;

/**
 * Who did what, latest first. Immutable.
 *
 * @param older the address of what came before; empty when there is nothing
 */
public record AuditModel(Frame frame, List<Row> rows, Optional<String> older) {
    /** Takes a copy of the list. */
    public AuditModel {
        rows = List.copyOf(rows);
    }

    /** An entry in a table. Immutable. */
    public record Row(Moment at, String who, String action, String subject, String detail) {
        /** The row of an entry. */
        public static Row of(AuditEntry entry, long nowMillis) {
            return new Row(
                    Moment.of(entry.atMillis(), nowMillis),
                    Words.said(entry.who()),
                    Words.said(entry.action()),
                    Words.said(entry.subject()),
                    Words.said(entry.detail()));
        }
    }
}
