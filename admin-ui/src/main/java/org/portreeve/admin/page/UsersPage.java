package org.portreeve.admin.page;

import io.vertx.core.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.portreeve.admin.page.model.ConfirmModel;
import org.portreeve.admin.page.model.UsersModel;
import org.portreeve.admin.page.part.Choice;
import org.portreeve.admin.page.part.Done;
import org.portreeve.admin.page.part.Section;
import org.portreeve.admin.page.part.Term;
import org.portreeve.admin.page.part.Words;
import org.portreeve.admin.security.Access;
import org.portreeve.admin.security.Accounts;
import org.portreeve.admin.security.UserOutcome;
import org.portreeve.admin.security.UserWish;
import org.portreeve.admin.web.Route;
import org.portreeve.admin.web.Visit;
import org.portreeve.control.store.User;
import org.portreeve.control.store.User.Role;

/** Who may log in. Event loop only. */
final class UsersPage {
    private static final String LIST = "/users";
    private static final String DELETE = "/users/:name/delete";

    private final Pages pages;
    private final Accounts accounts;

    UsersPage(Pages pages) {
        this.pages = pages;
        this.accounts = pages.office().accounts();
    }

    List<Route> routes() {
        return List.of(
                new Route(HttpMethod.GET, LIST, Access.ADMIN, visit -> list(visit, 200, "")),
                new Route(HttpMethod.POST, LIST, Access.ADMIN, this::add),
                new Route(HttpMethod.GET, DELETE, Access.ADMIN, this::confirm),
                new Route(HttpMethod.POST, DELETE, Access.ADMIN, this::delete));
    }

    private void list(Visit visit, int status, String fault) {
        String reader = visit.user().name();
        Role chosen = role(visit.form("role")).orElse(Role.VIEWER);
        var model =
                new UsersModel(
                        Pages.frame(visit, "Users", Section.USERS),
                        accounts.all().stream()
                                .map(user -> UsersModel.Row.of(user, reader))
                                .toList(),
                        visit.form("name"),
                        Arrays.stream(Role.values()).map(role -> choice(role, chosen)).toList(),
                        fault);
        pages.show(visit, status, "users", model);
    }

    private static Choice choice(Role role, Role chosen) {
        String label = Words.role(role) + ": " + Words.permissions(role);
        return new Choice(Words.role(role), label, role == chosen);
    }

    private static Optional<Role> role(String text) {
        return Arrays.stream(Role.values())
                .filter(role -> Words.role(role).equals(text))
                .findFirst();
    }

    private void add(Visit visit) {
        String name = visit.form("name").strip().toLowerCase(Locale.ROOT);
        Optional<Role> role = role(visit.form("role"));
        if (role.isEmpty()) {
            list(visit, 422, "Choose a role.");
        } else if (accounts.find(name).isPresent()) {
            list(visit, 422, "There is a user of this name already. Choose another name.");
        } else if (visit.form("password").isEmpty()) {
            list(visit, 422, "A new user needs a first password.");
        } else {
            var wish = new UserWish(name, role.get(), visit.form("password"));
            visit.when(accounts.put(visit.user(), wish), outcome -> answer(visit, outcome));
        }
    }

    private void confirm(Visit visit) {
        Optional<User> user = accounts.find(visit.param("name"));
        if (user.isEmpty()) {
            Pages.nothingHere(visit);
            return;
        }
        String name = user.get().name();
        var model =
                new ConfirmModel(
                        Pages.frame(visit, "Delete this user?", Section.USERS),
                        List.of(
                                new Term("Name", name),
                                new Term("Role", Words.role(user.get().role()))),
                        "The user is logged out at once. What the audit says of the user stays.",
                        "/users/" + Words.encoded(name) + "/delete",
                        List.of(),
                        "Delete user",
                        LIST);
        pages.show(visit, "confirm", model);
    }

    private void delete(Visit visit) {
        String name = visit.param("name");
        if (name.equals(visit.user().name())) {
            list(visit, 422, "You cannot delete yourself. Another admin can.");
            return;
        }
        visit.when(accounts.delete(visit.user(), name), outcome -> answer(visit, outcome));
    }

    private void answer(Visit visit, UserOutcome outcome) {
        switch (outcome) {
            case UserOutcome.Saved _ -> visit.redirect(Done.USER_ADDED.at(LIST));
            case UserOutcome.Deleted _ -> visit.redirect(Done.USER_DELETED.at(LIST));
            case UserOutcome.Unknown _ -> Pages.nothingHere(visit);
            case UserOutcome.Invalid(String _, String message) -> list(visit, 422, message);
            case UserOutcome.LastAdmin _ ->
                    list(
                            visit,
                            422,
                            "This is the last admin. Make another one first, or nobody could"
                                    + " change users.");
        }
    }
}
