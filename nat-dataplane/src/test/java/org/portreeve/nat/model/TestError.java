package org.portreeve.nat.model;

import java.nio.ByteBuffer;
import org.portreeve.nat.Protocol;

/**
 * An ICMP error by its meaning; {@link #bytes} writes it with checksums computed from scratch.
 *
 * @param type type and code
 * @param rest octets 4 to 7 of the ICMP header
 * @param source who says so
 * @param destination to whom
 * @param quote the octets of the packet it is about
 * @param after extensions, or anything else, after the quote
 * @param header the fields of the IPv4 header that translation leaves alone
 */
record TestError(
        Type type,
        int rest,
        int source,
        int destination,
        ByteBuffer quote,
        ByteBuffer after,
        Header header) {
    /** Type and code. */
    record Type(int type, int code) {}

    /** Of the IPv4 header. */
    record Header(int serviceType, int identification, int timeToLive) {}

    private static final int IP_BYTES = 20;
    private static final int ICMP_BYTES = 8;

    /** An error about a packet, to its sender, from nobody yet. */
    static TestError about(int type, int code, byte[] packet) {
        return new TestError(
                new Type(type, code),
                0,
                0,
                TestPacket.u32(packet, 12),
                ByteBuffer.wrap(packet),
                ByteBuffer.allocate(0),
                new Header(0xc0, 0x4321, 57));
    }

    TestError from(int ip) {
        return new TestError(type, rest, ip, destination, quote, after, header);
    }

    TestError to(int ip) {
        return new TestError(type, rest, source, ip, quote, after, header);
    }

    /** About another packet; the receiver stays. */
    TestError quoting(byte[] other) {
        return new TestError(
                type, rest, source, destination, ByteBuffer.wrap(other), after, header);
    }

    /** With only so many octets of the quote. */
    TestError cutTo(int bytes) {
        byte[] head = new byte[Math.min(bytes, quote.capacity())];
        quote.get(0, head);
        return quoting(head);
    }

    TestError rest(int other) {
        return new TestError(type, other, source, destination, quote, after, header);
    }

    TestError followedBy(byte[] other) {
        return new TestError(
                type, rest, source, destination, quote, ByteBuffer.wrap(other), header);
    }

    TestError timeToLive(int hops) {
        var other = new Header(header.serviceType, header.identification, hops);
        return new TestError(type, rest, source, destination, quote, after, other);
    }

    /** As the translator writes its own. */
    TestError ofTranslator() {
        var other = new Header(quote.get(1) & 0xfc, 0, 64);
        return new TestError(type, rest, source, destination, quote, after, other);
    }

    /** The octets from the IPv4 header on. */
    byte[] bytes() {
        int quoteAt = IP_BYTES + ICMP_BYTES;
        int length = quoteAt + quote.capacity() + after.capacity();
        byte[] bytes = new byte[length];
        quote.get(0, bytes, quoteAt, quote.capacity());
        after.get(0, bytes, quoteAt + quote.capacity(), after.capacity());
        bytes[0] = 0x45;
        bytes[1] = (byte) header.serviceType;
        TestPacket.u16(bytes, 2, length);
        TestPacket.u16(bytes, 4, header.identification);
        TestPacket.u16(bytes, 6, 0x4000);
        bytes[8] = (byte) header.timeToLive;
        bytes[9] = Protocol.ICMP;
        TestPacket.u32(bytes, 12, source);
        TestPacket.u32(bytes, 16, destination);
        TestPacket.u16(bytes, 10, ~TestPacket.sum(bytes, 0, IP_BYTES));
        bytes[IP_BYTES] = (byte) type.type;
        bytes[IP_BYTES + 1] = (byte) type.code;
        TestPacket.u32(bytes, IP_BYTES + 4, rest);
        TestPacket.u16(bytes, IP_BYTES + 2, ~TestPacket.sum(bytes, IP_BYTES, length - IP_BYTES));
        return bytes;
    }
}
