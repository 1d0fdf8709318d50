package org.portreeve.bench.traffic;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;

/**
 * The far end: sends each datagram back, and takes TCP connections and ends them. Arguments: the
 * UDP port and the TCP port. Two threads.
 */
public final class EchoMain {
    private static final int BACKLOG = 4_096;

    /** As much as the product's own control sockets ask for. */
    private static final int RECEIVE_QUEUE_BYTES = 16 << 20;

    private static final int MAX_DATAGRAM_BYTES = 2_048;

    private EchoMain() {}

    /** Runs until it is killed. */
    public static void main(String[] arguments) throws IOException {
        DatagramChannel udp = DatagramChannel.open();
        udp.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_QUEUE_BYTES);
        udp.bind(new InetSocketAddress(Integer.parseInt(arguments[0])));
        ServerSocketChannel tcp = ServerSocketChannel.open();
        tcp.bind(new InetSocketAddress(Integer.parseInt(arguments[1])), BACKLOG);
        Thread.ofPlatform().start(() -> endConnections(tcp));
        System.out.println("ready");
        ByteBuffer datagram = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);
        while (true) {
            datagram.clear();
            SocketAddress from = udp.receive(datagram);
            udp.send(datagram.flip(), from);
        }
    }

    private static void endConnections(ServerSocketChannel tcp) {
        try {
            while (true) {
                tcp.accept().close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot take connections", e);
        }
    }
}
