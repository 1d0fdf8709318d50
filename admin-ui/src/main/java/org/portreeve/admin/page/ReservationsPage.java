package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import org.portreeve.admin.page.model.ConfirmModel;
import org.portreeve.admin.page.model.ReservationRow;
import org.portreeve.admin.page.model.ReservationsModel;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Pager;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Term;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.view.Listing;

/** The list of reservations, and deleting one. Event loop only. */
final class ReservationsPage {
    private static final String LIST = "/reservations";
    private static final String DELETE = "/reservations/:id/delete";

    private final Pages pages;

    ReservationsPage(Pages pages) {
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, LIST, Access.VIEW, this::list),
                new Route(HttpMethod.GET, DELETE, Access.EDIT, this::confirm),
                new Route(HttpMethod.POST, DELETE, Access.EDIT, this::delete));
    }

    private void list(Visit visit) {
        String text = visit.query("q").strip();
        var query =
                new ReservationQuery(Optional.empty(), text, Pages.offset(visit), Pages.PAGE_SIZE);
        visit.when(
                pages.reservations()
                        .list(query)
                        .thenCombine(
                                pages.desk().sizes(),
                                (found, sizes) -> model(visit, query, found, sizes.reservations())),
                model -> pages.show(visit, "reservations", model));
    }

    private ReservationsModel model(
            Visit visit, ReservationQuery query, Listing<ReservationView> found, int total) {
        long nowMillis = pages.nowMillis();
        List<ReservationRow> shown =
                found.items().stream().map(view -> ReservationRow.of(view, nowMillis)).toList();
        return new ReservationsModel(
                Pages.frame(visit, "Reservations", Section.RESERVATIONS),
                query.text(),
                total,
                shown,
                Pager.of(
                        LIST + "?q=" + Words.encoded(query.text()) + "&",
                        query.offset(),
                        shown.size(),
                        found.total(),
                        Pages.PAGE_SIZE));
    }

    private void confirm(Visit visit) {
        visit.when(
                pages.reservations().find(ReservationPage.id(visit)),
                found -> confirm(visit, found));
    }

    private void confirm(Visit visit, Optional<ReservationView> found) {
        if (found.isEmpty()) {
            Pages.nothingHere(visit);
            return;
        }
        var row = ReservationRow.of(found.get(), pages.nowMillis());
        var model =
                new ConfirmModel(
                        Pages.frame(visit, "Delete this reservation?", Section.RESERVATIONS),
                        List.of(
                                new Term("Protocol", row.protocol()),
                                new Term("External", row.external()),
                                new Term("Internal", row.internal()),
                                new Term("Subscriber", row.subscriber()),
                                new Term("Description", row.description())),
                        "Its port is no longer forwarded as soon as it is deleted, and others may"
                                + " get it after it has rested.",
                        row.href() + "/delete",
                        List.of(
                                new Term(
                                        "version",
                                        Long.toString(found.get().reservation().version()))),
                        "Delete reservation",
                        row.href());
        pages.show(visit, "confirm", model);
    }

    private void delete(Visit visit) {
        visit.when(
                pages.reservations()
                        .delete(
                                ReservationPage.id(visit),
                                ReservationPage.version(visit),
                                visit.user().name()),
                outcome -> answer(visit, outcome));
    }

    private static void answer(Visit visit, ReservationOutcome outcome) {
        switch (outcome) {
            case ReservationOutcome.Deleted _ -> visit.redirect(Done.RESERVATION_DELETED.at(LIST));
            case ReservationOutcome.Stale _ -> ReservationPage.stale(visit);
            case ReservationOutcome.NotKept(String reason) ->
                    ReservationPage.notKept(visit, reason);
            case ReservationOutcome.Saved _,
                    ReservationOutcome.Conflicting _,
                    ReservationOutcome.Invalid _ ->
                    throw new IllegalStateException("a deletion came to " + outcome);
        }
    }
}
