package org.portreeve.control.store;

/**
 * Who did what when. Immutable.
 *
 * @param atMillis wall-clock time
 * @param who a user's name, or {@code local} for the control socket
 * @param action a stable word such as {@code reservation.create} or {@code login.refused}
 * @param subject what it was done to
 * @param detail one sentence, may be empty
 */
public record AuditEntry(long atMillis, String who, String action, String subject, String detail) {}
