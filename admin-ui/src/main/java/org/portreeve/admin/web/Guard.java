package org.portreeve.admin.web;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;

/** Who gets in by one way. Event loop only. */
interface Guard {
    /** What a look at a request came to. Immutable. */
    sealed interface Admission {
        /** Come in. */
        record Admitted(Visitor visitor) implements Admission {}

        /** Not known; a login may help. */
        record LoginNeeded(String detail) implements Admission {}

        /** Known, by a password that somebody else chose; only the page to change it is open. */
        record PasswordNeeded() implements Admission {}

        /** Not now, or not so. */
        record Refused(int status, String title, String detail) implements Admission {}
    }

    /** Looks at a request before its body is read. */
    Future<Admission> admit(RoutingContext context, Route route);

    /**
     * Looks at a request that changes something, after its body was read; false for a forged one.
     */
    boolean isGenuine(RoutingContext context, Visitor visitor);

    /** Whether somebody who was let in would be let in still. */
    BooleanSupplier staying(Visitor visitor);
}
