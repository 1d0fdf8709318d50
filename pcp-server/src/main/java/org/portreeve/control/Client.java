package org.portreeve.control;

/**
 * Where a client of PCP is told of things: whence its last request came. Immutable.
 *
 * @param ip its address
 * @param port its UDP port, 1 to 65535
 */
public record Client(int ip, int port) {}
