package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.nat.Ipv4;

/** External addresses: take them out of use, and put them back. Event loop only. */
final class DrainCalls {
    private final Office office;

    DrainCalls(Office office) {
        this.office = office;
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/drains",
                                Access.VIEW,
                                "Lists external addresses that new subscribers do not get.",
                                this::list)
                        .answers(200, Shapes.DRAINS),
                Operation.of(
                                HttpMethod.POST,
                                "/drains",
                                Access.EDIT,
                                "Takes an external address out of use, or changes how long it"
                                        + " rests.",
                                this::drain)
                        .takes(Shapes.DRAIN_WISH),
                Operation.of(
                                HttpMethod.DELETE,
                                "/drains/:address",
                                Access.EDIT,
                                "Puts an external address back into use.",
                                this::end)
                        .with(always("address", Shapes.ADDRESS, "The external address.")));
    }

    private void list(Visit visit) {
        visit.when(
                office.services().desk().drains(),
                drains ->
                        visit.json(
                                200,
                                new JsonObject().put("items", Views.list(drains, Views::drain))));
    }

    private void drain(Visit visit) {
        JsonObject wish = visit.json().orElseThrow();
        String address = wish.getString("address");
        long restSeconds = wish.getLong("restSeconds", 0L);
        visit.when(
                office.staffDesk().drain(visit.user(), Ipv4.of(address), restSeconds),
                outcome -> answer(visit, outcome, address));
    }

    private void end(Visit visit) {
        String address = visit.param("address");
        visit.when(
                office.staffDesk().endDrain(visit.user(), Ipv4.of(address)),
                outcome -> answer(visit, outcome, address));
    }

    private static void answer(Visit visit, DrainOutcome outcome, String address) {
        switch (outcome) {
            case DONE -> visit.noContent();
            case UNKNOWN_ADDRESS ->
                    visit.fail(404, "No such address", address + " is not in the pool.");
            case NOT_DRAINED -> visit.fail(404, "No such drain", address + " is in use already.");
            case LAST_ADDRESS ->
                    visit.fail(
                            409,
                            "The last address",
                            "Without "
                                    + address
                                    + " new subscribers would have no external address. Put"
                                    + " another one back into use first.");
            case POOL_CHANGING ->
                    visit.fail(
                            503,
                            "The pool is changing",
                            "A reload is changing the addresses of the pool. Ask again.");
            case NOT_RECORDED ->
                    visit.fail(
                            503,
                            "Not recorded",
                            "The journal does not keep records at the moment, so nothing was"
                                    + " changed. Look at its disk and ask again.");
        }
    }
}
