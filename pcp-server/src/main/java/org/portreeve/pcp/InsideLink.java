package org.portreeve.pcp;

/**
 * A link that subscribers are on, as an announcement sees it. Immutable.
 *
 * @param listenIp the address of this node there
 * @param everybody sends to all hosts of the link (224.0.0.1) at the clients' port
 */
public record InsideLink(int listenIp, PcpReply everybody) {}
