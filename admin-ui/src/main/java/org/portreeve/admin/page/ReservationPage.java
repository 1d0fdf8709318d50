package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import org.portreeve.admin.page.model.ReservationFields;
import org.portreeve.admin.page.model.ReservationFields.Reading;
import org.portreeve.admin.page.model.ReservationModel;
import org.portreeve.admin.page.model.ReservationModel.Check;
import org.portreeve.admin.page.model.ReservationRow;
import org.portreeve.admin.page.part.ConflictWords;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Notice;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.reservation.Preview;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.reservation.Resolution;

/**
 * The form of a reservation. What stands in the way is shown before anything is saved, with the
 * ways to go on; what is saved is what was checked. Event loop only.
 */
final class ReservationPage {
    private static final String LIST = "/reservations";
    private static final String NEW = "/reservations/new";
    private static final String ONE = "/reservations/:id";

    private final Pages pages;

    ReservationPage(Pages pages) {
        this.pages = pages;
    }

    /** The form as it came, and what it changes. Immutable. */
    private record Sent(Visit visit, ReservationFields fields, Optional<ReservationView> existing) {
        boolean isNew() {
            return existing.isEmpty();
        }

        OptionalLong replaced() {
            return existing.map(view -> OptionalLong.of(view.reservation().id()))
                    .orElse(OptionalLong.empty());
        }

