package org.portreeve.nat.icmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.icmp.EmbeddedPacket.Verdict;
import org.portreeve.nat.memory.Memory;

/** What becomes of the checksums of quoted packets, and where a quote ends; sums are the test's. */
class QuotedPacketTest {
    private static final int INTERNAL = Ipv4.of("100.64.9.7");
    private static final int EXTERNAL = Ipv4.of("198.51.100.1");
    private static final int REMOTE = Ipv4.of("203.0.113.9");
    private static final int QUOTE = 8;
    private static final int TRANSPORT = QUOTE + 20;
    private static final int PORT = 2_000;
    private static final int MAX_BYTES = 256;

    private final long memory = Memory.allocate(MAX_BYTES);

    private static byte[] udp(int checksum) {
        return ByteBuffer.allocate(12)
                .putShort((short) PORT)
                .putShort((short) 53)
                .putShort((short) 12)
                .putShort((short) checksum)
                .putInt(0x0102_0304)
                .array();
    }

    private static byte[] tcp() {
        return ByteBuffer.allocate(20)
                .putShort((short) PORT)
                .putShort((short) 443)
                .putLong(0x0102_0304_0506_0708L)
                .putShort((short) 0x5010)
                .putShort((short) 0xffff)
                .putInt(0)
                .array();
    }

    private static byte[] echo() {
        byte[] echo = ByteBuffer.allocate(8).putInt(8 << 24).putShort((short) PORT).array();
        return put(echo, 2, checksum(echo, 0, echo.length, 0));
    }

    /** The packet with its right header checksum; its own of the transport is set where asked. */
    private static byte[] packet(int source, int protocol, byte[] transport) {
        byte[] packet =
                ByteBuffer.allocate(20 + transport.length)
                        .putShort((short) 0x4500)
                        .putShort((short) (20 + transport.length))
                        .putInt(0x4000)
                        .put((byte) 64)
                        .put((byte) protocol)
                        .putShort((short) 0)
                        .putInt(source)
                        .putInt(REMOTE)
                        .put(transport)
                        .array();
        return put(packet, 10, checksum(packet, 0, 20, 0));
    }

    private static byte[] withTransportChecksum(byte[] packet, int field) {
        put(packet, 20 + field, 0);
        return put(packet, 20 + field, transportChecksum(packet));
    }

    private static int transportChecksum(byte[] packet) {
        int length = packet.length - 20;
        int pseudo = sum(packet, 12, 8) + packet[9] + length;
        return checksum(packet, 20, length, pseudo);
    }

