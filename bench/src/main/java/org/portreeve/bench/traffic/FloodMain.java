package org.portreeve.bench.traffic;

import java.io.IOException;

/**
 * Sends UDP packets of 64 octets, with the flows in turn, as fast as a core can or at a rate. Says
 * {@code ready}, waits for a line, sends, and says {@code sent PACKETS NANOSECONDS}. Arguments: the
 * first host's address, hosts, ports of each host, the destination address, milliseconds, and
 * packets per second, 0 for as fast as a core can. Main thread.
 */
public final class FloodMain {
    private static final int PACKET_BYTES = 64;
    private static final int UDP_BYTES = PACKET_BYTES - UdpPackets.IP_HEADER_BYTES;
    private static final int FIRST_PORT = 1_024;
    private static final int DISCARD = 9;
    private static final long NS_PER_MS = 1_000_000;

    private final UdpPackets packets;
    private final int firstHost;
    private final int hosts;
    private final int portsEach;
    private final int destination;
    private int host;
    private int port;

    private FloodMain(int firstHost, int hosts, int portsEach, int destination) {
        this.packets = new UdpPackets(PACKET_BYTES, destination);
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
        flood.run(durationNs, Long.parseLong(arguments[5]));
    }

    private void run(long durationNs, long perSecond) throws IOException {
        System.out.println("ready");
        var _ = System.in.read();
        long beginNs = System.nanoTime();
        var pace = new Pace(beginNs, perSecond);
        long nowNs = beginNs;
        long sent = 0;
        while (nowNs - beginNs < durationNs) {
            pace.awaitTurn(sent);
            nextBatch();
            sent += Math.max(0, packets.send(RawSocket.BATCH));
            nowNs = System.nanoTime();
        }
        System.out.println("sent " + sent + " " + (nowNs - beginNs));
    }

    private void nextBatch() {
        for (int i = 0; i < RawSocket.BATCH; i++) {
            int source = firstHost + host;
            int sourcePort = FIRST_PORT + port;
            packets.address(i, source, sourcePort, DISCARD, checksum(source, sourcePort));
            advance();
        }
    }

    private void advance() {
        if (++host == hosts) {
            host = 0;
            port = port + 1 == portsEach ? 0 : port + 1;
        }
    }

    private int checksum(int source, int sourcePort) {
        int udp = UdpPackets.UDP;
        int sum = (source >>> 16) + (source & 0xffff) + sourcePort + DISCARD + udp + 2 * UDP_BYTES;
        sum += (destination >>> 16) + (destination & 0xffff);
        sum = (sum & 0xffff) + (sum >>> 16);
        return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    }
}
