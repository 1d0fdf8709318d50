package org.portreeve.control.store.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.portreeve.control.store.HistoryEntry;

/** What is written of recent history is read again, and what is damaged is not taken for it. */
class StretchCodecTest {
    private static final long SEED = 20_261_122;

    private static HistoryEntry entry(Random random) {
        int firstPort = random.nextInt(65_536);
        return new HistoryEntry(
                random.nextInt(),
                "s\u00e9\ud83d\ude00".repeat(random.nextInt(20)),
                random.nextInt(256),
                random.nextInt(),
                firstPort,
                1 + random.nextInt(65_536 - firstPort),
                random.nextInt(),
                random.nextLong(),
                random.nextBoolean() ? HistoryEntry.ONGOING : random.nextLong());
    }

    private static List<HistoryEntry> entries(Random random, int count) {
        List<HistoryEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry(random));
        }
        return entries;
    }

    private static List<HistoryEntry> decode(byte[] octets, Predicate<PackedEntry> filter) {
        List<HistoryEntry> entries = new ArrayList<>();
        StretchCodec.forEach(
                ByteBuffer.wrap(octets),
                entry -> {
                    if (filter.test(entry)) {
                        entries.add(entry.unpacked());
                    }
                });
        return entries;
    }

    @Test
    void whatIsWrittenIsRead() {
        var random = new Random(SEED);
        for (int count = 0; count < 200; count++) {
            List<HistoryEntry> entries = entries(random, count);
            byte[] octets = StretchCodec.encode(entries);
            assertEquals(entries, decode(octets, _ -> true));
            assertEquals(
                    entries.stream().filter(entry -> entry.externalIp() > 0).toList(),
                    decode(octets, entry -> entry.externalIp() > 0));
        }
    }

    @Test
    void aStretchHasRoomForLongNamesToo() {
        HistoryEntry big = new HistoryEntry(0, "\u20ac".repeat(20_000), 6, 1, 1, 1, 1, 1);
        List<HistoryEntry> many = Collections.nCopies(100, big);
        int fitting = StretchCodec.fitting(many, 0);
        assertTrue(StretchCodec.encode(many.subList(0, fitting)).length <= 1 << 19);
        assertEquals(8, fitting);
        assertEquals(1, StretchCodec.fitting(many, 99));
        assertEquals(1_000, StretchCodec.fitting(entries(new Random(SEED), 2_500), 0));
        assertEquals(500, StretchCodec.fitting(entries(new Random(SEED), 2_500), 2_000));
    }

    @Test
    void whatIsCutOrOfAnotherFormatIsRefused() {
        byte[] octets = StretchCodec.encode(entries(new Random(SEED), 3));
        int refused = 0;
        for (int length = 0; length < octets.length; length++) {
            byte[] cut = Arrays.copyOf(octets, length);
            try {
                // Between two entries nobody can tell.
                assertTrue(decode(cut, _ -> true).size() < 3);
            } catch (IllegalArgumentException _) {
                refused++;
            }
        }
        assertEquals(octets.length - 3, refused);
        octets[0] = 2;
        var refusal = assertThrows(IllegalArgumentException.class, () -> decode(octets, _ -> true));
        assertEquals("a stretch of history in format 2", refusal.getMessage());
    }

    @Test
    void anyOctetsAreEntriesOrRefused() {
        var random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] octets = StretchCodec.encode(entries(random, random.nextInt(3)));
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt();
            }
            try {
                decode(octets, entry -> (entry.externalIp() & 1) == 0);
            } catch (IllegalArgumentException _) {
                refused++;
            }
        }
        assertTrue(refused > 1_000 && refused < 99_000, refused + " were refused");
    }
}
