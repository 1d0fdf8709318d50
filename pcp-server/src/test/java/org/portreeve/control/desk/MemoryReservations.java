package org.portreeve.control.desk;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.store.ReservationStore;
import org.portreeve.control.store.StoreException;

/** A store in memory that fails when told so. */
public final class MemoryReservations implements ReservationStore {
    private final Map<Long, Reservation> rows = new TreeMap<>();
    private long lastId;

    private boolean fails;
    private boolean hides;
    private boolean isGone;

    /** Whether every change fails from now on. */
    public synchronized void fails(boolean fails) {
        this.fails = fails;
    }

    /** Whether changes are made from now on, and yet nobody hears of it. */
    public synchronized void hides(boolean hides) {
        this.hides = hides;
    }

    /** Nobody can look any more. */
    public synchronized void isGone() {
        isGone = true;
    }

    @Override
    public synchronized List<Reservation> all() {
        return List.copyOf(rows.values());
    }

    @Override
    public synchronized List<Reservation> allDurable() throws StoreException {
        if (isGone) {
            throw new StoreException("no connection");
        }
        return all();
    }

    @Override
    public synchronized Optional<Reservation> add(Reservation wanted) throws StoreException {
        work();
        return told(isFree(wanted, 0) ? Optional.of(put(++lastId, 1, wanted)) : Optional.empty());
    }

    @Override
    public synchronized Optional<Reservation> change(Reservation wanted) throws StoreException {
        work();
        return told(
                isCurrent(wanted.id(), wanted.version()) && isFree(wanted, wanted.id())
                        ? Optional.of(put(wanted.id(), wanted.version() + 1, wanted))
                        : Optional.empty());
    }

    @Override
    public synchronized boolean delete(long id, long version, String editedBy, long editedMillis)
            throws StoreException {
        work();
        boolean found = isCurrent(id, version);
        if (found) {
            rows.remove(id);
        }
        return told(found);
    }

    private void work() throws StoreException {
        if (fails) {
            throw new StoreException("the disk is full", null);
        }
    }

    private <T> T told(T result) throws StoreException {
        if (hides) {
            throw StoreException.unknown("the connection was lost", null);
        }
        return result;
    }

    private boolean isCurrent(long id, long version) {
        return rows.containsKey(id) && rows.get(id).version() == version;
    }

    private boolean isFree(Reservation wanted, long replaced) {
        return rows.values().stream()
                .filter(r -> r.id() != replaced)
                .noneMatch(r ->
                        r.internal().equals(wanted.internal())
                                || (r.internal().protocol() == wanted.internal().protocol()
                                        && r.externalIp() == wanted.externalIp()
                                        && r.externalPort() == wanted.externalPort()));
    }

    private Reservation put(long id, long version, Reservation wanted) {
        Reservation stored =
                new Reservation(
                        id,
                        version,
                        wanted.internal(),
                        wanted.externalIp(),
                        wanted.externalPort(),
                        wanted.description(),
                        wanted.editedBy(),
                        wanted.editedMillis());
        rows.put(id, stored);
        return stored;
    }
}
