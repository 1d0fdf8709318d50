package org.portreeve.nat.icmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.icmp.EmbeddedPacket.Verdict;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.wire.Checksums;

/**
 * Goal: whatever octets arrive as an ICMP error, none beyond them is touched, and what can be
 * translated is translated back to what it was. Method: random octets, and mutated good messages
 * whose checksums are set right again; other octets behind the message make no difference.
 */
class EmbeddedPacketTest {
    private static final int ROUNDS = 20_000;
    private static final int MAX_BYTES = 160;
    private static final int QUOTE = 8;
    private static final int GUARD_BYTES = 64;
    private static final byte GUARD = (byte) 0xa5;

    private final long memory = Memory.allocate(MAX_BYTES + GUARD_BYTES);

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void nothingOutsideTheMessageIsReadOrWritten(long seed) {
        var random = new SplittableRandom(seed);
        int translated = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] message = random.nextInt(4) == 0 ? noise(random) : mutated(random);
            translated += translate(random, message) ? 1 : 0;
        }
        assertEquals(true, translated > ROUNDS / 20, translated + " of them could be translated");
    }

    /** Translates there and back; whether it could be. */
    private boolean translate(SplittableRandom random, byte[] message) {
        long icmp = place(message);
        // What lies behind must not matter: the same verdict with other octets there.
        Verdict verdict = EmbeddedPacket.verdict(icmp, message.length);
        byte[] guard = new byte[GUARD_BYTES];
        Memory.put(icmp + message.length, guard, 0, GUARD_BYTES);
        assertEquals(verdict, EmbeddedPacket.verdict(icmp, message.length));
        place(message);
        if (verdict != Verdict.OK) {
            assertArrayEquals(message, read(icmp, message.length));
            return false;
        }
        thereAndBack(icmp, message, random);
        byte[] behind = read(icmp + message.length, GUARD_BYTES);
        for (byte octet : behind) {
            assertEquals(GUARD, octet, "behind the message");
        }
        return true;
    }

    private static void thereAndBack(long icmp, byte[] message, SplittableRandom random) {
        int bytes = message.length;
        int sourceIp = EmbeddedPacket.source(icmp);
        int sourcePort = EmbeddedPacket.sourcePort(icmp);
        int ip = random.nextInt();
        int port = random.nextInt(1 << 16);
        EmbeddedPacket.source(icmp, bytes, ip, port);
        assertEquals(Verdict.OK, EmbeddedPacket.verdict(icmp, bytes), "checksums");
        assertEquals(ip, EmbeddedPacket.source(icmp));
        assertEquals(port, EmbeddedPacket.sourcePort(icmp));
        EmbeddedPacket.source(icmp, bytes, sourceIp, sourcePort);
        assertSame(message, read(icmp, bytes));

        int destinationIp = EmbeddedPacket.destination(icmp);
        int destinationPort = EmbeddedPacket.destinationPort(icmp);
        EmbeddedPacket.destination(icmp, bytes, ip, port);
        assertEquals(Verdict.OK, EmbeddedPacket.verdict(icmp, bytes), "checksums");
        assertEquals(ip, EmbeddedPacket.destination(icmp));
        assertEquals(port, EmbeddedPacket.destinationPort(icmp));
        EmbeddedPacket.destination(icmp, bytes, destinationIp, destinationPort);
        assertSame(message, read(icmp, bytes));
    }

    /** Equal but for both zeros of one's complement, which a wrong checksum may come back as. */
    private static void assertSame(byte[] expected, byte[] actual) {
        for (int at = 4; at + 1 < expected.length; at += 2) {
            int before = u16(expected, at);
            int after = u16(actual, at);
            boolean isZero = before % 0xffff == 0 && after % 0xffff == 0;
            assertEquals(true, before == after || isZero, "octets at " + at);
        }
    }

    private static byte[] noise(SplittableRandom random) {
        byte[] message = new byte[random.nextInt(MAX_BYTES + 1)];
        random.nextBytes(message);
        return message;
    }

    /** An error about a packet, with a few octets changed and most checksums right. */
    private byte[] mutated(SplittableRandom random) {
        int header = 20 + 4 * (random.nextInt(3) == 0 ? random.nextInt(11) : 0);
        byte[] message = new byte[QUOTE + header + 8 + random.nextInt(60)];
        random.nextBytes(message);
        message[0] = 3;
        message[5] = (byte) (random.nextInt(4) == 0 ? random.nextInt(40) : 0);
        message[QUOTE] = (byte) (0x40 | header / 4);
        put16(message, QUOTE + 2, message.length);
        put16(message, QUOTE + 6, 0x4000);
        message[QUOTE + 9] = (byte) (new int[] {6, 17, 1})[random.nextInt(3)];
        message[QUOTE + header] = (byte) random.nextInt(16);
        for (int changes = random.nextInt(3); changes > 0; changes--) {
            message[random.nextInt(message.length)] = (byte) random.nextInt(256);
        }
        int claimed = (message[QUOTE] & 0x0f) * 4;
        boolean fits = claimed >= 12 && QUOTE + claimed <= message.length;
        return fits && random.nextInt(8) > 0 ? withChecksums(message, claimed) : message;
    }

    private byte[] withChecksums(byte[] message, int header) {
        put16(message, QUOTE + 10, 0);
        long icmp = place(message);
        put16(message, QUOTE + 10, ~Checksums.sum(icmp + QUOTE, header));
        put16(message, 2, 0);
        place(message);
        put16(message, 2, ~Checksums.sum(icmp, message.length));
        return message;
    }

    /** So that the guard begins where the message ends. */
    private long place(byte[] message) {
        byte[] guard = new byte[GUARD_BYTES];
        Arrays.fill(guard, GUARD);
        long icmp = memory + MAX_BYTES - message.length;
        Memory.put(icmp, message, 0, message.length);
        Memory.put(icmp + message.length, guard, 0, GUARD_BYTES);
        return icmp;
    }

    private static byte[] read(long address, int bytes) {
        byte[] octets = new byte[bytes];
        Memory.get(address, octets, 0, bytes);
        return octets;
    }

    private static int u16(byte[] bytes, int at) {
        return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
    }

    private static void put16(byte[] bytes, int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }
}
