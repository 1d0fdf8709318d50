package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.portreeve.admin.page.model.MappingRow;
import org.portreeve.admin.page.model.ReleaseModel;
import org.portreeve.admin.page.model.RequestRow;
import org.portreeve.admin.page.model.ReservationRow;
import org.portreeve.admin.page.model.SubscriberModel;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;

/** One subscriber, and releasing an address of it. Event loop only. */
final class SubscriberPage {
    private static final String ONE = "/subscribers/:id";
    private static final String RELEASE = "/subscribers/:id/release";
    private static final String SINGLE = "/32";

    private final Pages pages;

    SubscriberPage(Pages pages) {
        this.pages = pages;
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, ONE, Access.VIEW, this::open),
                new Route(HttpMethod.GET, RELEASE, Access.EDIT, this::confirm),
                new Route(HttpMethod.POST, RELEASE, Access.EDIT, this::release));
    }

    private void open(Visit visit) {
        find(visit, view -> open(visit, view));
    }

    private void find(Visit visit, Consumer<SubscriberView> next) {
        visit.when(
                pages.desk().subscriber(visit.param("id")),
                found -> found.ifPresentOrElse(next, () -> Pages.nothingHere(visit)));
    }

    /** What a subscriber has. Immutable. */
    private record Belongings(
            Listing<MappingView> mappings,
            Listing<ReservationView> reservations,
            List<RequestEntry> requests) {}

    private void open(Visit visit, SubscriberView view) {
        var query =
                new MappingQuery(
                        Optional.of(view.id()),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        EnumSet.noneOf(MappingOrigin.class),
                        "",
                        0,
                        Pages.PAGE_SIZE);
        visit.when(
                pages.desk()
                        .mappings(query)
                        .thenCombine(
                                pages.reservations().list(ReservationQuery.ofSubscriber(view.id())),
                                Map::entry)
                        .thenCombine(
                                pages.desk().requests(view.id()),
                                (both, requests) ->
                                        new Belongings(both.getKey(), both.getValue(), requests)),
                belongings -> pages.show(visit, "subscriber", model(visit, view, belongings)));
    }

    private SubscriberModel model(Visit visit, SubscriberView view, Belongings belongings) {
        long nowMillis = pages.nowMillis();
        return SubscriberModel.of(
                Pages.frame(visit, Words.said(view.id()), Section.SUBSCRIBERS),
                view,
                belongings.mappings().items().stream()
                        .map(mapping -> MappingRow.of(mapping, nowMillis))
                        .toList(),
                belongings.mappings().total(),
                belongings.reservations().items().stream()
                        .map(reservation -> ReservationRow.of(reservation, nowMillis))
                        .toList(),
                belongings.requests().stream()
                        .map(request -> RequestRow.of(request, nowMillis))
                        .toList());
    }

    private void confirm(Visit visit) {
        find(visit, view -> ask(visit, 200, view, onlyAddress(view), ""));
    }

    private static String onlyAddress(SubscriberView view) {
        String first = view.prefixes().getFirst();
        return view.prefixes().size() == 1 && first.endsWith(SINGLE)
                ? first.substring(0, first.length() - SINGLE.length())
                : "";
    }

    private void release(Visit visit) {
        find(visit, view -> release(visit, view));
    }

    private void release(Visit visit, SubscriberView view) {
        String typed = visit.form("address").strip();
        OptionalInt ip = Ipv4.parse(typed);
        boolean isOwn =
                ip.isPresent()
                        && view.prefixes().stream()
                                .map(Prefix::parse)
                                .flatMap(Optional::stream)
                                .anyMatch(prefix -> prefix.contains(ip.getAsInt()));
        if (!isOwn) {
            ask(visit, 422, view, typed, "Write an internal address of this subscriber.");
            return;
        }
        visit.when(
                pages.office().staffDesk().release(visit.user(), ip.getAsInt()),
                ended ->
                        visit.redirect(
                                (ended > 0 ? Done.ADDRESS_RELEASED : Done.NOTHING_TO_RELEASE)
                                        .at(path(view))));
    }

    private void ask(Visit visit, int status, SubscriberView view, String address, String fault) {
        var model =
                new ReleaseModel(
                        Pages.frame(visit, "Release an address", Section.SUBSCRIBERS),
                        Words.said(view.id()),
                        String.join(", ", view.prefixes()),
                        address,
                        path(view) + "/release",
                        path(view),
                        fault);
        pages.show(visit, status, "release", model);
    }

    private static String path(SubscriberView view) {
        return "/subscribers/" + Words.encoded(view.id());
    }
}
