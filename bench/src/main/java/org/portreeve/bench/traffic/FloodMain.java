package org.portreeve.bench.traffic;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Sends UDP packets of 64 octets as fast as a core can, with the flows in turn. Says {@code ready},
 * waits for a line, sends, and says {@code sent PACKETS NANOSECONDS}. Arguments: the first host's
 * address, hosts, ports of each host, the destination address, and milliseconds. Main thread.
 */
public final class FloodMain {
    private static final int PACKET_BYTES = 64;
    private static final int HEADER_BYTES = 20;
    private static final int UDP_BYTES = PACKET_BYTES - HEADER_BYTES;
    private static final int UDP = 17;
    private static final int FIRST_PORT = 1_024;
    private static final int DISCARD = 9;
    private static final long NS_PER_MS = 1_000_000;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment packets =
            Arena.global().allocate((long) RawSocket.BATCH * PACKET_BYTES, 64);
    private final int firstHost;
    private final int hosts;
    private final int portsEach;
    private final int destination;
    private int host;
    private int port;

    private FloodMain(int firstHost, int hosts, int portsEach, int destination) {
        this.firstHost = firstHost;
        this.hosts = hosts;
        this.portsEach = portsEach;
        this.destination = destination;
    }

    /** Runs once. */
    public static void main(String[] arguments) throws IOException {
        var flood =
                new FloodMain(
                        Octets.ipv4(arguments[0]),
                        Integer.parseInt(arguments[1]),
                        Integer.parseInt(arguments[2]),
                        Octets.ipv4(arguments[3]));
        long durationNs = Long.parseLong(arguments[4]) * NS_PER_MS;
        flood.run(durationNs);
    }

    private void run(long durationNs) throws IOException {
        for (int i = 0; i < RawSocket.BATCH; i++) {
            prepare((long) i * PACKET_BYTES);
        }
        var socket = new RawSocket(packets, PACKET_BYTES, destination);
        System.out.println("ready");
        var _ = System.in.read();
        long beginNs = System.nanoTime();
        long nowNs = beginNs;
        long sent = 0;
        while (nowNs - beginNs < durationNs) {
            nextBatch();
            sent += Math.max(0, socket.send());
            nowNs = System.nanoTime();
        }
        System.out.println("sent " + sent + " " + (nowNs - beginNs));
    }

    // The kernel writes the length, the identification and the checksum of the IPv4 header.
    private void prepare(long packet) {
        packets.set(U16, packet, (short) 0x4500);
        packets.set(U16, packet + 6, (short) 0x4000);
        packets.set(U16, packet + 8, (short) (64 << 8 | UDP));
        packets.set(U32, packet + 16, destination);
        packets.set(U16, packet + 22, (short) DISCARD);
        packets.set(U16, packet + 24, (short) UDP_BYTES);
    }

    private void nextBatch() {
        for (int i = 0; i < RawSocket.BATCH; i++) {
            long packet = (long) i * PACKET_BYTES;
            int source = firstHost + host;
            int sourcePort = FIRST_PORT + port;
            packets.set(U32, packet + 12, source);
            packets.set(U16, packet + 20, (short) sourcePort);
            packets.set(U16, packet + 26, checksum(source, sourcePort));
            advance();
        }
    }

    private void advance() {
        if (++host == hosts) {
            host = 0;
            port = port + 1 == portsEach ? 0 : port + 1;
        }
    }

    private short checksum(int source, int sourcePort) {
        int sum = (source >>> 16) + (source & 0xffff) + sourcePort + DISCARD + UDP + 2 * UDP_BYTES;
        sum += (destination >>> 16) + (destination & 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        return (short) ~((sum & 0xffff) + (sum >>> 16));
    }
}
