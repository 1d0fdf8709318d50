package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;
import static org.portreeve.admin.api.Field.maybe;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.reservation.Preview;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;

/** Reservations: look, try, make, change, delete. Event loop only. */
final class ReservationCalls {
    private static final Field ID = always("id", Shapes.ID, "The reservation's id.");
    private static final Field ON_CONFLICT =
            maybe(
                    "onConflict",
                    new Kind.Choice(Stream.of(Resolution.values()).map(Shapes::word).toList()),
                    "refuse (as without it), evict leases in the way, or save and wait.");

    private final Reservations reservations;

    ReservationCalls(Office office) {
        this.reservations = office.services().reservations();
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/reservations",
                                Access.VIEW,
                                "Lists reservations, by id.",
                                this::list)
                        .with(
                                maybe("subscriber", Shapes.LINE, "A subscriber's whole id."),
                                maybe("text", Shapes.LINE, "Part of what is shown."),
                                maybe("offset", Shapes.OFFSET, "Matches to leave out first."),
                                maybe(
                                        "limit",
                                        new Kind.Whole(1, ReservationQuery.MAX_LIMIT),
                                        "Matches to return at most; usually "
                                                + ReservationQuery.MAX_LIMIT
                                                + "."))
                        .answers(200, Shapes.RESERVATIONS),
                Operation.of(
                                HttpMethod.POST,
                                "/reservations",
                                Access.EDIT,
                                "Makes a reservation.",
                                this::create)
                        .with(ON_CONFLICT)
                        .takes(Shapes.RESERVATION_DRAFT)
                        .answers(201, Shapes.RESERVATION),
                Operation.of(
                                HttpMethod.POST,
                                "/reservations/preview",
                                Access.EDIT,
                                "Tells what saving a reservation would meet; changes nothing.",
                                this::preview)
                        .with(maybe("replaces", Shapes.ID, "The reservation that it would change."))
                        .takes(Shapes.RESERVATION_DRAFT)
                        .answers(200, Shapes.PREVIEW),
                Operation.of(
                                HttpMethod.GET,
                                "/reservations/:id",
                                Access.VIEW,
                                "Shows a reservation.",
                                this::show)
                        .with(ID)
                        .answers(200, Shapes.RESERVATION),
                Operation.of(
                                HttpMethod.PUT,
                                "/reservations/:id",
                                Access.EDIT,
                                "Changes a reservation.",
                                this::change)
                        .with(ID, ON_CONFLICT)
                        .versioned()
                        .takes(Shapes.RESERVATION_DRAFT)
                        .answers(200, Shapes.RESERVATION),
                Operation.of(
                                HttpMethod.DELETE,
                                "/reservations/:id",
                                Access.EDIT,
                                "Deletes a reservation.",
                                this::delete)
                        .with(ID)
                        .versioned());
    }

    private void list(Visit visit) {
        String subscriber = visit.query("subscriber");
        var query =
                new ReservationQuery(
                        subscriber.isEmpty() ? Optional.empty() : Optional.of(subscriber),
                        visit.query("text"),
                        Numbers.read(visit.query("offset")).orElse(0),
                        Numbers.read(visit.query("limit")).orElse(ReservationQuery.MAX_LIMIT));
        visit.when(
                reservations.list(query),
                found ->
                        visit.json(
                                200,
                                new JsonObject()
                                        .put("items", Views.list(found.items(), Views::reservation))
                                        .put("total", found.total())));
    }

    private void show(Visit visit) {
        long id = id(visit);
        visit.when(
                reservations.find(id),
                found ->
                        found.ifPresentOrElse(
                                view -> show(visit, 200, view), () -> notFound(visit, id)));
    }

    private static void show(Visit visit, int status, ReservationView view) {
        visit.answerHeader("ETag", Operation.tag(view.reservation().version()))
                .json(status, Views.reservation(view));
    }

    private void preview(Visit visit) {
        String replaces = visit.query("replaces");
        OptionalLong replaced =
                replaces.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Long.parseLong(replaces));
        visit.when(
                reservations.preview(draft(visit), replaced),
                preview -> {
                    switch (preview) {
                        case Preview.Possible possible -> visit.json(200, preview(possible));
                        case Preview.Invalid(List<FieldFault> faults) -> invalid(visit, faults);
                    }
                });
    }

    private static JsonObject preview(Preview.Possible possible) {
        return new JsonObject()
                .put("subscriber", possible.subscriber())
                .put("externalAddress", Ipv4.format(possible.externalIp()))
                .put("conflicts", Views.list(possible.conflicts(), ConflictViews::conflict));
    }

    private void create(Visit visit) {
        visit.when(
                reservations.create(draft(visit), resolution(visit), visit.user().name()),
                outcome -> answer(visit, 201, outcome));
    }

    private void change(Visit visit) {
        visit.when(
                reservations.change(
                        id(visit),
                        Operation.version(visit),
                        draft(visit),
                        resolution(visit),
                        visit.user().name()),
                outcome -> answer(visit, 200, outcome));
    }

    private void delete(Visit visit) {
        visit.when(
                reservations.delete(id(visit), Operation.version(visit), visit.user().name()),
                outcome -> answer(visit, 204, outcome));
    }

    private static void answer(Visit visit, int success, ReservationOutcome outcome) {
        switch (outcome) {
            case ReservationOutcome.Saved(ReservationView view) -> {
                if (success == 201) {
                    visit.answerHeader(
                            "Location",
                            Operation.ROOT + "/reservations/" + view.reservation().id());
                }
                show(visit, success, view);
            }
            case ReservationOutcome.Deleted _ -> visit.noContent();
            case ReservationOutcome.Conflicting(List<Conflict> conflicts) ->
                    visit.problem(
                            409,
                            "Something stands in the way",
                            "Nothing was changed; see conflicts. onConflict=evict ends leases in"
                                    + " the way, onConflict=wait saves and waits.",
                            new JsonObject()
                                    .put(
                                            "conflicts",
                                            Views.list(conflicts, ConflictViews::conflict)));
            case ReservationOutcome.Invalid(List<FieldFault> faults) -> invalid(visit, faults);
            case ReservationOutcome.Stale(long id) ->
                    visit.fail(
                            412,
                            "Changed meanwhile",
                            "Reservation "
                                    + id
                                    + " is gone or was changed since that version; look again.");
            case ReservationOutcome.NotKept(String reason) ->
                    visit.fail(503, "The store could not keep it", reason);
        }
    }

    private static void invalid(Visit visit, List<FieldFault> faults) {
        visit.problem(
                422,
                "This cannot be reserved",
                "Some fields hold what is not allowed; see faults.",
                Fault.members(
                        faults.stream()
                                .map(fault -> new Fault(camelCase(fault.field()), fault.message()))
                                .toList()));
    }

    /** {@code external-port} is {@code externalPort} in JSON. */
    private static String camelCase(String dashed) {
        String[] words = dashed.split("-", -1);
        return words[0]
                + Arrays.stream(words)
                        .skip(1)
                        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                        .reduce("", String::concat);
    }

    private static void notFound(Visit visit, long id) {
        visit.fail(404, "No such reservation", "There is no reservation " + id + ".");
    }

    private static ReservationDraft draft(Visit visit) {
        JsonObject body = visit.json().orElseThrow();
        return new ReservationDraft(
                InternalTuple.of(
                        MappingCalls.protocol(body.getString("protocol")),
                        Ipv4.of(body.getString("internalAddress")),
                        body.getInteger("internalPort")),
                Ipv4.parse(body.getString("externalAddress", "")),
                body.getInteger("externalPort"),
                body.getString("description", ""));
    }

    private static Resolution resolution(Visit visit) {
        String word = visit.query("onConflict");
        return Stream.of(Resolution.values())
                .filter(resolution -> Shapes.word(resolution).equals(word))
                .findFirst()
                .orElse(Resolution.REFUSE);
    }

    private static long id(Visit visit) {
        return Long.parseLong(visit.param("id"));
    }
}
