package org.portreeve.pcp;

/**
 * Who sent a datagram, and the way back. Immutable.
 *
 * @param ip the source address in its IP header
 * @param port the source port, 1 to 65535
 * @param reply sends from the address that was asked
 */
public record Requester(int ip, int port, PcpReply reply) {}
