package org.portreeve.control.store.sql;

/**
 * The order of settled history: by external address; at an address single ports before ranges, each
 * by their first port. Never negative.
 *
 * <pre>
 *  bits  48-17    16     15-0
 *        address  range  first port
 * </pre>
 */
final class PortKey {
    /** Bits of a key. */
    static final int BITS = 49;

    private static final int RANGE = 1 << 16;
    private static final int ADDRESS_SHIFT = 17;

    private PortKey() {}

    /** Of ports from a first one on. */
    static long of(int externalIp, int firstPort, int portCount) {
        return (portCount == 1 ? single(externalIp, 0) : range(externalIp, 0)) | firstPort;
    }

    static long single(int externalIp, int port) {
        return (externalIp & 0xffff_ffffL) << ADDRESS_SHIFT | port;
    }

    static long range(int externalIp, int firstPort) {
        return single(externalIp, firstPort) | RANGE;
    }
}
