package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.SubscriberDrainOutcome;

/** Subscribers: let them have no new mappings, and let them again. Event loop only. */
final class SubscriberDrainCalls {
    private final Office office;

    SubscriberDrainCalls(Office office) {
        this.office = office;
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/subscriber-drains",
                                Access.VIEW,
                                "Lists subscribers that get no new mappings.",
                                this::list)
                        .answers(200, Shapes.SUBSCRIBER_DRAINS),
                Operation.of(
                                HttpMethod.POST,
                                "/subscriber-drains",
                                Access.EDIT,
                                "Lets a subscriber have no new mapping; what it has ends by its"
                                        + " timers, or now.",
                                this::drain)
                        .takes(Shapes.SUBSCRIBER_DRAIN_WISH),
                Operation.of(
                                HttpMethod.DELETE,
                                "/subscriber-drains/:subscriber",
                                Access.EDIT,
                                "Lets a subscriber have mappings again.",
                                this::end)
                        .with(
                                always(
                                        "subscriber",
                                        Shapes.LINE,
                                        "The id of the subscriber, or an address of it.")));
    }

    private void list(Visit visit) {
        visit.when(
                office.services().desk().subscriberDrains(),
                drains ->
                        visit.json(
                                200,
                                new JsonObject()
                                        .put("items", Views.list(drains, Views::subscriberDrain))));
    }

    private void drain(Visit visit) {
        JsonObject wish = visit.json().orElseThrow();
        String subscriber = wish.getString("subscriber");
        DrainMode mode = wish.getBoolean("cut", false) ? DrainMode.CUT : DrainMode.WAIT;
        visit.when(
                office.staffDesk().drainSubscriber(visit.user(), subscriber, mode),
                outcome -> answer(visit, outcome, subscriber));
    }

    private void end(Visit visit) {
        String subscriber = visit.param("subscriber");
        visit.when(
                office.staffDesk().endSubscriberDrain(visit.user(), subscriber),
                outcome -> answer(visit, outcome, subscriber));
    }

    private static void answer(Visit visit, SubscriberDrainOutcome outcome, String subscriber) {
        switch (outcome) {
            case DONE -> visit.noContent();
            case UNKNOWN_SUBSCRIBER ->
                    visit.fail(404, "No such subscriber", "Nobody is called " + subscriber + ".");
            case NOT_DRAINED -> visit.fail(404, "No such drain", subscriber + " is not drained.");
            case TOO_MANY ->
                    visit.fail(
                            409,
                            "Too many",
                            "As many subscribers are drained as may be. End the drain of another"
                                    + " one first.");
            case NOT_RECORDED ->
                    visit.fail(
                            503,
                            "Not recorded",
                            "The journal does not keep records at the moment, so nothing was"
                                    + " changed. Look at its disk and ask again.");
        }
    }
}
