package org.portreeve.control.event;

import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.Resource;

/**
 * One event of a node, as exporters see it. What a kind does not speak of is 0. Immutable.
 *
 * @param wallMillis when it happened, since 1970
 * @param subscriber the subscriber's id, empty for none
 * @param protocol the protocol's number in IP
 * @param externalIp the external address
 * @param firstPort the external port, or the first of a block
 * @param lastPort the same port, or the last of a block
 * @param remoteIp the remote address towards which a shared port is used
 * @param resource what is used
 * @param used how much of it
 * @param capacity how much there is
 */
public record NodeEvent(
        EventKind kind,
        long wallMillis,
        String subscriber,
        int protocol,
        int internalIp,
        int internalPort,
        int externalIp,
        int firstPort,
        int lastPort,
        int remoteIp,
        Resource resource,
        long used,
        long capacity) {

    /** An event of a whole node. */
    static NodeEvent of(EventKind kind, long wallMillis) {
        return new NodeEvent(kind, wallMillis, "", 0, 0, 0, 0, 0, 0, 0, Resource.NONE, 0, 0);
    }
}
