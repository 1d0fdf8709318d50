package org.portreeve.nat.io.memory;

import java.util.HexFormat;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;

/**
 * A packet outside of a {@link MemoryPort}: the side it goes to or came from, its virtio-net header
 * and its octets from the IPv4 header on. The arrays are not to be changed any more. Any thread.
 */
public final class MemoryPacket {
    private final int side;
    private final byte[] vnetHeader;
    private final byte[] bytes;

    /** A packet with a virtio-net header of ten octets; the arrays are the packet's from now on. */
    public MemoryPacket(int side, byte[] vnetHeader, byte[] bytes) {
        if (side != PacketPort.INSIDE && side != PacketPort.OUTSIDE) {
            throw new IllegalArgumentException("no side: " + side);
        }
        if (vnetHeader.length != PacketBatch.VNET_HEADER) {
            throw new IllegalArgumentException("no virtio-net header: " + vnetHeader.length);
        }
        if (bytes.length == 0 || bytes.length > PacketBatch.MAX_PACKET_BYTES) {
            throw new IllegalArgumentException("no packet: " + bytes.length + " octets");
        }
        this.side = side;
        this.vnetHeader = vnetHeader;
        this.bytes = bytes;
    }

    /** {@link PacketPort#INSIDE} or {@link PacketPort#OUTSIDE}. */
    public int side() {
        return side;
    }

    /** The virtio-net header; zeros are an ordinary packet. */
    public byte[] vnetHeader() {
        return vnetHeader;
    }

    /** The octets from the IPv4 header on. */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        String name = side == PacketPort.INSIDE ? "inside " : "outside ";
        return name + HexFormat.of().formatHex(bytes);
    }
}
