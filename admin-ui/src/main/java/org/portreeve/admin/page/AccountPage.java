package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;
import org.portreeve.admin.page.model.AccountModel;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Term;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.LoginOutcome;
import org.portreeve.admin.security.PasswordOutcome;
import org.portreeve.admin.web.Entrance;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;

/** The reader's own password. Event loop only. */
final class AccountPage {
    private static final String PATH = "/account";

    private final Pages pages;
    private final Entrance entrance;

    AccountPage(Pages pages, Entrance entrance) {
        this.pages = pages;
        this.entrance = entrance;
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, PATH, Access.OWN, visit -> show(visit, 200, "")),
                new Route(HttpMethod.POST, PATH, Access.OWN, this::change));
    }

    private void change(Visit visit) {
        String wanted = visit.form("wanted");
        if (!wanted.equals(visit.form("again"))) {
            show(visit, 422, "The new password and its repetition differ. Write both again.");
            return;
        }
        visit.when(
                entrance.changePassword(visit, visit.form("present"), wanted),
                outcome -> {
                    switch (outcome) {
                        case PasswordOutcome.Changed _ ->
                                visit.redirect(Done.PASSWORD_CHANGED.at(PATH));
                        case PasswordOutcome.Unfit(String message) -> show(visit, 422, message);
                        case PasswordOutcome.Refused(LoginOutcome why) ->
                                show(visit, 422, refusal(why));
                    }
                });
    }

    private static String refusal(LoginOutcome why) {
        return switch (why) {
            case LoginOutcome.Throttled(long waitSeconds) ->
                    "Too many wrong passwords. Try again in " + Words.duration(waitSeconds) + ".";
            case LoginOutcome.Busy _ -> "Too many log-ins at once. Try again in a moment.";
            case LoginOutcome.Refused _, LoginOutcome.Accepted _ ->
                    "The present password is wrong. Nothing was changed.";
        };
    }

    private void show(Visit visit, int status, String fault) {
        var user = visit.user();
        var frame =
                Pages.frame(
                        visit, "Account", Optional.empty(), Done.read(visit.query(Done.PARAMETER)));
        var about =
                List.of(
                        new Term("Name", user.name()),
                        new Term("Role", Words.role(user.role())),
                        new Term("May", Words.permissions(user.role())));
        var model = new AccountModel(frame, about, user.mustChangePassword(), fault);
        pages.show(visit, status, "account", model);
    }
}
