package org.portreeve.nat.memory;

/**
 * SipHash (Aumasson and Bernstein, 2012): a keyed hash that somebody without the key cannot steer.
 * Tables whose keys come from packets use {@link #hash}; port choice, which must not be guessed
 * from ports seen before, uses {@link #prf}. Words are little-endian, as in the paper. Any thread.
 */
public final class SipHash {
    private static final long INITIAL_0 = 0x736f_6d65_7073_6575L;
    private static final long INITIAL_1 = 0x646f_7261_6e64_6f6dL;
    private static final long INITIAL_2 = 0x6c79_6765_6e65_7261L;
    private static final long INITIAL_3 = 0x7465_6462_7974_6573L;
    private static final long FINAL = 0xff;

    /** The last block holds the message length in its top octet and no message octets. */
    private static final long LENGTH_16 = 16L << 56;

    private static final long LENGTH_8 = 8L << 56;

    private SipHash() {}

    /** SipHash-1-3 of the 16 octets {@code m0, m1}: quick, for hash tables. */
    public static long hash(long k0, long k1, long m0, long m1) {
        long v0 = k0 ^ INITIAL_0;
        long v1 = k1 ^ INITIAL_1;
        long v2 = k0 ^ INITIAL_2;
        long v3 = k1 ^ INITIAL_3;
        // Three blocks of one round each, then three rounds: the message block enters before its
        // rounds through v3 and after them through v0.
        long block = m0;
        for (int round = 0; round < 6; round++) {
            if (round < 3) {
                v3 ^= block;
            }
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            if (round < 3) {
                v0 ^= block;
                block = round == 0 ? m1 : LENGTH_16;
            }
            if (round == 2) {
                v2 ^= FINAL;
            }
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /** SipHash-2-4 of the 8 octets of a counter: unpredictable from its earlier values. */
    public static long prf(long k0, long k1, long counter) {
        long v0 = k0 ^ INITIAL_0;
        long v1 = k1 ^ INITIAL_1;
        long v2 = k0 ^ INITIAL_2;
        long v3 = k1 ^ INITIAL_3;
        // Two blocks of two rounds each, then four rounds.
        for (int round = 0; round < 8; round++) {
            long block = round < 2 ? counter : LENGTH_8;
            if (round == 0 || round == 2) {
                v3 ^= block;
            }
            v0 += v1;
            v2 += v3;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 = Long.rotateLeft(v0, 32) + v3;
            v2 += v1;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            if (round == 1 || round == 3) {
                v0 ^= block;
            }
            if (round == 3) {
                v2 ^= FINAL;
            }
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
