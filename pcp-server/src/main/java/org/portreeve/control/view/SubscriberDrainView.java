package org.portreeve.control.view;

/**
 * A subscriber that gets no new mapping. Immutable.
 *
 * @param subscriber its id
 * @param sinceMillis when that was said, since 1970
 * @param leases explicit mappings that it still has
 */
public record SubscriberDrainView(String subscriber, long sinceMillis, int leases) {}
