package org.portreeve.control.store;

import java.util.List;
import java.util.Optional;

/** Users, with durable changes. Methods block and may be called from several threads. */
public interface UserStore {
    /** All, by name. */
    List<User> all() throws StoreException;

    /** One by name. */
    Optional<User> find(String name) throws StoreException;

    /** Adds or replaces a user; returns it with its new version. */
    User put(User user) throws StoreException;

    /** Deletes a user; false when there is none. */
    boolean delete(String name) throws StoreException;
}
