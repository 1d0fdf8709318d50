package org.portreeve.nat.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.icmp.EmbeddedPacket;
import org.portreeve.nat.icmp.ErrorMessage;
import org.portreeve.nat.memory.Memory;
import org.portreeve.nat.wire.Checksums;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.Ipv4Header;
import org.portreeve.nat.wire.TcpHeader;
import org.portreeve.nat.wire.UdpReply;

/**
 * Packets as they come from a device: what was checked is read and rewritten within its octets. The
 * packet lies at the end of its memory, so that the checked mode sees an octet too far.
 */
class PacketFuzzTest {
    private static final int MAX_BYTES = 2_048;
    private static final int NODE_IP = 0xc633_6401;

    private static final long MEMORY = Memory.allocate(MAX_BYTES);

    private final ErrorMessage error = new ErrorMessage();

    @FuzzTest(maxDuration = "1m")
    void whatIsCheckedIsReadWithinItsOctets(byte[] octets) {
        if (octets.length > MAX_BYTES) {
            return;
        }
        long packet = MEMORY + MAX_BYTES - octets.length;
        Memory.put(packet, octets, 0, octets.length);
        if (PacketCheck.verdict(packet, octets.length) == PacketCheck.OK) {
            int header = Ipv4Header.headerBytes(packet);
            assertTrue(Ipv4Header.totalLength(packet) <= octets.length);
            Checksums.isIpv4HeaderRight(packet);
            Checksums.isTransportRight(packet, packet + header);
            if (ErrorMessage.mayBeAbout(packet)) {
                error.write(3, 1, 0, packet, NODE_IP);
            }
            read(packet, packet + header);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void anErrorIsTranslatedWithinItsOctets(byte[] octets) {
        if (octets.length < IcmpHeader.BYTES + Ipv4Header.MIN_BYTES || octets.length > MAX_BYTES) {
            return;
        }
        long icmp = MEMORY + MAX_BYTES - octets.length;
        Memory.put(icmp, octets, 0, octets.length);
        sum(icmp, octets.length);
        if (EmbeddedPacket.verdict(icmp, octets.length) == EmbeddedPacket.Verdict.OK) {
            translate(icmp, octets.length);
        }
    }

    private static void read(long packet, long message) {
        switch (Ipv4Header.protocol(packet)) {
            case Protocol.TCP -> assertTrue(TcpHeader.headerBytes(message) >= TcpHeader.MIN_BYTES);
            case Protocol.UDP -> {
                UdpReply.isStunError(message);
                UdpReply.isIkeInvalidSyntax(message);
            }
            default -> {
                int bytes = Ipv4Header.totalLength(packet) - Ipv4Header.headerBytes(packet);
                if (!IcmpHeader.isQuery(IcmpHeader.type(message))) {
                    translate(message, bytes);
                }
            }
        }
    }

    private static void translate(long icmp, int bytes) {
        EmbeddedPacket.source(icmp, bytes, NODE_IP, 2_000);
        EmbeddedPacket.destination(icmp, bytes, NODE_IP + 1, 2_001);

        assertEquals(EmbeddedPacket.Verdict.OK, EmbeddedPacket.verdict(icmp, bytes));
        assertEquals(NODE_IP, EmbeddedPacket.source(icmp));
        assertEquals(NODE_IP + 1, EmbeddedPacket.destination(icmp));
    }

    /** A fuzzer finds no checksums; whoever sends such errors has them right. */
    private static void sum(long icmp, int bytes) {
        long quote = icmp + IcmpHeader.BYTES;
        int header = Ipv4Header.headerBytes(quote);
        if (header >= Ipv4Header.MIN_BYTES && IcmpHeader.BYTES + header <= bytes) {
            Memory.u16(quote + Ipv4Header.CHECKSUM, 0);
            Memory.u16(quote + Ipv4Header.CHECKSUM, ~Checksums.sum(quote, header));
        }
        Memory.u16(icmp + IcmpHeader.CHECKSUM, 0);
        Memory.u16(icmp + IcmpHeader.CHECKSUM, ~Checksums.sum(icmp, bytes));
    }
}
