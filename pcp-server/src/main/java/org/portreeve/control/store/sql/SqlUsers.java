package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.User;
import org.portreeve.control.store.UserStore;

/** Users in SQL. Any thread. */
final class SqlUsers implements UserStore {
    private static final String SELECT =
            """
            SELECT name, password_hash, role, must_change_password, version FROM staff
            WHERE is_deleted = FALSE
            """;

    private static final String INSERT =
            """
            INSERT INTO staff
                (password_hash, role, must_change_password, name, is_deleted, version)
            VALUES (?, ?, ?, ?, FALSE, 1)
            """;

    private static final String UPDATE =
            """
            UPDATE staff SET password_hash = ?, role = ?, must_change_password = ?,
                is_deleted = FALSE, version = version + 1
            WHERE name = ?
            """;

    private static final String DELETE =
            """
            UPDATE staff SET password_hash = '', is_deleted = TRUE, version = version + 1
            WHERE name = ? AND is_deleted = FALSE
            """;

    private final Transactions transactions;

    SqlUsers(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<User> all() throws StoreException {
        return transactions.read(
                "read the users",
                connection -> {
                    try (PreparedStatement select =
                            connection.prepareStatement(SELECT + " ORDER BY name")) {
                        return users(select.executeQuery());
                    }
                });
    }

    private static List<User> users(ResultSet rows) throws SQLException {
        List<User> users = new ArrayList<>();
        while (rows.next()) {
            users.add(
                    new User(
                            rows.getString(1),
                            rows.getString(2),
                            User.Role.valueOf(rows.getString(3)),
                            rows.getBoolean(4),
                            rows.getLong(5)));
        }
        return users;
    }

    @Override
    public Optional<User> find(String name) throws StoreException {
        return transactions.read("read a user", connection -> find(connection, name));
    }

    private static Optional<User> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT + " AND name = ?")) {
            select.setString(1, name);
            return users(select.executeQuery()).stream().findFirst();
        }
    }

    @Override
    public User put(User user) throws StoreException {
        Optional<User> added = transactions.changeUnlessTaken("add a user", putting(user));
        // Somebody added the same name at the same time: now it is there to be replaced.
        return added.isPresent()
                ? added.get()
                : transactions.change("change a user", putting(user));
    }

    private static Transactions.Work<User> putting(User user) {
        return connection -> {
            if (!write(connection, UPDATE, user)) {
                write(connection, INSERT, user);
            }
            return find(connection, user.name()).orElseThrow();
        };
    }

    private static boolean write(Connection connection, String sql, User user) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, user.passwordHash());
            statement.setString(2, user.role().name());
            statement.setBoolean(3, user.mustChangePassword());
            statement.setString(4, user.name());
            return statement.executeUpdate() == 1;
        }
    }

    @Override
    public boolean delete(String name) throws StoreException {
        return transactions.change(
                "delete a user",
                connection -> {
                    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                        delete.setString(1, name);
                        return delete.executeUpdate() == 1;
                    }
                });
    }
}
