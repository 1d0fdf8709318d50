package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.VnetHeader;
import org.portreeve.nat.memory.Memory;

/**
 * The least node that carries traffic, run by tests in a namespace of its own: one subscriber, one
 * pool address, addresses exchanged and checksums kept. It prints {@code ready}, the first packets
 * of each side, and what it saw when it is asked to stop.
 */
final class TunNode {
    static final String SUBSCRIBER = "100.64.0.2";
    static final String POOL_ADDRESS = "198.51.100.1";

    private static final int PRINTED_PACKETS = 8;
    private static final int PRINTED_BYTES = 64;

    private final TunPort port;
    private final PacketBatch batch = new PacketBatch();
    private final int[] printed = new int[2];
    private volatile boolean stopped;
    private int longestBytes;
    private int segments;

    private TunNode(TunPort port) {
        this.port = port;
    }

    /** Arguments: the inside and the outside interface; with {@code clean} it only removes. */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args[0].equals("clean")) {
            System.out.println("cleaned " + Routes.clean());
            return;
        }
        var config =
                new RouteConfig(
                        "pr0",
                        List.of(args[0]),
                        List.of(args[1]),
                        List.of(Prefix.of("100.64.0.0/10")),
                        List.of(Prefix.of("198.51.100.0/28")));
        try (TunDevices devices = TunDevices.open("pr0", 1, 1)) {
            Routes.install(config);
            var node = new TunNode(devices.ports().getFirst());
            Thread shard = Thread.ofPlatform().start(node::serve);
            System.out.println("ready");
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
            node.stopped = true;
            node.port.wakeup();
            shard.join();
            System.out.println("longest " + node.longestBytes + " segments " + node.segments);
        }
    }

    private void serve() {
        while (!stopped) {
            batch.clear();
            if (port.receive(batch) == 0) {
                port.await(TimeUnit.HOURS.toNanos(1));
            }
            for (int i = 0; i < batch.count(); i++) {
                carry(batch.side(i), batch.address(i), batch.lengthBytes(i));
            }
        }
    }

    private void carry(int side, long packet, int lengthBytes) {
        longestBytes = Math.max(longestBytes, lengthBytes);
        if (VnetHeader.gsoType(packet) == VnetHeader.GSO_TCPV4) {
            segments += lengthBytes / VnetHeader.gsoSizeBytes(packet);
        }
        if (printed[side]++ < PRINTED_PACKETS) {
            print(side, packet, lengthBytes);
        }
        if (side == PacketPort.INSIDE && Memory.u32(packet + 12) == Ipv4.of(SUBSCRIBER)) {
            rewrite(packet, 12, Ipv4.of(POOL_ADDRESS));
            port.send(PacketPort.OUTSIDE, packet, lengthBytes);
        }
        if (side == PacketPort.OUTSIDE && Memory.u32(packet + 16) == Ipv4.of(POOL_ADDRESS)) {
            rewrite(packet, 16, Ipv4.of(SUBSCRIBER));
            port.send(PacketPort.INSIDE, packet, lengthBytes);
        }
    }

    private static void print(int side, long packet, int lengthBytes) {
        byte[] octets = new byte[Math.min(lengthBytes, PRINTED_BYTES)];
        Memory.get(packet, octets, 0, octets.length);
        String name = side == PacketPort.INSIDE ? "inside " : "outside ";
        System.out.println(name + HexFormat.of().formatHex(octets));
    }

    private static void rewrite(long packet, int field, int ip) {
        int old = Memory.u32(packet + field);
        Memory.u32(packet + field, ip);
        adjust(packet + 10, old, ip, false);
        switch (Memory.u8(packet + 9)) {
            case 6 -> adjust(packet + 36, old, ip, VnetHeader.needsChecksum(packet));
            case 17 -> adjust(packet + 26, old, ip, VnetHeader.needsChecksum(packet));
            default -> {}
        }
    }

    /** A checksum after a change of address (RFC 1624); a partial one is not complemented. */
    private static void adjust(long checksum, int old, int ip, boolean partial) {
        int sum = partial ? Memory.u16(checksum) : ~Memory.u16(checksum) & 0xffff;
        sum += (~old >>> 16) + (~old & 0xffff) + (ip >>> 16) + (ip & 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        sum = (sum & 0xffff) + (sum >>> 16);
        Memory.u16(checksum, partial ? sum : ~sum);
    }
}
