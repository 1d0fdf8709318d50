package org.portreeve.admin.page.model;

import java.util.List;
import org.portreeve.admin.page.part.Choice;
import org.portreeve.admin.page.part.Frame;
import org.portreeve.admin.page.part.Words;
import org.portreeve.control.store.User;

/**
 * Who may log in. Immutable.
 *
 * @param name as typed before
 * @param roles to choose from for a new user
 * @param fault why a user was not added; empty when none was refused
 */
public record UsersModel(
        Frame frame, List<Row> rows, String name, List<Choice> roles, String fault) {
    /** Takes copies of the lists. */
    public UsersModel {
        rows = List.copyOf(rows);
        roles = List.copyOf(roles);
    }

    /**
     * A user in a table. Immutable.
     *
     * @param isReader whether it is who reads the page, who cannot delete itself
     */
    public record Row(String name, String role, boolean mustChangePassword, boolean isReader) {
        /** The row of a user. */
        public static Row of(User user, String reader) {
            return new Row(
                    user.name(),
                    Words.role(user.role()),
                    user.mustChangePassword(),
                    user.name().equals(reader));
        }

        /** Where this user is deleted. */
        public String deleteHref() {
            return "/users/" + Words.encoded(name) + "/delete";
        }
    }
}
