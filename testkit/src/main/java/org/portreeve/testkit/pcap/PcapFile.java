package org.portreeve.testkit.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads classic pcap files of Ethernet frames; a record that was cut at the end is left out. */
public final class PcapFile {
    private static final int MICROS_MAGIC = 0xa1b2c3d4;
    private static final int LINK_ETHERNET = 1;
    private static final int FILE_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int ETHERNET_HEADER = 14;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int IPV4_HEADER = 20;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private PcapFile() {}

    /** The IPv4 packets of a file, in order. */
    public static List<CapturedPacket> read(Path file) throws IOException {
        return read(Files.readAllBytes(file));
    }

    /** The IPv4 packets of a file's bytes, in order. */
    static List<CapturedPacket> read(byte[] bytes) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < FILE_HEADER
                || file.getInt(0) != MICROS_MAGIC
                || file.getInt(20) != LINK_ETHERNET) {
            throw new IOException("not a little-endian pcap file of Ethernet frames");
        }
        List<CapturedPacket> packets = new ArrayList<>();
        int at = FILE_HEADER;
        while (at + RECORD_HEADER <= bytes.length) {
            long micros = file.getInt(at) * 1_000_000L + file.getInt(at + 4);
            int length = file.getInt(at + 8);
            int frame = at + RECORD_HEADER;
            if (length < 0 || frame + length > bytes.length) {
                break;
            }
            ipv4(micros, ByteBuffer.wrap(bytes, frame, length).slice()).ifPresent(packets::add);
            at = frame + length;
        }
        return packets;
    }

    private static Optional<CapturedPacket> ipv4(long micros, ByteBuffer frame) {
        if (frame.limit() < ETHERNET_HEADER + IPV4_HEADER
                || Short.toUnsignedInt(frame.getShort(12)) != ETHERTYPE_IPV4) {
            return Optional.empty();
        }
        ByteBuffer packet = frame.slice(ETHERNET_HEADER, frame.limit() - ETHERNET_HEADER);
        int headerBytes = (packet.get(0) & 0xf) * 4;
        int protocol = Byte.toUnsignedInt(packet.get(9));
        boolean firstFragment = (packet.getShort(6) & 0x1fff) == 0;
        boolean ports =
                firstFragment
                        && (protocol == TCP || protocol == UDP)
                        && packet.limit() >= headerBytes + 4;
        return Optional.of(
                new CapturedPacket(
                        micros,
                        protocol,
                        dotted(packet, 12),
                        dotted(packet, 16),
                        ports ? Short.toUnsignedInt(packet.getShort(headerBytes)) : 0,
                        ports ? Short.toUnsignedInt(packet.getShort(headerBytes + 2)) : 0,
                        Short.toUnsignedInt(packet.getShort(2))));
    }

    private static String dotted(ByteBuffer packet, int offset) {
        return "%d.%d.%d.%d"
                .formatted(
                        packet.get(offset) & 0xff,
                        packet.get(offset + 1) & 0xff,
                        packet.get(offset + 2) & 0xff,
                        packet.get(offset + 3) & 0xff);
    }
}
