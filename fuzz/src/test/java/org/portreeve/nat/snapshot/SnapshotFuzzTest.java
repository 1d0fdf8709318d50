package org.portreeve.nat.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.zip.CRC32C;

/** A snapshot file that somebody wrote who can sum: it is refused, or read to its end. */
class SnapshotFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void anyFileIsRefusedOrReadToItsEnd(byte[] octets) {
        if (SnapshotReader.open(summed(octets))
                instanceof SnapshotReader.Opened.Whole(SnapshotReader snapshot)) {
            long mappings = mappings(snapshot, _ -> true);
            assertEquals(snapshot.mappings(), mappings);
            long ofSome =
                    mappings(snapshot, ip -> ip % 2 == 0) + mappings(snapshot, ip -> ip % 2 != 0);
            assertEquals(mappings, ofSome);
        }
    }

    private static long mappings(SnapshotReader snapshot, IntPredicate externalIps) {
        SnapshotCursor cursor = snapshot.rows(externalIps);
        long mappings = 0;
        for (Optional<KeptRow> row = cursor.next(); row.isPresent(); row = cursor.next()) {
            mappings += row.get() instanceof KeptRow.KeptMapping ? 1 : 0;
        }
        return mappings;
    }

    private static ByteBuffer summed(byte[] octets) {
        byte[] file = Arrays.copyOf(octets, octets.length + SnapshotFormat.TRAILER_BYTES);
        var checksum = new CRC32C();
        checksum.update(octets);
        return ByteBuffer.wrap(file).putInt(octets.length, (int) checksum.getValue());
    }
}
