package org.portreeve.pcp.client;

import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpRequest;

/** What a client wants and can ask for again to renew it. Immutable. */
public sealed interface Wish permits MappingWish, PeerWish {
    /** The request that makes or renews it. */
    PcpRequest request(PcpAddress clientAddress);

    /** The same wish, with this external address and port suggested. */
    Wish suggesting(PcpAddress externalAddress, int externalPort);
}
