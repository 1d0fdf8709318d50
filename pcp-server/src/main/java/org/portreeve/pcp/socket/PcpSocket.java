package org.portreeve.pcp.socket;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.InternetProtocolFamily;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.portreeve.control.counter.Counters;
import org.portreeve.pcp.InsideLink;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.Requester;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpFormat;

/**
 * One listen address: an answer leaves from the socket, and so from the address and port, that the
 * request came to (RFC 6887 §8.3). Bound to the device of its address. A channel on the event loop
 * of Vert.x, without the names, futures and buffers that a datagram socket of Vert.x makes for each
 * datagram: these took as long as the decision about it. Event loop only.
 */
final class PcpSocket {
    /** Answers that may wait for the kernel; beyond them answers are dropped. */
    static final int UNSENT_LIMIT = 4096;

    /** All hosts of a link: not forwarded by any router (RFC 6886 §3.2.1). */
    private static final InetAddress ALL_HOSTS = InetAddress.ofLiteral("224.0.0.1");

    /** The same for IPv6 (RFC 6887 §14.1.3). */
    private static final InetAddress ALL_NODES = InetAddress.ofLiteral("ff02::1");

    private final PcpAddress address;
    private final String device;
    private final DatagramChannel channel;
    private final ContextInternal context;
    private final Counters<PcpCounter> counters;
    private final ChannelFutureListener onSent = this::onSent;
    private boolean isReceiving = true;
    private int unsent;

    private PcpSocket(
            PcpAddress address,
            String device,
            DatagramChannel channel,
            ContextInternal context,
            Counters<PcpCounter> counters) {
        this.address = address;
        this.device = device;
        this.channel = channel;
        this.context = context;
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
        ContextInternal context = ((VertxInternal) vertx).getOrCreateContext();
        PcpSocket opened;
        try {
            DatagramChannel channel = create((VertxInternal) vertx, address, device);
            opened = new PcpSocket(address, device, channel, context, counters);
        } catch (ListenException e) {
            return Future.failedFuture(e);
        }
        return opened.listen(port, handler)
                .map(opened)
                .recover(cause ->
                        opened.close()
                                .transform(_ -> Future.failedFuture(refusal(address, cause))));
    }

    private static DatagramChannel create(VertxInternal vertx, PcpAddress address, String device)
            throws ListenException {
        if (!(vertx.transport() instanceof BatchingTransport transport)) {
            throw new IllegalArgumentException("the Vert.x must be made by PcpTransport");
        }
        DatagramSocketOptions options = new DatagramSocketOptions().setIpV6(!address.isIpv4());
        if (!device.isEmpty()) {
            options.setMulticastNetworkInterface(device);
        }
        DatagramChannel channel = transport.datagramChannel(family(address));
        try {
            transport.configure(channel, options);
            return channel;
        } catch (RuntimeException e) {
            channel.unsafe().closeForcibly();
            throw refusal(address, e);
        }
    }

    @SuppressWarnings("deprecation") // The interface of Vert.x still asks for Netty's old enum.
    private static InternetProtocolFamily family(PcpAddress address) {
        return address.isIpv4() ? InternetProtocolFamily.IPv4 : InternetProtocolFamily.IPv6;
    }

    private static ListenException refusal(PcpAddress address, Throwable cause) {
        return new ListenException(
                address + " cannot be listened on: " + cause.getMessage(), cause);
    }

    private Future<Void> listen(int port, DatagramHandler handler) {
        // One batch at a time: between two of them the loop does what else is due.
        channel.config()
                .<MaxMessagesRecvByteBufAllocator>getRecvByteBufAllocator()
                .maxMessagesPerRead(1);
        channel.pipeline().addLast(new Inlet(handler));
        return completed(context.nettyEventLoop().register(channel))
                .compose(_ ->
                        completed(
                                channel.bind(new InetSocketAddress(address.inetAddress(), port))));
    }

    private Future<Void> completed(ChannelFuture done) {
        PromiseInternal<Void> promise = context.promise();
        done.addListener(promise);
        return promise.future();
    }

    /** Hands over what the channel received. */
    private final class Inlet extends SimpleChannelInboundHandler<DatagramPacket> {
        private final DatagramHandler handler;

        Inlet(DatagramHandler handler) {
            this.handler = handler;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext pipeline, DatagramPacket packet) {
            if (isReceiving) {
                InetSocketAddress source = packet.sender();
                handler.onDatagram(
                        ByteBufUtil.getBytes(packet.content()),
                        new Requester(
                                PcpAddress.of(source.getAddress()),
                                source.getPort(),
                                device,
                                answer -> send(answer, source)));
            }
        }

        /** One that cannot be read is lost, as others are on the way; the next may be read. */
        @Override
        public void exceptionCaught(ChannelHandlerContext pipeline, Throwable cause) {
            counters.increment(PcpCounter.READ_FAILED);
        }
    }

    private void send(byte[] answer, InetSocketAddress client) {
        if (unsent == UNSENT_LIMIT) {
            counters.increment(PcpCounter.ANSWER_UNSENT);
            return;
        }
        unsent++;
        channel.writeAndFlush(new DatagramPacket(Unpooled.wrappedBuffer(answer), client))
                .addListener(onSent);
    }

    private void onSent(ChannelFuture sent) {
        unsent--;
        if (!sent.isSuccess()) {
            counters.increment(PcpCounter.ANSWER_UNSENT);
        }
    }

    /** Its link: what is said unasked leaves as answers do, from the address and port asked. */
    InsideLink link() {
        InetAddress everybody = address.isIpv4() ? ALL_HOSTS : ALL_NODES;
        return new InsideLink(
                address,
                device,
                octets -> send(octets, new InetSocketAddress(everybody, PcpFormat.CLIENT_PORT)),
                (octets, ip, port) ->
                        send(
                                octets,
                                new InetSocketAddress(PcpAddress.ofIpv4(ip).inetAddress(), port)));
    }

    /** The address and port it listens on. */
    SocketAddress localAddress() {
        return SocketAddress.inetSocketAddress(channel.localAddress());
    }

    /** Stops listening; requests received earlier may still be answered. */
    void stopReceiving() {
        isReceiving = false;
    }

    /** Sends what the kernel takes at once of what waits, and closes. */
    Future<Void> close() {
        return completed(channel.close());
    }

    /** Takes what a control socket receives. */
    @FunctionalInterface
    interface DatagramHandler {
        /** A datagram and who sent it. */
        void onDatagram(byte[] datagram, Requester client);
    }
}
