package org.portreeve.nat.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.memory.Memory;

/**
 * Goal: SYNs wait in order, each connection once, and no more than there are places. Method: random
 * ones of few connections come and go beside a queue, up to the brim and back.
 */
class HeldSynsTest {
    private static final int STEPS = 30_000;
    private static final int CONNECTIONS = 4_096;
    private static final int MOST_BYTES = 200;

    private final long packet = Memory.allocate(MOST_BYTES);

    private record Held(int connection, ByteBuffer head, long untilNs) {}

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void synsWaitInOrderAndEachConnectionOnce(long seed) {
        var random = new SplittableRandom(seed);
        var table = new HeldSyns(random.nextLong(), random.nextLong());
        Deque<Held> model = new ArrayDeque<>();
        for (int step = 0; step < STEPS; step++) {
            boolean isFilling = step / 6_000 % 2 == 0;
            if (random.nextInt(10) < (isFilling ? 8 : 2)) {
                hold(table, model, random, step);
            } else if (!model.isEmpty()) {
                Held oldest = model.removeFirst();
                assertEquals(oldest.untilNs, table.oldestUntilNs());
                assertEquals(oldest.head.capacity(), table.oldestBytes());
                byte[] head = new byte[table.oldestBytes()];
                Memory.get(table.oldestHead(), head, 0, head.length);
                assertEquals(oldest.head, ByteBuffer.wrap(head));
                table.removeOldest();
            }
            assertEquals(model.size(), table.count());
        }
    }

    private void hold(HeldSyns table, Deque<Held> model, SplittableRandom random, long nowNs) {
        int connection = random.nextInt(CONNECTIONS);
        byte[] bytes = syn(connection, 40 + random.nextInt(MOST_BYTES - 40));
        Memory.put(packet, bytes, 0, bytes.length);
        boolean isFull = model.size() == HeldSyns.PLACES;
        boolean isKnown = model.stream().anyMatch(held -> held.connection == connection);
        assertEquals(isFull, table.isFull());
        if (isFull) {
            return;
        }
        assertEquals(!isKnown, table.hold(packet, nowNs));
        if (!isKnown) {
            byte[] head = Arrays.copyOf(bytes, Math.min(bytes.length, HeldSyns.HEAD_BYTES));
            model.addLast(new Held(connection, ByteBuffer.wrap(head), nowNs));
        }
    }

    /** Two addresses and 64 ports at either end. */
    private static byte[] syn(int connection, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) connection);
        bytes[0] = 0x45;
        bytes[2] = (byte) (length >>> 8);
        bytes[3] = (byte) length;
        Arrays.fill(bytes, 12, 24, (byte) 1);
        bytes[15] = (byte) (connection >>> 11);
        bytes[19] = (byte) (connection >>> 10 & 1);
        bytes[21] = (byte) (connection >>> 5 & 31);
        bytes[23] = (byte) (connection & 31);
        return bytes;
    }
}
