package org.portreeve.nat.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.memory.Memory;

class UdpReplyTest {
    private static final int HEADER = 8;
    private static final int FUZZ_ROUNDS = 20_000;

    /** A binding error response without attributes (RFC 8489 §5). */
    private static byte[] stun() {
        return ByteBuffer.allocate(HEADER + 20)
                .putShort(4, (short) 28)
                .putShort(HEADER, (short) 0x0111)
                .putInt(HEADER + 4, 0x2112_a442)
                .array();
    }

    /** An answer of IKE version 2 whose only payload is INVALID_SYNTAX (RFC 7296 §3.10.1). */
    private static byte[] ike(int port, int markerBytes) {
        int at = HEADER + markerBytes;
        return ByteBuffer.allocate(at + 36)
                .putShort(0, (short) port)
                .putShort(4, (short) (at + 36))
                .put(at + 16, (byte) 41)
                .put(at + 17, (byte) 0x20)
                .put(at + 18, (byte) 34)
                .put(at + 19, (byte) 0x20)
                .putInt(at + 24, 36)
                .putShort(at + 30, (short) 8)
                .putShort(at + 34, (short) 7)
                .array();
    }

    @Test
    void stunErrorResponseOfAnyMethodIsKnownAndNothingNearIt() {
        assertTrue(isStunError(stun()));
        assertTrue(isStunError(with(stun(), HEADER + 1, 0x13)));
        for (int type : new int[] {0x01, 0x11, 0x00}) {
            byte[] other = with(stun(), HEADER, 0);
            assertFalse(isStunError(with(other, HEADER + 1, type)), "class of " + type);
        }
        assertFalse(isStunError(with(stun(), HEADER + 1, 0x01)), "a success response");
        assertFalse(isStunError(with(stun(), HEADER, 0x81)), "a channel of TURN");
        assertFalse(isStunError(with(stun(), HEADER + 3, 4)), "longer than it is");
        assertFalse(isStunError(with(stun(), HEADER + 7, 0)), "another cookie");
        assertFalse(isStunError(with(stun(), 5, 27)), "cut off");
    }

    @Test
    void invalidSyntaxOfIkeIsKnownOnItsPortsAndNothingNearIt() {
        assertTrue(isInvalidSyntax(ike(500, 0)));
        assertTrue(isInvalidSyntax(ike(4_500, 4)));
        byte[] toPeer = ByteBuffer.wrap(ike(1_000, 0)).putShort(2, (short) 500).array();
        assertTrue(isInvalidSyntax(toPeer));
        assertFalse(isInvalidSyntax(ike(501, 0)), "another port");
        assertFalse(isInvalidSyntax(ike(4_500, 0)), "ESP");
        assertFalse(isInvalidSyntax(with(ike(4_500, 4), HEADER + 3, 1)), "ESP with that inside");
        assertFalse(isInvalidSyntax(ike(500, 4)), "no marker on this port");
        byte[] ike = ike(500, 0);
        assertFalse(isInvalidSyntax(with(ike, HEADER + 16, 46)), "encrypted");
        assertFalse(isInvalidSyntax(with(ike(500, 0), HEADER + 17, 0x10)), "version 1");
        assertFalse(isInvalidSyntax(with(ike(500, 0), HEADER + 19, 0x08)), "a request");
        assertFalse(isInvalidSyntax(with(ike(500, 0), HEADER + 35, 14)), "another notification");
        assertFalse(isInvalidSyntax(with(ike(500, 0), 5, 43)), "cut off");
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void nothingBeyondTheDatagramIsRead(long seed) {
        var random = new SplittableRandom(seed);
        int known = 0;
        for (int round = 0; round < FUZZ_ROUNDS; round++) {
            byte[] bytes = random.nextBoolean() ? stun() : ike(random.nextInt(4) * 500, 0);
            for (int times = random.nextInt(3); times > 0; times--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(HEADER, bytes.length + 1);
            ByteBuffer.wrap(bytes).putShort(4, (short) length);
            byte[] cut = Arrays.copyOf(bytes, length);
            known += isStunError(cut) || isInvalidSyntax(cut) ? 1 : 0;
        }
        assertEquals(true, known > 0, "some were right");
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        return bytes;
    }

    private static boolean isStunError(byte[] datagram) {
        try (Arena arena = Arena.ofConfined()) {
            return UdpReply.isStunError(copy(arena, datagram));
        }
    }

    private static boolean isInvalidSyntax(byte[] datagram) {
        try (Arena arena = Arena.ofConfined()) {
            return UdpReply.isIkeInvalidSyntax(copy(arena, datagram));
        }
    }

    private static long copy(Arena arena, byte[] datagram) {
        long udp = Memory.allocate(arena, datagram.length);
        Memory.put(udp, datagram, 0, datagram.length);
        return udp;
    }
}