    private static int sum(byte[] octets, int from, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (octets[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int checksum(byte[] octets, int from, int length, int begun) {
        int sum = begun + sum(octets, from, length);
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return ~sum & 0xffff;
    }

    private static byte[] put(byte[] octets, int at, int value) {
        ByteBuffer.wrap(octets).putShort(at, (short) value);
        return octets;
    }

    private static byte[] error(int quoteWords, byte[] quote) {
        byte[] error = new byte[QUOTE + quote.length];
        error[0] = 11;
        error[5] = (byte) quoteWords;
        System.arraycopy(quote, 0, error, QUOTE, quote.length);
        return put(error, 2, checksum(error, 0, error.length, 0));
    }

    /** The error once the source of its quote is the internal endpoint. */
    private byte[] translated(byte[] error, int port) {
        Memory.put(memory, error, 0, error.length);
        assertEquals(Verdict.OK, EmbeddedPacket.verdict(memory, error.length));
        EmbeddedPacket.source(memory, error.length, INTERNAL, port);
        assertEquals(Verdict.OK, EmbeddedPacket.verdict(memory, error.length));
        byte[] octets = new byte[error.length];
        Memory.get(memory, octets, 0, octets.length);
        return octets;
    }

    private Verdict verdict(byte[] error) {
        Memory.put(memory, error, 0, error.length);
        return EmbeddedPacket.verdict(memory, error.length);
    }

    @Test
    void aWholeQuoteIsThePacketThatTheHostSent() {
        byte[] sentUdp = withTransportChecksum(packet(EXTERNAL, Protocol.UDP, udp(0)), 6);
        byte[] wantedUdp = withTransportChecksum(packet(INTERNAL, Protocol.UDP, udp(0)), 6);
        byte[] sentTcp = withTransportChecksum(packet(EXTERNAL, Protocol.TCP, tcp()), 16);
        byte[] wantedTcp = withTransportChecksum(packet(INTERNAL, Protocol.TCP, tcp()), 16);

        assertArrayEquals(error(0, wantedUdp), translated(error(0, sentUdp), PORT));
        assertArrayEquals(error(0, wantedTcp), translated(error(0, sentTcp), PORT));
        byte[] sentEcho = packet(EXTERNAL, Protocol.ICMP, echo());
        assertArrayEquals(
                error(0, packet(INTERNAL, Protocol.ICMP, echo())),
                translated(error(0, sentEcho), PORT));
    }

    @Test
    void aDatagramWithoutAChecksumGetsNone() {
        byte[] sent = packet(EXTERNAL, Protocol.UDP, udp(0));

        assertArrayEquals(
                error(0, packet(INTERNAL, Protocol.UDP, udp(0))), translated(error(0, sent), PORT));
    }

    /**
     * RFC 768: a sum of zero is sent as all ones; a field of zero would mean that there is none.
     */
    @Test
    void noPortMakesADatagramOneWithoutAChecksum() {
        byte[] sent = error(0, withTransportChecksum(packet(EXTERNAL, Protocol.UDP, udp(0)), 6));
        int allOnes = 0;
        for (int port = 1; port < 1 << 16; port++) {
            byte[] octets = translated(sent, port);
            int checksum = ByteBuffer.wrap(octets).getShort(TRANSPORT + 6) & 0xffff;
            assertNotEquals(0, checksum, "port " + port);
            allOnes += checksum == 0xffff ? 1 : 0;
        }
        assertEquals(1, allOnes, "the sum is zero for one of them");
    }

    /** RFC 4884 §4: a quote of eight octets of TCP that was filled up to 128. */
    @Test
    void zerosThatFillAQuoteUpStayZeros() {
        byte[] whole = packet(EXTERNAL, Protocol.TCP, Arrays.copyOf(tcp(), 400));
        byte[] filled = Arrays.copyOf(Arrays.copyOf(whole, 28), 128);

        byte[] octets = translated(error(32, filled), PORT);

        assertArrayEquals(new byte[100], Arrays.copyOfRange(octets, QUOTE + 28, octets.length));
    }

    @Test
    void theLengthOfAQuoteIsInWordsOfFourOctets() {
        byte[] quote = Arrays.copyOf(packet(EXTERNAL, Protocol.UDP, udp(0)), 136);

        assertEquals(Verdict.OK, verdict(error(32, quote)));
        assertEquals(Verdict.OK, verdict(error(7, quote)), "28 octets are the least");
        assertEquals(Verdict.UNREADABLE, verdict(error(6, quote)));
    }

    @ParameterizedTest
    @ValueSource(ints = {Protocol.TCP, Protocol.UDP, Protocol.ICMP})
    void errorsAboutWhatIsTranslatedAreRead(int protocol) {
        assertEquals(Verdict.OK, verdict(error(0, packet(EXTERNAL, protocol, echo()))));
    }

    @Test
    void errorsAboutOtherProtocolsAndAboutErrorsAreNot() {
        byte[] unreachable = ByteBuffer.allocate(8).put((byte) 3).array();

        assertEquals(Verdict.UNREADABLE, verdict(error(0, packet(EXTERNAL, 47, echo()))));
        byte[] aboutError = packet(EXTERNAL, Protocol.ICMP, unreachable);
        assertEquals(Verdict.UNREADABLE, verdict(error(0, aboutError)));
    }
}
