package org.portreeve.nat.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.memory.Memory;

/** Fields of headers, read from octets that are written down here. */
class HeadersTest {
    private static final int BYTES = 128;

    private final long packet = Memory.allocate(BYTES);

    private void put(int at, int... octets) {
        for (int i = 0; i < octets.length; i++) {
            Memory.u8(packet + at + i, octets[i]);
        }
    }

    @Test
    void fieldsOfIpv4AreWhereTheRfcHasThem() {
        put(0, 0x4f, 0xb8, 0xfe, 0xdc, 1, 2, 0x40, 0, 0x81, 0x91, 0xab, 0xcd);
        put(12, 0xc0, 0, 2, 1, 0xcb, 0, 0x71, 0xff);
        assertEquals(4, Ipv4Header.version(packet));
        assertEquals(60, Ipv4Header.headerBytes(packet));
        assertEquals(0xfedc, Ipv4Header.totalLength(packet));
        assertEquals(0x81, Ipv4Header.timeToLive(packet));
        assertEquals(0x91, Ipv4Header.protocol(packet));
        assertEquals(0xabcd, Ipv4Header.checksum(packet));
        assertEquals(0xc000_0201, Ipv4Header.source(packet));
        assertEquals(0xcb00_71ff, Ipv4Header.destination(packet));
        Ipv4Header.source(packet, 0x0102_0304);
        Ipv4Header.destination(packet, 0x0506_0708);
        assertEquals(0x0102_0304, Ipv4Header.source(packet));
        assertEquals(0x0506_0708, Ipv4Header.destination(packet));
    }

    @Test
    void fragmentHasAnOffsetOrMoreAfterIt() {
        for (int field : new int[] {0, 0x4000, 0x8000}) {
            Memory.u16(packet + 6, field);
            assertFalse(Ipv4Header.isFragment(packet));
        }
        for (int field : new int[] {0x2000, 1, 0x1000, 0x6000}) {
            Memory.u16(packet + 6, field);
            assertTrue(Ipv4Header.isFragment(packet));
        }
    }

    @Test
    void sourceRouteIsFoundAmongOtherOptionsAndNowhereElse() {
        for (int route : new int[] {131, 137}) {
            assertTrue(hasSourceRoute(0x46, route, 3, 4, 0));
            assertTrue(hasSourceRoute(0x47, 1, 1, route, 3, 4, 0, 0, 0));
            assertTrue(hasSourceRoute(0x48, 7, 4, 9, 9, 7, 3, 1, 1, 1, 1, 1, route));
            assertTrue(hasSourceRoute(0x46, 1, route, 3, 4), "one octet has no length");
            assertFalse(hasSourceRoute(0x46, 0, route, 3, 4), "after the end of options");
            assertFalse(hasSourceRoute(0x46, 7, 4, route, route), "inside of another");
            assertFalse(hasSourceRoute(0x46, 1, 1, 1, 1, route), "after the header");
            assertFalse(hasSourceRoute(0x46, 7, 99, route, 1), "in one that is too long");
        }
        assertFalse(hasSourceRoute(0x45, 131, 3, 4, 0), "no options");
        // The last octet has no length any more.
        assertFalse(hasSourceRoute(0x46, 1, 1, 1, 7, 0));
        assertFalse(hasSourceRoute(0x46, 138, 2, 130, 2));
    }

    private boolean hasSourceRoute(int first, int... options) {
        Memory.clear(packet, BYTES);
        put(0, first);
        put(20, options);
        return Ipv4Header.hasSourceRoute(packet);
    }

    @Test
    void fieldsOfTcpAndUdpAreWhereTheRfcsHaveThem() {
        put(12, 0xf5, 0xff);
        assertEquals(60, TcpHeader.headerBytes(packet));
        assertEquals(0xff, TcpHeader.flags(packet));
        put(12, 0x50);
        assertEquals(20, TcpHeader.headerBytes(packet));
        put(4, 0xfe, 0xdc);
        assertEquals(0xfedc, UdpHeader.length(packet));
        for (int flags = 0; flags < 256; flags++) {
            put(13, flags);
            boolean isOpening = (flags & 0x02) != 0 && (flags & 0x10) == 0;
            assertEquals(isOpening, TcpHeader.isOpening(packet));
        }
    }

