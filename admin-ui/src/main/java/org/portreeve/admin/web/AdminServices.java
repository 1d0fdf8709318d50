package org.portreeve.admin.web;

import java.security.SecureRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.store.AuditStore;
import org.portreeve.control.store.HistoryStore;
import org.portreeve.control.store.UserStore;

/**
 * What the node lends to pages and API. Immutable; all parts may be called from any thread.
 *
 * @param facts reads the node's counters; must not block
 * @param node what can be asked of it as a whole
 * @param nowNs monotonic clock
 * @param wallMillis wall clock
 * @param random for passwords, sessions and certificates
 */
public record AdminServices(
        Desk desk,
        Reservations reservations,
        UserStore users,
        AuditStore audit,
        HistoryStore history,
        Supplier<NodeFacts> facts,
        NodeHandle node,
        LongSupplier nowNs,
        LongSupplier wallMillis,
        SecureRandom random) {}