        String action() {
            return existing.map(view -> LIST + "/" + view.reservation().id()).orElse(NEW);
        }
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, NEW, Access.EDIT, this::begin),
                new Route(HttpMethod.POST, NEW, Access.EDIT, this::receiveNew),
                new Route(HttpMethod.GET, ONE, Access.VIEW, this::open),
                new Route(HttpMethod.POST, ONE, Access.EDIT, this::receiveChange));
    }

    /** The id in the path; 0, which nothing has, for any other text. */
    static long id(Visit visit) {
        return number(visit.param("id"));
    }

    /** The version that the form was made of. */
    static long version(Visit visit) {
        return number(visit.form("version"));
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private void begin(Visit visit) {
        ReservationFields empty = ReservationFields.empty();
        var fields =
                new ReservationFields(
                        empty.protocol(), visit.query("internal-address"), "", "", "", "");
        form(new Sent(visit, fields, Optional.empty()), 200, List.of(), Optional.empty());
    }

    private void open(Visit visit) {
        visit.when(
                pages.reservations().find(id(visit)),
                found -> {
                    if (found.isEmpty()) {
                        Pages.nothingHere(visit);
                        return;
                    }
                    var fields = ReservationFields.of(found.get().reservation());
                    form(new Sent(visit, fields, found), 200, List.of(), Optional.empty());
                });
    }

    private void receiveNew(Visit visit) {
        receive(new Sent(visit, fields(visit), Optional.empty()));
    }

    private void receiveChange(Visit visit) {
        visit.when(
                pages.reservations().find(id(visit)),
                found -> {
                    if (found.filter(view -> view.reservation().version() == version(visit))
                            .isEmpty()) {
                        stale(visit);
                        return;
                    }
                    receive(new Sent(visit, fields(visit), found));
                });
    }

    private static ReservationFields fields(Visit visit) {
        return new ReservationFields(
                visit.form("protocol"),
                visit.form("internal-address"),
                visit.form("internal-port"),
                visit.form("external-address"),
                visit.form("external-port"),
                visit.form("description"));
    }

    private void receive(Sent sent) {
        switch (sent.fields().read()) {
            case Reading.Unreadable(List<FieldFault> faults) ->
                    form(sent, 422, faults, Optional.empty());
            case Reading.Meant(ReservationDraft draft) -> {
                Optional<Resolution> resolution = resolution(sent.visit());
                if (resolution.isPresent()) {
                    save(sent, draft, resolution.get());
                } else {
                    check(sent, draft);
                }
            }
        }
    }

    /** How to save; empty to look only. */
    private static Optional<Resolution> resolution(Visit visit) {
        return switch (visit.form("resolution")) {
            case "refuse" -> Optional.of(Resolution.REFUSE);
            case "wait" -> Optional.of(Resolution.WAIT);
            case "evict" -> Optional.of(Resolution.EVICT);
            default -> Optional.empty();
        };
    }

    private void check(Sent sent, ReservationDraft draft) {
        sent.visit()
                .when(
                        pages.reservations().preview(draft, sent.replaced()),
                        preview -> {
                            switch (preview) {
                                case Preview.Invalid(List<FieldFault> faults) ->
                                        form(sent, 422, faults, Optional.empty());
                                case Preview.Possible possible ->
                                        form(sent, 200, List.of(), check(draft, possible));
                            }
                        });
    }

    private Optional<Check> check(ReservationDraft draft, Preview.Possible possible) {
        String outcome =
                "Subscriber "
                        + Words.said(possible.subscriber())
                        + " gets "
                        + Words.endpoint(possible.externalIp(), draft.externalPort())
                        + " for "
                        + draft.internal()
                        + ".";
        return Optional.of(
                new Check(outcome, ConflictWords.all(possible.conflicts(), pages.nowMillis())));
    }

    private void save(Sent sent, ReservationDraft draft, Resolution resolution) {
        String editor = sent.visit().user().name();
        CompletionStage<ReservationOutcome> outcome =
                sent.isNew()
                        ? pages.reservations().create(draft, resolution, editor)
                        : pages.reservations()
                                .change(
                                        id(sent.visit()),
                                        version(sent.visit()),
                                        draft,
                                        resolution,
                                        editor);
        sent.visit().when(outcome, result -> answer(sent, result));
    }

    private void answer(Sent sent, ReservationOutcome outcome) {
        switch (outcome) {
            case ReservationOutcome.Saved(ReservationView view) ->
                    sent.visit()
                            .redirect(
                                    (view.isInForce()
                                                    ? Done.RESERVATION_IN_FORCE
                                                    : Done.RESERVATION_WAITS)
                                            .at(LIST));
            case ReservationOutcome.Conflicting(List<Conflict> conflicts) ->
                    form(
                            sent,
                            409,
                            List.of(),
                            Optional.of(
                                    new Check(
                                            "", ConflictWords.all(conflicts, pages.nowMillis()))));
            case ReservationOutcome.Invalid(List<FieldFault> faults) ->
                    form(sent, 422, faults, Optional.empty());
            case ReservationOutcome.Stale _ -> stale(sent.visit());
            case ReservationOutcome.NotKept(String reason) -> notKept(sent.visit(), reason);
            case ReservationOutcome.Deleted _ ->
                    throw new IllegalStateException("a change came to " + outcome);
        }
    }

    static void stale(Visit visit) {
        visit.fail(
                409,
                "Somebody else changed this reservation",
                "Nothing of yours was saved. Open the reservation again, look at what it says now,"
                        + " and repeat your change if it is still needed.");
    }

    static void notKept(Visit visit, String reason) {
        visit.fail(
                503,
                "The store did not keep this change",
                reason + " Nothing was changed. Try again when the store answers.");
    }

    private void form(Sent sent, int status, List<FieldFault> faults, Optional<Check> check) {
        Visit visit = sent.visit();
        String title = sent.replaced().isPresent() ? "Reservation " + id(visit) : "New reservation";
        Optional<Notice> notice =
                status == 409
                        ? Optional.of(
                                Notice.bad(
                                        "Nothing was saved: something changed since you checked."))
                        : Optional.empty();
        var frame = Pages.frame(visit, title, Optional.of(Section.RESERVATIONS), notice);
        long nowMillis = pages.nowMillis();
        pages.show(
                visit,
                status,
                "reservation",
                new ReservationModel(
                        frame,
                        sent.action(),
                        sent.existing().map(view -> view.reservation().version()).orElse(0L),
                        sent.fields(),
                        faults,
                        sent.existing().map(view -> ReservationRow.of(view, nowMillis)),
                        check));
    }
}
