package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.portreeve.admin.page.model.LoginModel;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.LoginOutcome;
import org.portreeve.admin.web.Entrance;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;

/** Coming in and going out. Event loop only. */
final class LoginPage {
    private static final String PATH = "/login";

    private final Pages pages;
    private final Entrance entrance;

    LoginPage(Pages pages, Entrance entrance) {
        this.pages = pages;
        this.entrance = entrance;
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, PATH, Access.PUBLIC, this::ask),
                new Route(HttpMethod.POST, PATH, Access.PUBLIC, this::logIn),
                new Route(HttpMethod.POST, "/logout", Access.OWN, this::logOut));
    }

    private void ask(Visit visit) {
        if (visit.visitor().isPresent()) {
            visit.redirect("/");
            return;
        }
        show(visit, 200, "", visit.query("next"), "");
    }

    private void logIn(Visit visit) {
        String name = visit.form("name").strip().toLowerCase(Locale.ROOT);
        visit.when(
                entrance.logIn(visit, name, visit.form("password")),
                outcome -> answer(visit, name, outcome));
    }

    private void answer(Visit visit, String name, LoginOutcome outcome) {
        String next = visit.form("next");
        switch (outcome) {
            case LoginOutcome.Accepted(var principal, _) ->
                    visit.redirect(principal.mustChangePassword() ? "/account" : onward(next));
            case LoginOutcome.Refused _ ->
                    show(
                            visit,
                            401,
                            name,
                            next,
                            "Name and password do not belong together. Check both; after some"
                                    + " wrong ones there is a pause.");
            case LoginOutcome.Throttled(long waitSeconds) ->
                    show(
                            visit,
                            429,
                            name,
                            next,
                            "Too many wrong passwords. Try again in "
                                    + Words.duration(waitSeconds)
                                    + ".");
            case LoginOutcome.Busy _ ->
                    show(
                            visit,
                            503,
                            name,
                            next,
                            "Too many log-ins at once. Try again in a moment.");
        }
    }

    private void show(Visit visit, int status, String name, String next, String fault) {
        var frame =
                Pages.frame(
                        visit, "Log in", Optional.empty(), Done.read(visit.query(Done.PARAMETER)));
        pages.show(visit, status, "login", new LoginModel(frame, name, next, fault));
    }

    /** Only a path of this site: what follows a log-in must not be another site's page. */
    private static String onward(String next) {
        return next.matches("/[A-Za-z0-9/_.%-]*") && !next.startsWith("//") ? next : "/";
    }

    private void logOut(Visit visit) {
        visit.when(entrance.logOut(visit), _ -> visit.redirect(Done.LOGGED_OUT.at(PATH)));
    }
}
