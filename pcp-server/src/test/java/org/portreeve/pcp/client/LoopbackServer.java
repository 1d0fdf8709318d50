package org.portreeve.pcp.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** A UDP socket on loopback that answers each datagram as a function of octets says. */
final class LoopbackServer implements AutoCloseable {
    private final DatagramSocket socket;
    private final Function<byte[], List<byte[]>> answers;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();

    LoopbackServer(Function<byte[], List<byte[]>> answers) throws IOException {
        this.socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.answers = answers;
        Thread.ofVirtual().start(this::serve);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
    }

    /** The requests that came so far, in order. */
    List<byte[]> received() {
        return List.copyOf(received);
    }

    private void serve() {
        var packet = new DatagramPacket(new byte[2_000], 2_000);
        try {
            while (true) {
                packet.setLength(2_000);
                socket.receive(packet);
                byte[] request = Arrays.copyOf(packet.getData(), packet.getLength());
                received.add(request);
                for (byte[] answer : answers.apply(request)) {
                    var reply =
                            new DatagramPacket(answer, answer.length, packet.getSocketAddress());
                    socket.send(reply);
                }
            }
        } catch (IOException e) {
            // The test closed the socket.
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
