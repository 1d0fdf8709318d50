package org.portreeve.nat.event;

/**
 * One event of a shard. What a kind does not speak of is 0. Immutable.
 *
 * @param atNs the shard's clock
 * @param subscriber the subscriber's index, {@link #NOBODY} for none
 * @param protocol the protocol's number in IP
 * @param internalIp of a mapping
 * @param internalPort of a mapping
 * @param externalIp the external address
 * @param firstPort the external port, or the first of a block
 * @param lastPort the same port, or the last of a block
 * @param remoteIp of a connection at a shared port
 * @param resource what is used
 * @param used how much of it
 * @param capacity how much there is
 */
public record ShardEvent(
        EventKind kind,
        long atNs,
        int subscriber,
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
    /** No subscriber. */
    public static final int NOBODY = -1;

    private static final int PORT_BITS = 16;
    private static final int PORT = 0xffff;

    static long internal(int ip, int port) {
        return (ip & 0xffff_ffffL) << PORT_BITS | port;
    }

    static long external(int ip, int firstPort, int lastPort) {
        return (long) ip << (2 * PORT_BITS) | (long) firstPort << PORT_BITS | lastPort;
    }

    static long who(int subscriber, int protocol) {
        return (long) protocol << Integer.SIZE | (subscriber & 0xffff_ffffL);
    }

    /** The oldest event of a ring. */
    static ShardEvent read(EventRing ring) {
        long who = ring.peek(2);
        long internal = ring.peek(3);
        long external = ring.peek(4);
        return new ShardEvent(
                EventKind.ofCode((int) ring.peek(0)),
                ring.peek(1),
                (int) who,
                (int) (who >>> Integer.SIZE),
                (int) (internal >>> PORT_BITS),
                (int) internal & PORT,
                (int) (external >>> (2 * PORT_BITS)),
                (int) (external >>> PORT_BITS) & PORT,
                (int) external & PORT,
                (int) (ring.peek(5) >>> Integer.SIZE),
                Resource.ofCode((int) ring.peek(5)),
                ring.peek(6),
                ring.peek(7));
    }
}
