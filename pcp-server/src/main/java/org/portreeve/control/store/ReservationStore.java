package org.portreeve.control.store;

import java.util.List;
import java.util.Optional;
import org.portreeve.control.reservation.Reservation;

/**
 * Reservations of one node. What a method that changes something returned is durable. Methods block
 * and may be called from several threads.
 */
public interface ReservationStore {
    /** All of this node, by id. */
    List<Reservation> all() throws StoreException;

    /** The same when it is unknown what a change came to: what this returns is durable. */
    List<Reservation> allDurable() throws StoreException;

    /**
     * Adds a reservation and its audit entry in one transaction.
     *
     * @param wanted its id and version are ignored
     * @return what was stored; empty when another reservation has the external or the internal
     *     tuple
     */
    Optional<Reservation> add(Reservation wanted) throws StoreException;

    /**
     * Changes the reservation of this id and version, and counts the version up, with its audit
     * entry in one transaction.
     *
     * @return what was stored; empty when it is gone, changed meanwhile, or in another one's way
     */
    Optional<Reservation> change(Reservation wanted) throws StoreException;

    /** Deletes one, with its audit entry; false when it is gone or was changed meanwhile. */
    boolean delete(long id, long version, String editedBy, long editedMillis) throws StoreException;
}
