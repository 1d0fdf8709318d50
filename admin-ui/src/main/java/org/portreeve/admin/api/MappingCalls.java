package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;
import static org.portreeve.admin.api.Field.maybe;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

/** Mappings: look and drop. Event loop only. */
final class MappingCalls {
    private static final int USUAL_LIMIT = 100;

    private final Office office;
    private final Desk desk;

    MappingCalls(Office office) {
        this.office = office;
        this.desk = office.services().desk();
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/mappings",
                                Access.VIEW,
                                "Lists explicit and static mappings.",
                                this::list)
                        .with(
                                maybe("subscriber", Shapes.LINE, "A subscriber's whole id."),
                                maybe("internalAddress", Shapes.ADDRESS, "The internal address."),
                                maybe("externalPort", Shapes.PORT, "The external port."),
                                maybe("protocol", Shapes.PROTOCOL, "The transport protocol."),
                                maybe("origin", Shapes.ORIGIN, "Who asked for it."),
                                maybe("text", Shapes.LINE, "Part of what is shown."),
                                maybe("offset", Shapes.OFFSET, "Matches to leave out first."),
                                maybe(
                                        "limit",
                                        new Kind.Whole(1, MappingQuery.MAX_LIMIT),
                                        "Matches to return at most; usually " + USUAL_LIMIT + "."))
                        .answers(200, Shapes.MAPPINGS),
                Operation.of(
                                HttpMethod.DELETE,
                                "/mappings/:protocol/:internalAddress/:internalPort",
                                Access.EDIT,
                                "Ends a lease whoever owns it.",
                                this::drop)
                        .with(
                                always("protocol", Shapes.PROTOCOL, "The transport protocol."),
                                always("internalAddress", Shapes.ADDRESS, "The internal address."),
                                always("internalPort", Shapes.PORT, "The internal port.")));
    }

    private void list(Visit visit) {
        visit.when(
                desk.mappings(query(visit)),
                listing ->
                        visit.json(
                                200,
                                new JsonObject()
                                        .put("items", Views.list(listing.items(), Views::mapping))
                                        .put("total", listing.total())));
    }

    private static MappingQuery query(Visit visit) {
        String subscriber = visit.query("subscriber");
        String protocol = visit.query("protocol");
        return new MappingQuery(
                subscriber.isEmpty() ? Optional.empty() : Optional.of(subscriber),
                Ipv4.parse(visit.query("internalAddress")),
                Numbers.read(visit.query("externalPort")),
                protocol.isEmpty() ? OptionalInt.empty() : OptionalInt.of(protocol(protocol)),
                origins(visit.query("origin")),
                visit.query("text"),
                Numbers.read(visit.query("offset")).orElse(0),
                Numbers.read(visit.query("limit")).orElse(USUAL_LIMIT));
    }

    private static Set<MappingOrigin> origins(String word) {
        return Arrays.stream(MappingOrigin.values())
                .filter(origin -> Shapes.word(origin).equals(word))
                .collect(Collectors.toSet());
    }

    private void drop(Visit visit) {
        var internal =
                InternalTuple.of(
                        protocol(visit.param("protocol")),
                        Ipv4.of(visit.param("internalAddress")),
                        Integer.parseInt(visit.param("internalPort")));
        visit.when(
                office.staffDesk().drop(visit.user(), internal),
                isDropped -> {
                    if (isDropped) {
                        visit.noContent();
                    } else {
                        visit.fail(
                                404,
                                "No such lease",
                                internal
                                        + " has no lease. A mapping of a reservation ends with its"
                                        + " reservation.");
                    }
                });
    }

    /** The number of a protocol that {@link Shapes#PROTOCOL} allows. */
    static int protocol(String word) {
        return word.toLowerCase(Locale.ROOT).equals("tcp") ? Protocol.TCP : Protocol.UDP;
    }
}
