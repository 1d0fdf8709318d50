package org.portreeve.control.store.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.portreeve.control.store.HistoryEntry;

/**
 * Entries of the history as octets, one after the other, after an octet that says how they are
 * written. Any thread.
 *
 * <pre>
 *  octets  of an entry
 *  8, 8    from, to (ms)
 *  4, 4    external address, remote address
 *  2, 2    first port, ports after it
 *  4, 1    realm, protocol
 *  2, n    length of the subscriber's name, the name in UTF-8
 * </pre>
 */
final class StretchCodec {
    /** A row of H2 has room for twice as much. */
    private static final int MAX_BYTES = 1 << 19;

    /** Few enough to settle beside other work. */
    private static final int MAX_ENTRIES = 1_000;

    private static final byte FORMAT = 1;
    private static final int FIXED_BYTES = 35;
    private static final int EXTERNAL_IP = 16;
    private static final int NAME_LENGTH = 33;

    private StretchCodec() {}

    /** How many of the entries, from one of them on, have room in a stretch; at least one. */
    static int fitting(List<HistoryEntry> entries, int from) {
        int bytes = 1;
        int to = from;
        while (to < Math.min(entries.size(), from + MAX_ENTRIES)) {
            bytes += mostBytes(entries.get(to));
            if (bytes > MAX_BYTES && to > from) {
                break;
            }
            to++;
        }
        return to - from;
    }

    /** No character of a name takes more than three octets. */
    private static int mostBytes(HistoryEntry entry) {
        return FIXED_BYTES + 3 * entry.subscriber().length();
    }

    static byte[] encode(List<HistoryEntry> entries) {
        int bytes = 1;
        for (HistoryEntry entry : entries) {
            bytes += mostBytes(entry);
        }
        ByteBuffer octets = ByteBuffer.allocate(bytes).put(FORMAT);
        for (HistoryEntry entry : entries) {
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
        byte[] encoded = new byte[octets.flip().remaining()];
        octets.get(encoded);
        return encoded;
    }

    /** All entries; throws an {@link IllegalArgumentException} when the octets are none. */
    static List<HistoryEntry> decode(byte[] encoded) {
        return decode(encoded, _ -> true);
    }

    /** The entries of some external addresses; of others nothing is made. */
    static List<HistoryEntry> decode(byte[] encoded, IntPredicate externalIps) {
        ByteBuffer octets = ByteBuffer.wrap(encoded);
        List<HistoryEntry> entries = new ArrayList<>();
        try {
            byte format = octets.get();
            if (format != FORMAT) {
                throw new IllegalArgumentException("a stretch of history in format " + format);
            }
            while (octets.hasRemaining()) {
                if (externalIps.test(octets.getInt(octets.position() + EXTERNAL_IP))) {
                    entries.add(entry(octets));
                } else {
                    pass(octets);
                }
            }
            return entries;
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("a stretch of history that was cut", e);
        }
    }

    private static void pass(ByteBuffer octets) {
        int begin = octets.position();
        int next = begin + FIXED_BYTES + (octets.getShort(begin + NAME_LENGTH) & 0xffff);
        if (next > octets.limit()) {
            throw new BufferUnderflowException();
        }
        octets.position(next);
    }

    private static HistoryEntry entry(ByteBuffer octets) {
        long fromMillis = octets.getLong();
        long toMillis = octets.getLong();
        int externalIp = octets.getInt();
        int remoteIp = octets.getInt();
        int firstPort = octets.getShort() & 0xffff;
        int portCount = (octets.getShort() & 0xffff) + 1;
        int realm = octets.getInt();
        int protocol = octets.get() & 0xff;
        byte[] name = new byte[octets.getShort() & 0xffff];
        octets.get(name);
        String subscriber = new String(name, UTF_8);
        return new HistoryEntry(
                realm,
                subscriber,
                protocol,
                externalIp,
                firstPort,
                portCount,
                remoteIp,
                fromMillis,
                toMillis);
    }
}
