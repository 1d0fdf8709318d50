package org.portreeve.control.store.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.portreeve.control.store.HistoryEntry;

/**
 * An entry of the history where it lies among octets. Two are equal when they have the same
 * beginning. Immutable as long as the octets are.
 *
 * <pre>
 *  octets
 *  8, 8    from, to (ms)
 *  4, 4    external address, remote address
 *  2, 2    first port, ports after it
 *  4, 1    realm, protocol
 *  2, n    length of the subscriber's name, the name in UTF-8
 * </pre>
 */
final class PackedEntry {
    private static final int TO_MILLIS = 8;
    private static final int EXTERNAL_IP = 16;
    private static final int REMOTE_IP = 20;
    private static final int FIRST_PORT = 24;
    private static final int PORTS_AFTER = 26;
    private static final int REALM = 28;
    private static final int PROTOCOL = 32;
    private static final int NAME_LENGTH = 33;
    private static final int FIXED_BYTES = 35;

    private final ByteBuffer octets;
    private final int at;

    PackedEntry(ByteBuffer octets, int at) {
        this.octets = octets;
        this.at = at;
    }

    /** No character of a name takes more than three octets. */
    static int mostBytes(HistoryEntry entry) {
        return FIXED_BYTES + 3 * entry.subscriber().length();
    }

    static void put(HistoryEntry entry, ByteBuffer octets) {
        byte[] subscriber = entry.subscriber().getBytes(UTF_8);
        octets.putLong(entry.fromMillis())
                .putLong(entry.toMillis())
                .putInt(entry.externalIp())
                .putInt(entry.remoteIp())
                .putShort((short) entry.firstPort())
                .putShort((short) (entry.portCount() - 1))
                .putInt(entry.realm())
                .put((byte) entry.protocol())
                .putShort((short) subscriber.length)
                .put(subscriber);
    }

    /** Where it begins among the octets. */
    int at() {
        return at;
    }

    HistoryEntry unpacked() {
        byte[] name = new byte[octets.getShort(at + NAME_LENGTH) & 0xffff];
        octets.get(at + FIXED_BYTES, name);
        return new HistoryEntry(
                octets.getInt(at + REALM),
                new String(name, UTF_8),
                protocol(),
                externalIp(),
                firstPort(),
                portCount(),
                remoteIp(),
                fromMillis(),
                toMillis());
    }

    /**
     * How many octets it has.
     *
     * @throws BufferUnderflowException or an {@link IndexOutOfBoundsException} when it was cut
     */
    int bytes() {
        int bytes = FIXED_BYTES + (octets.getShort(at + NAME_LENGTH) & 0xffff);
        if (bytes > octets.limit() - at) {
            throw new BufferUnderflowException();
        }
        return bytes;
    }

    /** Its place in the order of settled history. */
    long key() {
        return PortKey.of(externalIp(), firstPort(), portCount());
    }

    int externalIp() {
        return octets.getInt(at + EXTERNAL_IP);
    }

    int remoteIp() {
        return octets.getInt(at + REMOTE_IP);
    }

    int firstPort() {
        return octets.getShort(at + FIRST_PORT) & 0xffff;
    }

    int portCount() {
        return (octets.getShort(at + PORTS_AFTER) & 0xffff) + 1;
    }

    int protocol() {
        return octets.get(at + PROTOCOL) & 0xff;
    }

    long fromMillis() {
        return octets.getLong(at);
    }

    long toMillis() {
        return octets.getLong(at + TO_MILLIS);
    }

    boolean isOngoing() {
        return toMillis() == HistoryEntry.ONGOING;
    }

    /** Appends its octets. */
    void copyTo(ByteBuffer target) {
        int bytes = bytes();
        target.put(target.position(), octets, at, bytes).position(target.position() + bytes);
    }

    /** All of it but its times. */
    private ByteBuffer ports() {
        return octets.slice(at + EXTERNAL_IP, bytes() - EXTERNAL_IP);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PackedEntry that
                && fromMillis() == that.fromMillis()
                && ports().equals(that.ports());
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Long.hashCode(fromMillis()) + Long.hashCode(key())) + remoteIp();
    }
}
