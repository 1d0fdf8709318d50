package org.portreeve.nat.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.memory.Memory;

/** Goal: a checksum changed in place equals the one computed anew, for any packet. */
class ChecksumsTest {
    private static final int ROUNDS = 3_000;
    private static final int MAX_BYTES = 200;

    private final long packet = Memory.allocate(MAX_BYTES);
    private final long message = packet + Ipv4Header.MIN_BYTES;

    @Test
    void exampleOfRfc1624IsZeroAndNotMinusZero() {
        assertEquals(0x0000, Checksums.update(0xdd2f, Checksums.portDelta(0x5555, 0x3285)));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void updatedChecksumsEqualRecomputedOnes(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            int protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
            int bytes = fill(random, protocol);
            int newIp = word(random) << 16 | word(random);
            int newPort = word(random);
            translate(protocol, newIp, newPort);

            assertEquals(Checksums.ipv4Header(packet), Ipv4Header.checksum(packet));
            assertEquals(
                    Checksums.transport(packet, message, bytes),
                    Memory.u16(message + Checksums.checksumOffset(protocol)));
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void updatedPartialSumsEqualThePseudoHeader(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            int bytes = fill(random, Protocol.TCP);
            long field = message + TcpHeader.CHECKSUM;
            Memory.u16(field, Checksums.pseudoHeader(packet, bytes));
            int newIp = random.nextInt();
            int delta = Checksums.addressDelta(Ipv4Header.source(packet), newIp);
            Ipv4Header.source(packet, newIp);
            Checksums.updatePartialAt(field, delta);

            assertEquals(Checksums.pseudoHeader(packet, bytes), Memory.u16(field));
        }
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void echoWithAnotherIdentifierStillVerifies(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            int bytes = fill(random, Protocol.ICMP);
            if (random.nextInt(4) == 0) {
                for (int at = 0; at < bytes; at++) {
                    Memory.u8(message + at, 0);
                }
                Memory.u16(message + IcmpHeader.IDENTIFIER, word(random));
            }
            long field = message + IcmpHeader.CHECKSUM;
            Memory.u16(field, Checksums.transport(packet, message, bytes));
            Checksums.identifierAt(message, random.nextInt(3) == 0 ? 0 : word(random));

            assertEquals(0xffff, Checksums.sum(message, bytes), "what a receiver checks");
        }
    }

    @Test
    void udpWithoutChecksumStaysWithout() {
        Memory.u16(message, 0);
        Checksums.updateUdpAt(message, Checksums.portDelta(1, 2));
        assertEquals(0, Memory.u16(message));
    }

    @Test
    void udpChecksumThatComesOutAsZeroIsSentAsAllOnes() {
        // 0xdd2f to 0x0000 as in the example of RFC 1624 §4.
        Memory.u16(message, 0xdd2f);
        Checksums.updateUdpAt(message, Checksums.portDelta(0x5555, 0x3285));
        assertEquals(0xffff, Memory.u16(message));
    }

    private void translate(int protocol, int newIp, int newPort) {
        int addresses = Checksums.addressDelta(Ipv4Header.source(packet), newIp);
        int ports = Checksums.portDelta(Memory.u16(message), newPort);
        Ipv4Header.source(packet, newIp);
        Memory.u16(message, newPort);
        Checksums.updateAt(packet + Ipv4Header.CHECKSUM, addresses);
        if (protocol == Protocol.UDP) {
            Checksums.updateUdpAt(message + UdpHeader.CHECKSUM, addresses + ports);
        } else {
            Checksums.updateAt(message + TcpHeader.CHECKSUM, addresses + ports);
        }
    }

    /** A packet with right checksums; returns the octets of its message. */
    private int fill(SplittableRandom random, int protocol) {
        int bytes = random.nextInt(TcpHeader.MIN_BYTES, MAX_BYTES - Ipv4Header.MIN_BYTES + 1);
        for (int at = 0; at < Ipv4Header.MIN_BYTES + bytes - 1; at += 2) {
            Memory.u16(packet + at, word(random));
        }
        Memory.u8(packet + Ipv4Header.VERSION_AND_IHL, 0x45);
        Memory.u8(packet + Ipv4Header.PROTOCOL, protocol);
        Memory.u16(packet + Ipv4Header.CHECKSUM, Checksums.ipv4Header(packet));
        Memory.u16(
                message + Checksums.checksumOffset(protocol),
                Checksums.transport(packet, message, bytes));
        return bytes;
    }

    /** Zeros and ones are where one's-complement sums go wrong. */
    private static int word(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> 0xffff;
            default -> random.nextInt(0x10000);
        };
    }
}
