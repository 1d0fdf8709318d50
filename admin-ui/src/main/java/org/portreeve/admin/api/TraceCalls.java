package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;
import static org.portreeve.admin.api.Field.maybe;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.nat.Ipv4;

/** Who had which port; each question is in the audit before it is answered. Event loop only. */
final class TraceCalls {
    /** A day: clocks of others are not that wrong. */
    private static final Kind SKEW = new Kind.Whole(0, 86_400_000);

    private final Office office;

    TraceCalls(Office office) {
        this.office = office;
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/trace",
                                Access.AUDIT,
                                "Tells who had an external port at a time, latest first.",
                                this::trace)
                        .with(
                                always("address", Shapes.ADDRESS, "The external address."),
                                always("port", Shapes.PORT, "The external port."),
                                always("protocol", Shapes.PROTOCOL, "The transport protocol."),
                                maybe(
                                        "remote",
                                        Shapes.ADDRESS,
                                        "The remote address, to tell apart who shared a port."),
                                always("atMillis", Shapes.COUNT, "When, since 1970."),
                                maybe(
                                        "skewMillis",
                                        SKEW,
                                        "How much earlier or later it may have been; usually 0."))
                        .answers(200, Shapes.TRACE));
    }

    private void trace(Visit visit) {
        int externalIp = Ipv4.of(visit.query("address"));
        int port = Integer.parseInt(visit.query("port"));
        int protocol = MappingCalls.protocol(visit.query("protocol"));
        long atMillis = Long.parseLong(visit.query("atMillis"));
        long skewMillis = Numbers.read(visit.query("skewMillis")).orElse(0);
        int remoteIp = Ipv4.parse(visit.query("remote")).orElse(HistoryEntry.ANY_REMOTE);
        String subject =
                "%s %s:%d"
                        .formatted(
                                visit.query("protocol").toUpperCase(Locale.ROOT),
                                Ipv4.format(externalIp),
                                port);
        visit.when(
                office.audits()
                        .add(
                                visit.user().name(),
                                "history.trace",
                                subject,
                                "At %d ms since 1970, give or take %d ms."
                                        .formatted(atMillis, skewMillis))
                        .compose(_ ->
                                office.traces()
                                        .find(
                                                externalIp,
                                                port,
                                                protocol,
                                                remoteIp,
                                                atMillis - skewMillis,
                                                atMillis + skewMillis)),
                found ->
                        visit.json(
                                200,
                                new JsonObject()
                                        .put("items", Views.list(found, Views::possession))));
    }
}
