package org.portreeve.control.store;

import java.util.List;
import org.portreeve.control.policy.SubscriberPlan;

/**
 * Named subscribers, with durable changes. Methods block and may be called from several threads.
 */
public interface SubscriberStore {
    /** All, by id. */
    List<SubscriberPlan> all() throws StoreException;

    /**
     * Adds or replaces a subscriber.
     *
     * @return false when another subscriber has one of its prefixes; nothing was changed then
     */
    boolean put(SubscriberPlan subscriber) throws StoreException;

    /** Deletes a subscriber; false when there is none. */
    boolean delete(String id) throws StoreException;
}
