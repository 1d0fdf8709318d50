package org.portreeve.control.journal;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What stands before the records of one write. A batch counts whole or not at all.
 *
 * <pre>
 *  0 magic 4 | payload bytes 4 | records 4 | CRC32C of the payload 4
 * 16 number 8 | base 8
 * 32 CRC32C of the segment's number, the offset in it and bytes 0 to 31
 * </pre>
 *
 * <p>The second sum holds for one place only, so that neither old bytes of the disk nor a batch
 * copied elsewhere pass for one. Immutable.
 *
 * @param payloadBytes length of the records
 * @param records how many
 * @param number rises by one from batch to batch, across segments
 * @param base the first segment that is needed once this batch is durable
 * @param payloadCrc CRC32C of the records
 */
record BatchHeader(int payloadBytes, int records, long number, long base, int payloadCrc) {
    /** The length of every batch header. */
    static final int BYTES = 36;

    /** No batch is longer, its header included. */
    static final int MAX_BATCH_BYTES = 2 << 20;

    /** The first four octets, by which a search finds batches behind a damaged place. */
    static final int MAGIC = 0x504a_4231; // "PJB1"

    private static final int CRC_AT = BYTES - 4;

    /** Writes it to the first bytes of the buffer. */
    void encode(ByteBuffer out, long sequence, long offset) {
        out.putInt(0, MAGIC).putInt(4, payloadBytes).putInt(8, records).putInt(12, payloadCrc);
        out.putLong(16, number).putLong(24, base);
        out.putInt(CRC_AT, crc(out, 0, sequence, offset));
    }

    /**
     * The header at this index of the buffer, which is at this offset of the segment with this
     * number; empty when there is none.
     */
    static Optional<BatchHeader> decode(ByteBuffer in, int index, long sequence, long offset) {
        if (in.limit() - index < BYTES
                || in.getInt(index) != MAGIC
                || in.getInt(index + CRC_AT) != crc(in, index, sequence, offset)) {
            return Optional.empty();
        }
        int payloadBytes = in.getInt(index + 4);
        if (payloadBytes < 0 || payloadBytes > MAX_BATCH_BYTES - BYTES) {
            return Optional.empty();
        }
        return Optional.of(
                new BatchHeader(
                        payloadBytes,
                        in.getInt(index + 8),
                        in.getLong(index + 16),
                        in.getLong(index + 24),
                        in.getInt(index + 12)));
    }

    /** The sum over a part of the buffer. */
    static int crc(ByteBuffer bytes, int index, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().clear().position(index).limit(index + length));
        return (int) crc.getValue();
    }

    private static int crc(ByteBuffer bytes, int index, long sequence, long offset) {
        CRC32C crc = new CRC32C();
        updateLong(crc, sequence);
        updateLong(crc, offset);
        crc.update(bytes.duplicate().clear().position(index).limit(index + CRC_AT));
        return (int) crc.getValue();
    }

    private static void updateLong(CRC32C crc, long value) {
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            crc.update((int) (value >>> shift));
        }
    }
}
