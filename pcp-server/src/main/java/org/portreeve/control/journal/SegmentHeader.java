package org.portreeve.control.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * The first bytes of a segment. They are durable before a batch follows, so a file that has more
 * bytes than these had a good header once.
 *
 * <p>A segment names the one before it and how much of that one counts. That is what undoes a batch
 * whose write or force failed, even where the disk keeps its bytes: nothing beyond the length that
 * a later segment vouches for is ever read. Immutable.
 *
 * @param version of the format
 * @param sequence the number of the segment, in its name as well
 * @param previous the segment that it continues, 0 for none
 * @param previousLength how many bytes of that one count
 * @param firstBatch the number of its first batch
 * @param base the first segment that is needed: older ones were made superfluous by a checkpoint
 * @param node whose journal it is
 */
record SegmentHeader(
        int version,
        long sequence,
        long previous,
        long previousLength,
        long firstBatch,
        long base,
        String node) {
    /** The length of every header. */
    static final int BYTES = 512;

    /** The version that is written. */
    static final int VERSION = 1;

    /** The longest node name, in octets of UTF-8. */
    static final int MAX_NODE_BYTES = 255;

    private static final long MAGIC = 0x5052_544a_524e_4c0aL; // "PRTJRNL" and a line feed.
    private static final int CRC_AT = BYTES - 4;
    private static final String PREFIX = "segment-";
    private static final String SUFFIX = ".journal";
    private static final int DIGITS = 12;

    /** The name of the file with this number. */
    static String fileName(long sequence) {
        String digits = Long.toString(sequence);
        return PREFIX + "0".repeat(DIGITS - digits.length()) + digits + SUFFIX;
    }

    /** The number of a file with this name, or empty when it is no segment. */
    static OptionalLong sequenceOf(String fileName) {
        if (fileName.length() != PREFIX.length() + DIGITS + SUFFIX.length()) {
            return OptionalLong.empty();
        }
        String digits = fileName.substring(PREFIX.length(), PREFIX.length() + DIGITS);
        if (!digits.chars().allMatch(c -> '0' <= c && c <= '9')) {
            return OptionalLong.empty();
        }
        long sequence = Long.parseLong(digits);
        return fileName(sequence).equals(fileName)
                ? OptionalLong.of(sequence)
                : OptionalLong.empty();
    }

    /** Its bytes, ready to be written. */
    ByteBuffer encode() {
        byte[] name = node.getBytes(UTF_8);
        if (name.length > MAX_NODE_BYTES) {
            throw new IllegalArgumentException("node name of " + name.length + " octets");
        }
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putLong(MAGIC).putInt(version).putLong(sequence).putLong(previous);
        out.putLong(previousLength).putLong(firstBatch).putLong(base);
        out.put((byte) name.length).put(name);
        out.putInt(CRC_AT, crc(out));
        return out.clear();
    }

    /** The header of the segment with this number, or empty when the file has no good one. */
    static Optional<SegmentHeader> read(JournalFile file, long sequence) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, bytes.position()) < 0) {
                break;
            }
        }
        return decode(bytes.flip()).filter(header -> header.sequence() == sequence);
    }

    /** The header at the start of these bytes, or empty when they do not have a good one. */
    static Optional<SegmentHeader> decode(ByteBuffer bytes) {
        if (bytes.limit() < BYTES
                || bytes.getLong(0) != MAGIC
                || bytes.getInt(CRC_AT) != crc(bytes)) {
            return Optional.empty();
        }
        ByteBuffer in = bytes.duplicate().position(Long.BYTES);
        int version = in.getInt();
        long sequence = in.getLong();
        long previous = in.getLong();
        long previousLength = in.getLong();
        long firstBatch = in.getLong();
        long base = in.getLong();
        byte[] name = new byte[in.get() & 0xff];
        in.get(name);
        return Optional.of(
                new SegmentHeader(
                        version,
                        sequence,
                        previous,
                        previousLength,
                        firstBatch,
                        base,
                        new String(name, UTF_8)));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().clear().limit(CRC_AT));
        return (int) crc.getValue();
    }
}
