package org.portreeve.bench.traffic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Measures round trips of UDP packets of 64 octets, one after the other. Says {@code took P50 P99}
 * in nanoseconds. Arguments: the far end's address and port, and how many. Main thread.
 */
public final class RoundTripMain {
    private static final int PAYLOAD_BYTES = 36;

    private RoundTripMain() {}

    /** Runs once; the first tenth is not counted. */
    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[2]);
        long[] tookNs = new long[count];
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])));
            ByteBuffer datagram = ByteBuffer.allocateDirect(PAYLOAD_BYTES);
            for (int i = -count / 10; i < count; i++) {
                long beginNs = System.nanoTime();
                channel.write(datagram.clear());
                channel.read(datagram.clear());
                tookNs[Math.max(i, 0)] = System.nanoTime() - beginNs;
            }
        }
        System.out.println(Times.took(tookNs));
    }
}
