package org.portreeve.natpmp;

import java.util.function.Consumer;

/**
 * Who sent a request, and the way back. Immutable.
 *
 * @param ip the source address in its IP header, which is the internal address (RFC 6886 §3.3)
 * @param port the source port
 * @param reply sends octets from the address that was asked
 */
public record Asker(int ip, int port, Consumer<byte[]> reply) {}
