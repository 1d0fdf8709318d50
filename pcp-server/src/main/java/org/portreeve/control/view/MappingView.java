package org.portreeve.control.view;

import java.util.List;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PeerFilter;

/**
 * One explicit or static mapping at one moment. Immutable.
 *
 * @param subscriber the subscriber's id
 * @param description what its owner called it, sanitised; may be empty
 * @param remainingSeconds until it ends; {@link #FOREVER} for a static one
 * @param clientIp who asked last, 0 for a static one
 * @param filters whom its owner lets in; empty for everybody
 * @param portCount how many ports it has, internal and external ones, from its own on
 */
public record MappingView(
        InternalTuple internal,
        String subscriber,
        int externalIp,
        int externalPort,
        MappingOrigin origin,
        String description,
        long remainingSeconds,
        int clientIp,
        List<PeerFilter> filters,
        int portCount) {
    /** The lifetime of what does not end (RFC 6887 §11.3). */
    public static final long FOREVER = 0xffff_ffffL;

    /** Takes a copy of the list. */
    public MappingView {
        filters = List.copyOf(filters);
    }

    /** One of one port. */
    public MappingView(
            InternalTuple internal,
            String subscriber,
            int externalIp,
            int externalPort,
            MappingOrigin origin,
            String description,
            long remainingSeconds,
            int clientIp,
            List<PeerFilter> filters) {
        this(
                internal,
                subscriber,
                externalIp,
                externalPort,
                origin,
                description,
                remainingSeconds,
                clientIp,
                filters,
                1);
    }

    /** Whether an external port is one of its. */
    public boolean hasExternalPort(int port) {
        return externalPort <= port && port < externalPort + portCount;
    }
}
