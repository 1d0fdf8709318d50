package org.portreeve.pcp.socket;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import org.portreeve.control.counter.Counters;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.InsideLink;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.Requester;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpFormat;

/**
 * One listen address: an answer leaves from the socket, and so from the address and port, that the
 * request came to (RFC 6887 §8.3). Bound to the device of its address. Event loop only.
 */
final class PcpSocket {
    /** Answers that may wait for the kernel; beyond them answers are dropped. */
    static final int UNSENT_LIMIT = 4096;

    /** All hosts of a link: not forwarded by any router (RFC 6886 §3.2.1). */
    private static final String ALL_HOSTS = "224.0.0.1";

    /** The same for IPv6 (RFC 6887 §14.1.3). */
    private static final String ALL_NODES = "ff02::1";

    private final PcpAddress address;
    private final String device;
    private final DatagramSocket socket;
    private final Counters<PcpCounter> counters;
    private int unsent;

    private PcpSocket(
            PcpAddress address,
            String device,
            DatagramSocket socket,
            Counters<PcpCounter> counters) {
        this.address = address;
        this.device = device;
        this.socket = socket;
        this.counters = counters;
    }

    /**
     * Opens a socket, or fails with a {@link ListenException}.
     *
     * @param device one of {@link InsideDevice#of}; empty when there is none
     */
    static Future<PcpSocket> open(
            Vertx vertx,
            PcpAddress address,
            String device,
            int port,
            Counters<PcpCounter> counters,
            DatagramHandler handler) {
        DatagramSocket socket;
        try {
            socket = create(vertx, address, device);
        } catch (ListenException e) {
            return Future.failedFuture(e);
        }
        PcpSocket opened = new PcpSocket(address, device, socket, counters);
        socket.handler(packet -> opened.onPacket(packet, handler));
        return socket.listen(port, address.toString())
                .map(opened)
                .recover(cause ->
                        socket.close()
                                .transform(_ -> Future.failedFuture(refusal(address, cause))));
    }

    private static DatagramSocket create(Vertx vertx, PcpAddress address, String device)
            throws ListenException {
        if (!(((VertxInternal) vertx).transport() instanceof BatchingTransport)) {
            throw new IllegalArgumentException("the Vert.x must be made by PcpTransport");
        }
        DatagramSocketOptions options = new DatagramSocketOptions().setIpV6(!address.isIpv4());
        if (!device.isEmpty()) {
            options.setMulticastNetworkInterface(device);
        }
        try {
            return vertx.createDatagramSocket(options);
        } catch (RuntimeException e) {
            throw refusal(address, e);
        }
    }

    private static ListenException refusal(PcpAddress address, Throwable cause) {
        return new ListenException(
                address + " cannot be listened on: " + cause.getMessage(), cause);
    }

    private void onPacket(DatagramPacket packet, DatagramHandler handler) {
        SocketAddress source = packet.sender();
        String sourceHost = source.hostAddress();
        int sourcePort = source.port();
        handler.onDatagram(
                packet.data().getBytes(),
                new Requester(
                        addressOf(sourceHost),
                        sourcePort,
                        device,
                        answer -> send(answer, sourceHost, sourcePort)));
    }

    private PcpAddress addressOf(String host) {
        return address.isIpv4()
                ? PcpAddress.ofIpv4(Ipv4.of(host))
                : PcpAddress.of(InetAddress.ofLiteral(host));
    }

    private void send(byte[] answer, String host, int port) {
        if (unsent == UNSENT_LIMIT) {
            counters.increment(PcpCounter.ANSWER_UNSENT);
            return;
        }
        unsent++;
        socket.send(Buffer.buffer(answer), port, host).onComplete(sent -> onSent(sent.failed()));
    }

    private void onSent(boolean failed) {
        unsent--;
        if (failed) {
            counters.increment(PcpCounter.ANSWER_UNSENT);
        }
    }

    /** Its link: what is said unasked leaves as answers do, from the address and port asked. */
    InsideLink link() {
        String everybody = address.isIpv4() ? ALL_HOSTS : ALL_NODES;
        return new InsideLink(
                address,
                device,
                octets -> send(octets, everybody, PcpFormat.CLIENT_PORT),
                (octets, ip, port) -> send(octets, Ipv4.format(ip), port));
    }

    /** The address and port it listens on. */
    SocketAddress localAddress() {
        return socket.localAddress();
    }

    /** Stops listening; requests received earlier may still be answered. */
    void stopReceiving() {
        socket.handler(null);
    }

    Future<Void> close() {
        return socket.close();
    }

    /** Takes what a control socket receives. */
    @FunctionalInterface
    interface DatagramHandler {
        /** A datagram and who sent it. */
        void onDatagram(byte[] datagram, Requester client);
    }
}
