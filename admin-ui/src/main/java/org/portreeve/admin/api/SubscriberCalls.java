package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;
import static org.portreeve.admin.api.Field.maybe;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Consumer;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.SubscriberQuery;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.Ipv4;

/** Subscribers: look, and give an address up. Event loop only. */
final class SubscriberCalls {
    private static final int USUAL_LIMIT = 50;

    private final Office office;
    private final Desk desk;

    SubscriberCalls(Office office) {
        this.office = office;
        this.desk = office.services().desk();
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/subscribers",
                                Access.VIEW,
                                "Lists named subscribers, and others that have something here.",
                                this::list)
                        .with(
                                maybe(
                                        "text",
                                        Shapes.LINE,
                                        "Part of an id or profile, or an internal address."),
                                maybe("offset", Shapes.OFFSET, "Matches to leave out first."),
                                maybe(
                                        "limit",
                                        new Kind.Whole(1, SubscriberQuery.MAX_LIMIT),
                                        "Matches to return at most; usually " + USUAL_LIMIT + "."))
                        .answers(200, Shapes.SUBSCRIBERS),
                Operation.of(
                                HttpMethod.GET,
                                "/subscribers/:id",
                                Access.VIEW,
                                "Shows a subscriber and how much of its quota it uses.",
                                this::show)
                        .with(always("id", Shapes.LINE, "Its configured name, or its address."))
                        .answers(200, Shapes.SUBSCRIBER),
                Operation.of(
                                HttpMethod.GET,
                                "/subscribers/:id/requests",
                                Access.VIEW,
                                "Lists the last requests of a subscriber and what they were told.",
                                this::requests)
                        .with(always("id", Shapes.LINE, "Its configured name, or its address."))
                        .answers(200, Shapes.REQUESTS),
                Operation.of(
                                HttpMethod.POST,
                                "/subscribers/release",
                                Access.EDIT,
                                "Ends all leases of an internal address that was given up.",
                                this::release)
                        .takes(Shapes.RELEASE)
                        .answers(200, Shapes.RELEASED));
    }

    private void list(Visit visit) {
        var query =
                new SubscriberQuery(
                        visit.query("text"),
                        Numbers.read(visit.query("offset")).orElse(0),
                        Numbers.read(visit.query("limit")).orElse(USUAL_LIMIT));
        visit.when(
                desk.subscribers(query),
                listing ->
                        visit.json(
                                200,
                                new JsonObject()
                                        .put(
                                                "items",
                                                Views.list(listing.items(), Views::subscriber))
                                        .put("total", listing.total())));
    }

    private void show(Visit visit) {
        find(visit, subscriber -> visit.json(200, Views.subscriber(subscriber)));
    }

    private void requests(Visit visit) {
        find(
                visit,
                subscriber ->
                        visit.when(
                                desk.requests(subscriber.id()),
                                requests ->
                                        visit.json(
                                                200,
                                                new JsonObject()
                                                        .put(
                                                                "items",
                                                                Views.list(
                                                                        requests,
                                                                        Views::request)))));
    }

    private void find(Visit visit, Consumer<SubscriberView> next) {
        String id = visit.param("id");
        visit.when(
                desk.subscriber(id),
                found ->
                        found.ifPresentOrElse(
                                next,
                                () ->
                                        visit.fail(
                                                404,
                                                "No such subscriber",
                                                "Nobody is called \"" + id + "\".")));
    }

    private void release(Visit visit) {
        int internalIp = Ipv4.of(visit.json().orElseThrow().getString("address"));
        visit.when(
                office.staffDesk().release(visit.user(), internalIp),
                count -> visit.json(200, new JsonObject().put("leasesEnded", count)));
    }
}
