package org.portreeve.control.store.sql;

import static java.lang.Integer.toUnsignedLong;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.SubscriberStore;
import org.portreeve.nat.Prefix;

/** Named subscribers in SQL. Any thread. */
final class SqlSubscribers implements SubscriberStore {
    private static final String SELECT =
            """
            SELECT s.id, s.profile, p.network, p.prefix_length
            FROM subscriber s JOIN subscriber_prefix p ON p.subscriber = s.id
            ORDER BY s.id, p.place
            """;

    private static final String DELETE = "DELETE FROM subscriber WHERE id = ?";

    private static final String UPDATE = "UPDATE subscriber SET profile = ? WHERE id = ?";

    private static final String INSERT = "INSERT INTO subscriber (profile, id) VALUES (?, ?)";

    private static final String DELETE_PREFIXES =
            "DELETE FROM subscriber_prefix WHERE subscriber = ?";

    private static final String INSERT_PREFIX =
            """
            INSERT INTO subscriber_prefix (network, prefix_length, subscriber, place)
            VALUES (?, ?, ?, ?)
            """;

    private final Transactions transactions;

    SqlSubscribers(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<SubscriberPlan> all() throws StoreException {
        return transactions.read(
                "read the subscribers",
                connection -> {
                    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
                        return plans(select.executeQuery());
                    }
                });
    }

    private static List<SubscriberPlan> plans(ResultSet rows) throws SQLException {
        Map<String, String> profiles = new LinkedHashMap<>();
        Map<String, List<Prefix>> prefixes = new LinkedHashMap<>();
        while (rows.next()) {
            profiles.put(rows.getString(1), rows.getString(2));
            prefixes.computeIfAbsent(rows.getString(1), _ -> new ArrayList<>())
                    .add(new Prefix((int) rows.getLong(3), rows.getInt(4)));
        }
        return prefixes.entrySet().stream()
                .map(entry ->
                        new SubscriberPlan(
                                entry.getKey(), entry.getValue(), profiles.get(entry.getKey())))
                .toList();
    }

    @Override
    public boolean put(SubscriberPlan subscriber) throws StoreException {
        return transactions
                .changeUnlessTaken(
                        "change a subscriber",
                        connection -> {
                            if (!write(connection, UPDATE, subscriber)) {
                                write(connection, INSERT, subscriber);
                            }
                            deleteRows(connection, DELETE_PREFIXES, subscriber.id());
                            insertPrefixes(connection, subscriber);
                            return true;
                        })
                .isPresent();
    }

    private static boolean write(Connection connection, String sql, SubscriberPlan subscriber)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, subscriber.profile());
            statement.setString(2, subscriber.id());
            return statement.executeUpdate() == 1;
        }
    }

    private static boolean deleteRows(Connection connection, String sql, String id)
            throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql)) {
            delete.setString(1, id);
            return delete.executeUpdate() > 0;
        }
    }

    private static void insertPrefixes(Connection connection, SubscriberPlan subscriber)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_PREFIX)) {
            for (int place = 0; place < subscriber.prefixes().size(); place++) {
                Prefix prefix = subscriber.prefixes().get(place);
                insert.setLong(1, toUnsignedLong(prefix.network()));
                insert.setInt(2, prefix.length());
                insert.setString(3, subscriber.id());
                insert.setInt(4, place);
                insert.executeUpdate();
            }
        }
    }

    @Override
    public boolean delete(String id) throws StoreException {
        return transactions.change(
                "delete a subscriber", connection -> deleteRows(connection, DELETE, id));
    }
}
