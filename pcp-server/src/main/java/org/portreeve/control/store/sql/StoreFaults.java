package org.portreeve.control.store.sql;

import java.sql.SQLException;
import java.util.Set;
import org.portreeve.control.store.StoreException;

/** What faults of a database mean. Any thread. */
final class StoreFaults {
    /** Unique violation, in the standard and in both databases. */
    private static final String TAKEN = "23505";

    /** Serialization failure, deadlock, and H2's words for rows that others change just now. */
    private static final Set<String> PASSING = Set.of("40001", "40P01", "90131", "HYT00");

    /** H2: the file is locked by another process. */
    private static final int ALREADY_OPEN = 90_020;

    /** H2: the file is damaged, or not a database, or of another format. */
    private static final Set<Integer> UNREADABLE = Set.of(90_030, 90_048);

    private StoreFaults() {}

    /** Whether another row has what must be unique. */
    static boolean isTaken(SQLException e) {
        return TAKEN.equals(e.getSQLState());
    }

    /** Whether the same transaction may succeed when it is begun again. */
    static boolean isPassing(SQLException e) {
        return PASSING.contains(String.valueOf(e.getSQLState()));
    }

    /** For an operator. */
    static StoreException opening(String shown, Throwable fault) {
        if (hasCode(fault, Set.of(ALREADY_OPEN))) {
            return new StoreException(
                    ("Store %s is used by another process. Stop it, or give this node a data"
                                    + " directory of its own.")
                            .formatted(shown),
                    fault);
        }
        if (hasCode(fault, UNREADABLE)) {
            return new StoreException(
                    ("Store %s is damaged or not a database of this version. Restore the directory"
                                    + " from a copy; or move it away to start without reservations"
                                    + " and users.")
                            .formatted(shown),
                    fault);
        }
        return new StoreException(
                "Store %s cannot be opened: %s".formatted(shown, reason(fault)), fault);
    }

    private static boolean hasCode(Throwable fault, Set<Integer> codes) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e && codes.contains(e.getErrorCode())) {
                return true;
            }
        }
        return false;
    }

    /** For an operator. */
    static StoreException doing(String what, String shown, SQLException fault) {
        return new StoreException(
                "Store %s could not %s: %s".formatted(shown, what, reason(fault)), fault);
    }

    /** For an operator: the database was asked to keep it and did not say whether it does. */
    static StoreException unknown(String what, String shown, SQLException fault) {
        return StoreException.unknown(
                "Store %s was told to %s, but it is unknown whether it is kept: %s"
                        .formatted(shown, what, reason(fault)),
                fault);
    }

    /** The innermost words, on one line. */
    private static String reason(Throwable fault) {
        Throwable innermost = fault;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return String.valueOf(innermost.getMessage()).lines().findFirst().orElse("no reason given");
    }
}
