package org.portreeve.control.store.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.store.ProfileStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.control.store.StoredProfile;
import org.portreeve.nat.rules.Rules;

/** Profiles in SQL. Any thread. */
final class SqlProfiles implements ProfileStore {
    private static final String SELECT =
            """
            SELECT name, mappings, ports, sessions, sessions_per_second, session_burst,
                requests_per_second, request_burst
            FROM profile ORDER BY name
            """;

    private static final String INSERT =
            """
            INSERT INTO profile (mappings, ports, sessions, sessions_per_second, session_burst,
                requests_per_second, request_burst, name)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String UPDATE =
            """
            UPDATE profile SET mappings = ?, ports = ?, sessions = ?, sessions_per_second = ?,
                session_burst = ?, requests_per_second = ?, request_burst = ?
            WHERE name = ?
            """;

    private static final String DELETE = "DELETE FROM profile WHERE name = ?";

    private final Transactions transactions;

    SqlProfiles(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public List<StoredProfile> all() throws StoreException {
        return transactions.read(
                "read the profiles",
                connection -> {
                    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
                        return profiles(select.executeQuery());
                    }
                });
    }

    private static List<StoredProfile> profiles(ResultSet rows) throws SQLException {
        List<StoredProfile> profiles = new ArrayList<>();
        while (rows.next()) {
            profiles.add(
                    new StoredProfile(
                            rows.getString(1),
                            new Rules.Quota(
                                    rows.getInt(2),
                                    rows.getInt(3),
                                    rows.getInt(4),
                                    rows.getInt(5),
                                    rows.getInt(6)),
                            new RequestRate(rows.getInt(7), rows.getInt(8))));
        }
        return profiles;
    }

    @Override
    public void put(StoredProfile profile) throws StoreException {
        if (transactions.changeUnlessTaken("add a profile", putting(profile)).isEmpty()) {
            // Somebody added the same name at the same time: now it is there to be replaced.
            transactions.change("change a profile", putting(profile));
        }
    }

    private static Transactions.Work<Boolean> putting(StoredProfile profile) {
        return connection ->
                write(connection, UPDATE, profile) || write(connection, INSERT, profile);
    }

    private static boolean write(Connection connection, String sql, StoredProfile profile)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, profile.quota().mappings());
            statement.setInt(2, profile.quota().ports());
            statement.setInt(3, profile.quota().sessions());
            statement.setInt(4, profile.quota().sessionsPerSecond());
            statement.setInt(5, profile.quota().sessionBurst());
            statement.setInt(6, profile.requests().perSecond());
            statement.setInt(7, profile.requests().burst());
            statement.setString(8, profile.name());
            return statement.executeUpdate() == 1;
        }
    }

    @Override
    public boolean delete(String name) throws StoreException {
        return transactions.change(
                "delete a profile",
                connection -> {
                    try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
                        delete.setString(1, name);
                        return delete.executeUpdate() == 1;
                    }
                });
    }
}
