package org.portreeve.nat.io;

import org.portreeve.nat.memory.Memory;

/**
 * The virtio-net header that the kernel puts before each packet of a TUN device, ten octets in
 * little-endian order. It says whether the transport checksum is only begun, and how a super-packet
 * is to be cut. Addresses given are those of the IPv4 header that follows it.
 *
 * <pre>
 *  flags u8 | gso_type u8 | hdr_len u16 | gso_size u16 | csum_start u16 | csum_offset u16
 * </pre>
 *
 * <p>A translator sends the header it received untouched: rewriting addresses and ports moves
 * nothing that it describes. Any thread.
 */
public final class VnetHeader {
    /** Flag: the checksum field holds only the pseudo-header sum, not complemented. */
    public static final int NEEDS_CHECKSUM = 1;

    /** Segmentation type of a super-packet of TCP over IPv4. */
    public static final int GSO_TCPV4 = 1;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    private VnetHeader() {}

    /** Whether the checksum of the packet at this address is only begun. */
    public static boolean needsChecksum(long packet) {
        return (u8(packet, FLAGS) & NEEDS_CHECKSUM) != 0;
    }

    /** How the packet at this address is to be cut, 0 when it is not. */
    public static int gsoType(long packet) {
        return u8(packet, GSO_TYPE);
    }

    /** Payload octets of each segment of the super-packet at this address. */
    public static int gsoSizeBytes(long packet) {
        return u16(packet, GSO_SIZE);
    }

    /** Where the checksummed part of the packet at this address begins, from the IPv4 header. */
    public static int checksumStart(long packet) {
        return u16(packet, CHECKSUM_START);
    }

    /** Where the checksum of the packet at this address lies, from {@link #checksumStart}. */
    public static int checksumOffset(long packet) {
        return u16(packet, CHECKSUM_OFFSET);
    }

    /** The header of a packet whose checksum is only begun. */
    public static byte[] partial(int checksumStart, int checksumOffset) {
        byte[] header = new byte[PacketBatch.VNET_HEADER];
        header[FLAGS] = NEEDS_CHECKSUM;
        put(header, CHECKSUM_START, checksumStart);
        put(header, CHECKSUM_OFFSET, checksumOffset);
        return header;
    }

    /** The header of a TCP super-packet to be cut into segments of so many payload octets. */
    public static byte[] tcpSegments(int ipHeaderBytes, int tcpHeaderBytes, int gsoSizeBytes) {
        byte[] header = partial(ipHeaderBytes, 16);
        header[GSO_TYPE] = GSO_TCPV4;
        put(header, HEADER_LENGTH, ipHeaderBytes + tcpHeaderBytes);
        put(header, GSO_SIZE, gsoSizeBytes);
        return header;
    }

    private static void put(byte[] header, int field, int value) {
        header[field] = (byte) value;
        header[field + 1] = (byte) (value >>> 8);
    }

    private static int u8(long packet, int field) {
        return Memory.u8(packet - PacketBatch.VNET_HEADER + field);
    }

    private static int u16(long packet, int field) {
        return u8(packet, field) | u8(packet, field + 1) << 8;
    }
}
