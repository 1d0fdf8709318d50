package org.portreeve.nat.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: the two unrolled forms are SipHash. Method: a general one, slow and after the paper, is
 * held to published values, and the two are held to it.
 */
class SipHashTest {
    private static final long K0 = 0x0706_0504_0302_0100L;
    private static final long K1 = 0x0f0e_0d0c_0b0a_0908L;

    @Test
    void generalFormGivesThePublishedValuesOfSipHash24() {
        assertEquals(0x726f_db47_dd0e_0e31L, general(2, 4, K0, K1, octets(0)));
        assertEquals(0x93f5_f579_9a93_2462L, general(2, 4, K0, K1, octets(8)));
        assertEquals(0xa129_ca61_49be_45e5L, general(2, 4, K0, K1, octets(15)));
    }

    @Test
    void prfGivesThePublishedValueOfEightOctets() {
        assertEquals(0x93f5_f579_9a93_2462L, SipHash.prf(K0, K1, K0));
    }

    /** Values of another implementation of SipHash-1-3, the one behind Python's {@code hash}. */
    @Test
    void hashGivesTheValuesOfAnotherImplementation() {
        assertEquals(0x8972_1884_33a5_c5b7L, SipHash.hash(0, 0, K0, K1));
        assertEquals(0x76be_999e_3e25_b2a0L, SipHash.hash(0, 0, 0, 0));
        assertEquals(0x3502_9a3b_6274_a39bL, SipHash.hash(0, 0, -1, -1));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void bothFormsAgreeWithTheGeneralOne(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 1_000; round++) {
            long k0 = random.nextLong();
            long k1 = random.nextLong();
            long m0 = random.nextLong();
            long m1 = random.nextLong();
            assertEquals(general(1, 3, k0, k1, words(m0, m1)), SipHash.hash(k0, k1, m0, m1));
            assertEquals(general(2, 4, k0, k1, words(m0)), SipHash.prf(k0, k1, m0));
        }
    }

    private static byte[] octets(int count) {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = (byte) i;
        }
        return octets;
    }

    private static byte[] words(long... words) {
        var octets = ByteBuffer.allocate(8 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : words) {
            octets.putLong(word);
        }
        return octets.array();
    }

    private static long general(int blockRounds, int finalRounds, long k0, long k1, byte[] octets) {
        var padded = ByteBuffer.allocate(octets.length / 8 * 8 + 8).order(ByteOrder.LITTLE_ENDIAN);
        padded.put(octets).put(padded.capacity() - 1, (byte) octets.length).rewind();
        long[] v = {
            k0 ^ 0x736f6d6570736575L,
            k1 ^ 0x646f72616e646f6dL,
            k0 ^ 0x6c7967656e657261L,
            k1 ^ 0x7465646279746573L
        };
        while (padded.hasRemaining()) {
            long block = padded.getLong();
            v[3] ^= block;
            rounds(v, blockRounds);
            v[0] ^= block;
        }
        v[2] ^= 0xff;
        rounds(v, finalRounds);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void rounds(long[] v, int count) {
        for (int round = 0; round < count; round++) {
            v[0] += v[1];
            v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
            v[0] = Long.rotateLeft(v[0], 32);
            v[2] += v[3];
            v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
            v[0] += v[3];
            v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
            v[2] += v[1];
            v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
            v[2] = Long.rotateLeft(v[2], 32);
        }
    }
}
