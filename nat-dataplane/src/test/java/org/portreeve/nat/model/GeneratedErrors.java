package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.table.HeldSyns;

/**
 * The ICMP errors that the translator makes itself: they quote a packet as it arrived, and go back
 * the way it came.
 */
final class GeneratedErrors {
    private static final int QUOTE_BYTES = 548;
    private static final int QUOTE = 28;

    /** Not that of any error of a test that comes to be translated. */
    private static final int OWN_TIME_TO_LIVE = 64;

    private static final int NEEDS_CHECKSUM = 1;
    private static final int TCP_CHECKSUM = 16;

    private final Set<ByteBuffer> arrived = new HashSet<>();
    private final Set<ByteBuffer> unfinished = new HashSet<>();
    private final List<MemoryPacket> packets = new ArrayList<>();
    private long count;

    /** A packet arrived on a side; the device may still have to complete its checksum. */
    void onArrived(int side, byte[] vnetHeader, byte[] bytes) {
        byte[] head = Arrays.copyOf(bytes, Math.min(bytes.length, HeldSyns.HEAD_BYTES));
        if ((vnetHeader[0] & NEEDS_CHECKSUM) != 0) {
            unfinished.add(key(side, withoutChecksum(head)));
        }
        arrived.add(key(side, Arrays.copyOf(bytes, Math.min(bytes.length, QUOTE_BYTES))));
        // Of what waits to be answered less is left.
        arrived.add(key(side, head));
    }

    /** What is quoted of a packet that was hairpinned has the checksum of nobody's packet. */
    private boolean hasArrived(int side, byte[] quote) {
        return arrived.contains(key(side, quote))
                || unfinished.contains(key(side, withoutChecksum(quote)));
    }

    private static byte[] withoutChecksum(byte[] packet) {
        byte[] rest = packet.clone();
        int checksum = 4 * (packet[0] & 0xf) + TCP_CHECKSUM;
        if (packet[9] == Protocol.TCP && checksum + 2 <= packet.length) {
            rest[checksum] = 0;
            rest[checksum + 1] = 0;
        }
        return rest;
    }

    /** Whether a packet that left is such an error; it must then be right. */
    boolean take(MemoryPacket packet) {
        byte[] bytes = packet.bytes();
        boolean isError =
                bytes[9] == Protocol.ICMP
                        && bytes[8] == OWN_TIME_TO_LIVE
                        && bytes.length > QUOTE
                        && (bytes[20] == 3 || bytes[20] == 11)
                        && hasArrived(packet.side(), quote(bytes));
        if (isError) {
            ByteBuffer read = ByteBuffer.wrap(bytes);
            int source = read.getInt(12);
            TestError right = TestError.about(bytes[20], bytes[21], quote(bytes)).from(source);
            assertEquals(read.getInt(QUOTE + 12), read.getInt(16), "to the sender");
            assertEquals(bytes[QUOTE + 1] & 0xfc, bytes[1] & 0xff, "DS field of the cause");
            assertArrayEquals(right.ofTranslator().bytes(), bytes, "a right error");
            packets.add(packet);
            count++;
        }
        return isError;
    }

    /** Those since the last time this was asked. */
    List<MemoryPacket> take() {
        List<MemoryPacket> taken = List.copyOf(packets);
        packets.clear();
        return taken;
    }

    /** The translator begins anew, and its counters with it. */
    void restart() {
        count = 0;
    }

    /** How many there were. */
    long count() {
        return count;
    }

    private static byte[] quote(byte[] error) {
        return Arrays.copyOfRange(error, QUOTE, error.length);
    }

    private static ByteBuffer key(int side, byte[] quote) {
        return ByteBuffer.allocate(quote.length + 1).put((byte) side).put(quote).flip();
    }
}
