package org.portreeve.admin.web;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.security.Principal;
import org.portreeve.control.counter.Counters;

/** The control socket: the file's permissions are the login. Event loop only. */
final class LocalGuard implements Guard {
    private static final Visitor LOCAL =
            new Visitor(Optional.of(Principal.LOCAL), Optional.empty(), 0);

    private final Counters<AdminCounter> counters;

    LocalGuard(Counters<AdminCounter> counters) {
        this.counters = counters;
    }

    @Override
    public Future<Admission> admit(RoutingContext context, Route route) {
        counters.increment(AdminCounter.REQUESTS_LOCAL);
        return Future.succeededFuture(new Admission.Admitted(LOCAL));
    }

    @Override
    public boolean isGenuine(RoutingContext context, Visitor visitor) {
        return true;
    }

    @Override
    public BooleanSupplier staying(Visitor visitor) {
        return () -> true;
    }
}
