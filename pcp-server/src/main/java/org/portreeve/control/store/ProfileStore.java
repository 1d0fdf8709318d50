package org.portreeve.control.store;

import java.util.List;

/**
 * Limits of profiles, with durable changes. Methods block and may be called from several threads.
 */
public interface ProfileStore {
    /** All, by name. */
    List<StoredProfile> all() throws StoreException;

    /** Adds or replaces a profile. */
    void put(StoredProfile profile) throws StoreException;

    /** Deletes a profile; false when there is none. */
    boolean delete(String name) throws StoreException;
}
