package org.portreeve.admin.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.Principal;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;

/** The node itself, who is asking, and what happens. Event loop only. */
final class NodeCalls {
    private final Office office;

    NodeCalls(Office office) {
        this.office = office;
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/status",
                                Access.VIEW,
                                "Tells how the node is.",
                                this::status)
                        .answers(200, Shapes.STATUS),
                Operation.of(
                                HttpMethod.GET,
                                "/config",
                                Access.VIEW,
                                "Lists every configuration key with the value in force.",
                                this::config)
                        .answers(200, Shapes.CONFIG),
                Operation.of(
                        HttpMethod.POST,
                        "/announce",
                        Access.EDIT,
                        "Announces the external address to hosts on the inside links again.",
                        this::announce),
                Operation.of(
                                HttpMethod.GET,
                                "/session",
                                Access.OWN,
                                "Tells who is asking.",
                                NodeCalls::session)
                        .answers(200, Shapes.USER),
                Operation.of(
                                HttpMethod.GET,
                                "/events",
                                Access.VIEW,
                                "Server-sent events: status every few seconds, and mapping.",
                                visit -> Streaming.begin(office, visit))
                        .answers(200, "text/event-stream", Shapes.EVENT));
    }

    private void status(Visit visit) {
        visit.json(200, Views.status(office.services().facts().get()));
    }

    private void config(Visit visit) {
        var items = new JsonArray();
        office.services()
                .node()
                .configuration()
                .get()
                .forEach((key, value) ->
                        items.add(new JsonObject().put("key", key).put("value", value)));
        visit.json(200, new JsonObject().put("items", items));
    }

    private void announce(Visit visit) {
        visit.when(office.staffDesk().announce(visit.user()), _ -> visit.noContent());
    }

    private static void session(Visit visit) {
        Principal principal = visit.user();
        visit.json(
                200,
                new JsonObject()
                        .put("name", principal.name())
                        .put("role", Shapes.word(principal.role()))
                        .put("mustChangePassword", principal.mustChangePassword()));
    }
}
