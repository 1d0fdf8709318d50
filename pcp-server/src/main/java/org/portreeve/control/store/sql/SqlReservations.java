package org.portreeve.control.store.sql;

import static java.lang.Integer.toUnsignedLong;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.store.AuditEntry;
import org.portreeve.control.store.ReservationStore;
import org.portreeve.control.store.StoreException;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

/** Reservations in SQL. Any thread. */
final class SqlReservations implements ReservationStore {
    private static final String SELECT =
            """
            SELECT id, version, realm, protocol, internal_ip, internal_port,
                external_ip, external_port, description, edited_by, edited_millis
            FROM reservation WHERE node = ?
            """;

    private static final String INSERT =
            """
            INSERT INTO reservation (realm, protocol, internal_ip, internal_port,
                external_ip, external_port, description, edited_by, edited_millis, node, version)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String UPDATE =
            """
            UPDATE reservation SET realm = ?, protocol = ?, internal_ip = ?, internal_port = ?,
                external_ip = ?, external_port = ?, description = ?, edited_by = ?,
                edited_millis = ?, version = version + 1
            WHERE node = ? AND version = ? AND id = ?
            """;

    private static final String DELETE =
            "DELETE FROM reservation WHERE node = ? AND version = ? AND id = ?";

    private static final long FIRST_VERSION = 1;

    private final Transactions transactions;
    private final String node;
    private final SqlAudit audit;

    SqlReservations(Transactions transactions, String node, SqlAudit audit) {
        this.transactions = transactions;
        this.node = node;
        this.audit = audit;
    }

    @Override
    public List<Reservation> all() throws StoreException {
        return transactions.read("read the reservations", this::all);
    }

    @Override
    public List<Reservation> allDurable() throws StoreException {
        // Whatever was written before is forced together with this.
        return transactions.change("read the reservations", this::all);
    }

    private List<Reservation> all(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT + " ORDER BY id")) {
            select.setString(1, node);
            return reservations(select.executeQuery());
        }
    }

    private static List<Reservation> reservations(ResultSet rows) throws SQLException {
        List<Reservation> reservations = new ArrayList<>();
        while (rows.next()) {
            reservations.add(
                    new Reservation(
                            rows.getLong(1),
                            rows.getLong(2),
                            new InternalTuple(
                                    rows.getInt(3),
                                    rows.getInt(4),
                                    (int) rows.getLong(5),
                                    rows.getInt(6)),
                            (int) rows.getLong(7),
                            rows.getInt(8),
                            rows.getString(9),
                            rows.getString(10),
                            rows.getLong(11)));
        }
        return reservations;
    }

    @Override
    public Optional<Reservation> add(Reservation wanted) throws StoreException {
        return transactions.changeUnlessTaken(
                "add a reservation", connection -> insert(connection, wanted));
    }

    private Reservation insert(Connection connection, Reservation wanted) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT, new String[] {"id"})) {
            fill(insert, wanted);
            insert.setLong(11, FIRST_VERSION);
            insert.executeUpdate();
            ResultSet keys = insert.getGeneratedKeys();
            keys.next();
            Reservation added = numbered(wanted, keys.getLong(1), FIRST_VERSION);
            audit(connection, "reservation.create", added);
            return added;
        }
    }

    /** Parameters 1 to 10. */
    private void fill(PreparedStatement statement, Reservation wanted) throws SQLException {
        statement.setInt(1, wanted.internal().realm());
        statement.setInt(2, wanted.internal().protocol());
        statement.setLong(3, toUnsignedLong(wanted.internal().internalIp()));
        statement.setInt(4, wanted.internal().internalPort());
        statement.setLong(5, toUnsignedLong(wanted.externalIp()));
        statement.setInt(6, wanted.externalPort());
        statement.setString(7, wanted.description());
        statement.setString(8, wanted.editedBy());
        statement.setLong(9, wanted.editedMillis());
        statement.setString(10, node);
    }

    private static Reservation numbered(Reservation wanted, long id, long version) {
        return new Reservation(
                id,
                version,
                wanted.internal(),
                wanted.externalIp(),
                wanted.externalPort(),
                wanted.description(),
                wanted.editedBy(),
                wanted.editedMillis());
    }

    private void audit(Connection connection, String action, Reservation reservation)
            throws SQLException {
        String subject =
                "%s %s:%d"
                        .formatted(
                                Protocol.name(reservation.internal().protocol()),
                                Ipv4.format(reservation.externalIp()),
                                reservation.externalPort());
        String detail =
                "Reservation %d, version %d, to %s: %s"
                        .formatted(
                                reservation.id(),
                                reservation.version(),
                                reservation.internal(),
                                reservation.description());
        audit.add(
                connection,
                new AuditEntry(
                        reservation.editedMillis(),
                        reservation.editedBy(),
                        action,
                        subject,
                        detail));
    }

    @Override
    public Optional<Reservation> change(Reservation wanted) throws StoreException {
        return transactions
                .changeUnlessTaken("change a reservation", connection -> update(connection, wanted))
                .flatMap(changed -> changed);
    }

    private Optional<Reservation> update(Connection connection, Reservation wanted)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
            fill(update, wanted);
            update.setLong(11, wanted.version());
            update.setLong(12, wanted.id());
            if (update.executeUpdate() == 0) {
                return Optional.empty();
            }
        }
        Reservation changed = numbered(wanted, wanted.id(), wanted.version() + 1);
        audit(connection, "reservation.change", changed);
        return Optional.of(changed);
    }

    @Override
    public boolean delete(long id, long version, String editedBy, long editedMillis)
            throws StoreException {
        return transactions.change(
                "delete a reservation",
                connection -> {
                    Optional<Reservation> last = find(connection, id);
                    if (last.isEmpty() || !deleteRow(connection, id, version)) {
                        return false;
                    }
                    audit(
                            connection,
                            "reservation.delete",
                            edited(last.get(), editedBy, editedMillis));
                    return true;
                });
    }

    private Optional<Reservation> find(Connection connection, long id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT + " AND id = ?")) {
            select.setString(1, node);
            select.setLong(2, id);
            return reservations(select.executeQuery()).stream().findFirst();
        }
    }

    private boolean deleteRow(Connection connection, long id, long version) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            delete.setString(1, node);
            delete.setLong(2, version);
            delete.setLong(3, id);
            return delete.executeUpdate() == 1;
        }
    }

    private static Reservation edited(Reservation last, String editedBy, long editedMillis) {
        return new Reservation(
                last.id(),
                last.version(),
                last.internal(),
                last.externalIp(),
                last.externalPort(),
                last.description(),
                editedBy,
                editedMillis);
    }
}
