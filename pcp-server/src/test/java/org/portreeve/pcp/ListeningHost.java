package org.portreeve.pcp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A host that listens where clients do: at 224.0.0.1 port 5350 of the loopback device. */
public final class ListeningHost implements AutoCloseable {
    private static final int PORT = 5350;

    /** A few ticks of a node. */
    private static final long STEP_MILLIS = 150;

    private final DatagramChannel channel;
    private final int version;
    private byte[] heard = {};

    private ListeningHost(int version) throws IOException {
        InetAddress group = InetAddress.ofLiteral("224.0.0.1");
        this.version = version;
        channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(group, PORT));
        channel.join(group, NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()));
        channel.configureBlocking(false);
    }

    /** One that understands this version only, 0 of NAT-PMP or 2 of PCP. */
    public static ListeningHost of(int version) throws IOException {
        return new ListeningHost(version);
    }

    /** What comes from this address next; others on this host may announce too. */
    public byte[] hear(InetSocketAddress node) throws IOException {
        return hear(node, TimeUnit.SECONDS.toNanos(1));
    }

    public boolean isSilent(InetSocketAddress node) throws IOException {
        return isSilent(node, 300);
    }

    private boolean isSilent(InetSocketAddress node, long millis) throws IOException {
        try {
            heard = hear(node, TimeUnit.MILLISECONDS.toNanos(millis));
            return false;
        } catch (SocketTimeoutException _) {
            return true;
        }
    }

    /**
     * The next copy of an announcement, by the clock of a node that is moved on to it.
     *
     * @param gapMillis how long after the copy before it comes at least
     */
    public byte[] hearAfter(PcpNode node, long gapMillis) throws IOException {
        node.skipMillis(gapMillis - 200);
        // It is late when those before it were; the steps grow with that.
        long stepMillis = gapMillis / 4;
        while (isSilent(node.address(), STEP_MILLIS)) {
            node.skipMillis(stepMillis);
            stepMillis *= 2;
        }
        return heard;
    }

    private byte[] hear(InetSocketAddress node, long timeoutNs) throws IOException {
        ByteBuffer datagram = ByteBuffer.allocate(2000);
        long untilNs = System.nanoTime() + timeoutNs;
        while (System.nanoTime() - untilNs < 0) {
            if (node.equals(channel.receive(datagram.clear())) && datagram.get(0) == version) {
                return Arrays.copyOf(datagram.array(), datagram.position());
            }
            LockSupport.parkNanos(1_000_000);
        }
        throw new SocketTimeoutException("nothing of " + node);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