    @Test
    void typesOfIcmpAreQueriesErrorsOrNeither() {
        for (int type = 0; type < 256; type++) {
            boolean asks = type == 8 || type == 13;
            boolean answers = type == 0 || type == 14;
            assertEquals(asks, IcmpHeader.isRequest(type));
            assertEquals(answers, IcmpHeader.isAnswer(type));
            assertEquals(asks || answers, IcmpHeader.isQuery(type));
            assertEquals(type == 3 || type == 11 || type == 12, IcmpHeader.isError(type));
            put(0, type, 4);
            assertEquals(type, IcmpHeader.type(packet));
            assertEquals(type == 3, IcmpHeader.isTooBig(packet));
            put(0, type, 3);
            assertFalse(IcmpHeader.isTooBig(packet));
        }
        put(4, 0xfe, 0xdc);
        assertEquals(0xfedc, IcmpHeader.identifier(packet));
    }

    /** Any octet that changes makes a checksum wrong, but for both zeros of one's complement. */
    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void checksumsAreRightUntilAnOctetChanges(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            int protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
            int header = 20 + 4 * random.nextInt(6);
            int bytes = random.nextInt(20, BYTES - header - 4);
            fill(random, protocol, header, bytes);
            long message = packet + header;
            assertTrue(Checksums.isIpv4HeaderRight(packet));
            assertTrue(Checksums.isTransportRight(packet, message));
            int at = random.nextInt(header + bytes);
            int before = Memory.u8(packet + at);
            Memory.u8(packet + at, before ^ 1 << random.nextInt(8));
            boolean isLength = at == 0 || at == 2 || at == 3;
            if (at < header && !isLength) {
                assertFalse(Checksums.isIpv4HeaderRight(packet), "octet " + at);
            }
            boolean isUdp = protocol == Protocol.UDP;
            boolean isLengthOfUdp = isUdp && (at - header == 4 || at - header == 5);
            boolean isNone = isUdp && Memory.u16(message + UdpHeader.CHECKSUM) == 0;
            if (at >= header && !isLengthOfUdp && !isNone) {
                assertFalse(Checksums.isTransportRight(packet, message), "octet " + at);
            }
        }
    }

    @Test
    void udpWithoutChecksumIsRight() {
        fill(new SplittableRandom(1), Protocol.UDP, 20, 30);
        Memory.u16(packet + 20 + UdpHeader.CHECKSUM, 0);
        assertTrue(Checksums.isTransportRight(packet, packet + 20));
        fill(new SplittableRandom(1), Protocol.TCP, 20, 30);
        Memory.u16(packet + 20 + TcpHeader.CHECKSUM, 0);
        assertFalse(Checksums.isTransportRight(packet, packet + 20));
    }

    @Test
    void whatFollowsADatagramInItsPacketIsNotSummedUp() {
        fill(new SplittableRandom(1), Protocol.UDP, 20, 30);
        Memory.u16(packet + Ipv4Header.TOTAL_LENGTH, 20 + 30 + 6);
        assertTrue(Checksums.isTransportRight(packet, packet + 20));
        fill(new SplittableRandom(1), Protocol.TCP, 20, 30);
        Memory.u16(packet + Ipv4Header.TOTAL_LENGTH, 20 + 30 + 6);
        assertFalse(Checksums.isTransportRight(packet, packet + 20));
    }

    @Test
    void sumOfOddOctetsIsPaddedBehind() {
        put(0, 0x12, 0x34, 0x56, 0x78);
        assertEquals(0x1234 + 0x5600, Checksums.sum(packet, 3));
        assertEquals(0x1200, Checksums.sum(packet, 1));
        assertEquals(0, Checksums.sum(packet, 0));
        put(0, 0xff, 0xff, 0xff, 0xff, 0, 2);
        assertEquals(2, Checksums.sum(packet, 6));
    }

    /** A packet with right checksums, and octets behind it that do not belong to it. */
    private void fill(SplittableRandom random, int protocol, int header, int bytes) {
        for (int at = 0; at < BYTES; at++) {
            Memory.u8(packet + at, random.nextInt(256));
        }
        Memory.u8(packet, 0x40 | header / 4);
        Memory.u16(packet + Ipv4Header.TOTAL_LENGTH, header + bytes);
        Memory.u8(packet + Ipv4Header.PROTOCOL, protocol);
        Memory.u16(packet + Ipv4Header.CHECKSUM, Checksums.ipv4Header(packet));
        long message = packet + header;
        if (protocol == Protocol.UDP) {
            Memory.u16(message + UdpHeader.LENGTH, bytes);
        }
        int field = Checksums.checksumOffset(protocol);
        Memory.u16(message + field, Checksums.transport(packet, message, bytes));
    }

    @Test
    void checksumFieldsOfTheProtocolsAreWhereTheRfcsHaveThem() {
        assertEquals(16, Checksums.checksumOffset(Protocol.TCP));
        assertEquals(6, Checksums.checksumOffset(Protocol.UDP));
        assertEquals(2, Checksums.checksumOffset(Protocol.ICMP));
    }
}
