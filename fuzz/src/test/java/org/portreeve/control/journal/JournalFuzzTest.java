package org.portreeve.control.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What is read from the journal's files, whatever is in them. */
class JournalFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void anyRecordIsReadOrIsNone(byte[] octets) {
        ByteBuffer in = ByteBuffer.wrap(octets);
        Optional<JournalRecord> record = JournalCodec.decode(in);
        record.filter(JournalFuzzTest::isWhatWeWrite).ifPresent(JournalFuzzTest::assertGoesRound);
    }

    @FuzzTest(maxDuration = "1m")
    void anyBatchHeaderIsReadOrIsNone(byte[] octets) {
        ByteBuffer in = ByteBuffer.wrap(octets);
        if (octets.length >= BatchHeader.BYTES) {
            // Somebody who can sum may write anything.
            new BatchHeader(in.getInt(4), in.getInt(8), in.getLong(16), in.getLong(24), 0)
                    .encode(in, 1, 0);
        }
        BatchHeader.decode(in, 0, 1, 0)
                .ifPresent(header -> {
                    assertEquals(in.getInt(4), header.payloadBytes());
                    assertEquals(in.getLong(16), header.number());
                });
    }

    private static boolean isWhatWeWrite(JournalRecord record) {
        try {
            TextLimits.check(record);
            return true;
        } catch (IllegalArgumentException _) {
            // Read from a file of somebody else: texts that are longer than ours.
            return false;
        }
    }

    private static void assertGoesRound(JournalRecord record) {
        ByteBuffer out = ByteBuffer.allocate(JournalCodec.MAX_RECORD_BYTES);
        JournalCodec.encode(record, out);

        assertEquals(Optional.of(record), JournalCodec.decode(out.flip()));
    }
}
