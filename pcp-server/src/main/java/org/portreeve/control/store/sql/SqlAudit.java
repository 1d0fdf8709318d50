package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.AuditStore;
import org.portreeve.control.store.StoreException;

/** The audit in SQL. Any thread. */
final class SqlAudit implements AuditStore {
    private static final int WHO = 200;
    private static final int ACTION = 100;
    private static final int SUBJECT = 400;
    private static final int DETAIL = 1000;

    private static final String INSERT =
            """
            INSERT INTO audit (node, at_millis, who, action, subject, detail)
            VALUES (?, ?, ?, ?, ?, ?)
            """;

    private static final String SELECT =
            """
            SELECT at_millis, who, action, subject, detail FROM audit
            WHERE at_millis < ? ORDER BY at_millis DESC, id DESC FETCH FIRST ? ROWS ONLY
            """;

    private final Transactions transactions;
    private final String node;

    SqlAudit(Transactions transactions, String node) {
        this.transactions = transactions;
        this.node = node;
    }

    @Override
    public void add(AuditEntry entry) throws StoreException {
        transactions.change(
                "add to the audit",
                connection -> {
                    add(connection, entry);
                    return true;
                });
    }

    /** Adds an entry to a transaction of somebody else. */
    void add(Connection connection, AuditEntry entry) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, node);
            insert.setLong(2, entry.atMillis());
            insert.setString(3, fit(entry.who(), WHO));
            insert.setString(4, fit(entry.action(), ACTION));
            insert.setString(5, fit(entry.subject(), SUBJECT));
            insert.setString(6, fit(entry.detail(), DETAIL));
            insert.executeUpdate();
        }
    }

    /** Strangers choose some of these words: no control characters, no more than there is room. */
    private static String fit(String words, int limit) {
        String plain = words.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= limit ? plain : plain.substring(0, limit - 1) + "…";
    }

    @Override
    public List<AuditEntry> latest(long beforeMillis, int limit) throws StoreException {
        return transactions.read(
                "read the audit",
                connection -> {
                    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
                        select.setLong(1, beforeMillis);
                        select.setInt(2, limit);
                        return entries(select.executeQuery());
                    }
                });
    }

    private static List<AuditEntry> entries(ResultSet rows) throws SQLException {
        List<AuditEntry> entries = new ArrayList<>();
        while (rows.next()) {
            entries.add(
                    new AuditEntry(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getString(4),
                            rows.getString(5)));
        }
        return entries;
    }
}
