package org.portreeve.admin.api;

import static org.portreeve.admin.api.Field.always;
import static org.portreeve.admin.api.Field.maybe;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Stream;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.Accounts;
import org.portreeve.admin.security.UserOutcome;
import org.portreeve.admin.security.UserWish;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.store.User;

/** Users and what they did. Event loop only. */
final class StaffCalls {
    private static final Field NAME = always("name", Shapes.LINE, "The user's name.");
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final Office office;
    private final Accounts accounts;

    StaffCalls(Office office) {
        this.office = office;
        this.accounts = office.accounts();
    }

    List<Operation> operations() {
        return List.of(
                Operation.of(
                                HttpMethod.GET,
                                "/audit",
                                Access.AUDIT,
                                "Lists who did what, latest first.",
                                this::audit)
                        .with(
                                maybe("beforeMillis", Shapes.COUNT, "Only earlier entries."),
                                maybe(
                                        "limit",
                                        new Kind.Whole(1, MAX_LIMIT),
                                        "Entries at most; usually " + USUAL_LIMIT + "."))
                        .answers(200, Shapes.AUDIT),
                Operation.of(
                                HttpMethod.GET,
                                "/users",
                                Access.ADMIN,
                                "Lists who may log in.",
                                this::users)
                        .answers(200, Shapes.USERS),
                Operation.of(
                                HttpMethod.PUT,
                                "/users/:name",
                                Access.ADMIN,
                                "Adds or changes a user; the user's sessions are void then.",
                                this::put)
                        .with(NAME)
                        .takes(Shapes.USER_WISH)
                        .answers(200, Shapes.USER),
                Operation.of(
                                HttpMethod.DELETE,
                                "/users/:name",
                                Access.ADMIN,
                                "Deletes a user, but not the last who may change users.",
                                this::delete)
                        .with(NAME));
    }

    private void audit(Visit visit) {
        String before = visit.query("beforeMillis");
        visit.when(
                office.audits()
                        .latest(
                                before.isEmpty() ? Long.MAX_VALUE : Long.parseLong(before),
                                Numbers.read(visit.query("limit")).orElse(USUAL_LIMIT)),
                entries ->
                        visit.json(
                                200,
                                new JsonObject()
                                        .put("items", Views.list(entries, Views::auditEntry))));
    }

    private void users(Visit visit) {
        visit.json(200, new JsonObject().put("items", Views.list(accounts.all(), Views::user)));
    }

    private void put(Visit visit) {
        JsonObject body = visit.json().orElseThrow();
        User.Role role =
                Stream.of(User.Role.values())
                        .filter(each -> Shapes.word(each).equals(body.getString("role")))
                        .findFirst()
                        .orElseThrow();
        var wish = new UserWish(visit.param("name"), role, body.getString("password", ""));
        visit.when(accounts.put(visit.user(), wish), outcome -> answer(visit, outcome));
    }

    private void delete(Visit visit) {
        visit.when(
                accounts.delete(visit.user(), visit.param("name")),
                outcome -> answer(visit, outcome));
    }

    private static void answer(Visit visit, UserOutcome outcome) {
        switch (outcome) {
            case UserOutcome.Saved(User user) -> visit.json(200, Views.user(user));
            case UserOutcome.Deleted _ -> visit.noContent();
            case UserOutcome.Unknown _ ->
                    visit.fail(
                            404,
                            "No such user",
                            "Nobody is called \"" + visit.param("name") + "\".");
            case UserOutcome.Invalid(String field, String message) ->
                    visit.problem(
                            422,
                            "This user cannot be",
                            message,
                            Fault.members(List.of(new Fault(field, message))));
            case UserOutcome.LastAdmin _ ->
                    visit.fail(
                            409,
                            "The last administrator",
                            "Nobody would be left who may change users; make another ADMIN"
                                    + " first.");
        }
    }
}
