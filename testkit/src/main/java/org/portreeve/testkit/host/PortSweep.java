package org.portreeve.testkit.host;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/**
 * What somebody does who looks for open ports: a datagram and a SYN to each port of an address, the
 * SYN from a port of its own each time, round after round on a thread of its own until closed.
 */
final class PortSweep implements AutoCloseable {
    private final InetSocketAddress source;
    private final String target;
    private final int firstPort;
    private final int lastPort;
    private volatile boolean closed;

    PortSweep(String source, String target, int firstPort, int lastPort) {
        this.source = new InetSocketAddress(source, 0);
        this.target = target;
        this.firstPort = firstPort;
        this.lastPort = lastPort;
    }

    void start() {
        Thread.ofPlatform().daemon().start(this::run);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        try (DatagramChannel udp = DatagramChannel.open().bind(source)) {
            while (!closed) {
                for (int port = firstPort; port <= lastPort && !closed; port++) {
                    var address = new InetSocketAddress(target, port);
                    udp.send(ByteBuffer.wrap(new byte[] {1}), address);
                    knock(address);
                }
            }
        } catch (IOException e) {
            // The sweep ends; the test that counts what arrived will say so.
            closed = true;
        }
    }

    private void knock(InetSocketAddress address) throws IOException {
        try (SocketChannel tcp = SocketChannel.open()) {
            tcp.configureBlocking(false);
            tcp.bind(source);
            tcp.connect(address);
        } catch (IOException e) {
            // Refused at once, or out of local ports for a moment: on to the next.
            Thread.onSpinWait();
        }
    }
}
