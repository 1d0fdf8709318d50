package org.portreeve.control;

/** The external side of a mapping as one number, for indexes. Any thread. */
final class ExternalTuple {
    private ExternalTuple() {}

    /** Protocol, address index and port in one. */
    static long key(int protocol, int addressIndex, int port) {
        return (long) protocol << 48 | (long) addressIndex << 16 | port;
    }
}
