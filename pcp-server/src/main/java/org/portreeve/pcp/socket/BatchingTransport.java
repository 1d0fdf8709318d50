package org.portreeve.pcp.socket;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadFactory;

/**
 * A transport of Vert.x as it is, but for its datagram sockets: they take up to {@value
 * #RECEIVE_BATCH} datagrams with one system call and give their answers to the kernel in batches
 * too, which is what one core needs to serve 200,000 requests a second.
 *
 * <p>A socket whose options name a multicast interface other than the loopback device is bound to
 * that device, before it is bound to its address: what arrives elsewhere is never received,
 * whatever its source address says. Immutable; any thread.
 */
final class BatchingTransport implements Transport {
    /**
     * Longer datagrams arrive cut off here: enough for the 1100 octets of the longest PCP message
     * (RFC 6887 §7) and to see that one was longer.
     */
    static final int DATAGRAM_LENGTH_LIMIT = 1200;

    /** Datagrams taken with one system call. */
    static final int RECEIVE_BATCH = 64;

    /** Answers given to the kernel with one system call at most. */
    private static final int FLUSH_BATCH = 256;

    /**
     * What may wait in the kernel while the event loop is busy: about 40,000 short requests, not
     * more than are answered before their clients ask again after 3 s (RFC 6887 §8.1.1).
     */
    private static final int RECEIVE_QUEUE_BYTES = 16 << 20;

    // Of <asm-generic/socket.h> and <linux/if.h>.
    private static final int SOL_SOCKET = 1;
    private static final int DEVICE_NAME_LENGTH = 16;
    private static final ChannelOption<ByteBuffer> SO_BINDTODEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, 25, DEVICE_NAME_LENGTH);
    private static final ChannelOption<Integer> SO_RCVBUFFORCE =
            new IntegerUnixChannelOption("SO_RCVBUFFORCE", SOL_SOCKET, 33);

    private final Transport platform;

    BatchingTransport(Transport platform) {
        this.platform = platform;
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        platform.configure(channel, options);
        boolean epoll = channel instanceof EpollDatagramChannel;
        int batch = epoll ? RECEIVE_BATCH : 1;
        // The portable transport has no limit of its own: there the buffer alone cuts.
        channel.config()
                .setRecvByteBufAllocator(
                        new FixedRecvByteBufAllocator(DATAGRAM_LENGTH_LIMIT * batch));
        if (epoll) {
            channel.config()
                    .setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, DATAGRAM_LENGTH_LIMIT);
        }
        growReceiveQueue(channel, epoll);
        channel.pipeline().addFirst(new FlushConsolidationHandler(FLUSH_BATCH, true));
        String device = options.getMulticastNetworkInterface();
        if (device != null && !InsideDevice.isLoopback(device)) {
            bindToDevice(channel, device);
        }
    }

    private static void growReceiveQueue(DatagramChannel channel, boolean epoll) {
        if (epoll) {
            try {
                channel.config().setOption(SO_RCVBUFFORCE, RECEIVE_QUEUE_BYTES);
                return;
            } catch (ChannelException _) {
                // Without the capability the host's limit holds: ask for what it gives.
            }
        }
        channel.config().setReceiveBufferSize(RECEIVE_QUEUE_BYTES);
    }

    private static void bindToDevice(DatagramChannel channel, String device) {
        if (!(channel instanceof EpollDatagramChannel)) {
            throw new IllegalStateException(
                    "the portable transport cannot bind a socket to a device");
        }
        byte[] name = device.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer padded = ByteBuffer.allocate(DEVICE_NAME_LENGTH);
        padded.put(name).rewind();
        channel.config().setOption(SO_BINDTODEVICE, padded);
    }

    @Override
    public boolean supportsDomainSockets() {
        return platform.supportsDomainSockets();
    }

    @Override
    public boolean supportFileRegion() {
        return platform.supportFileRegion();
    }

    @Override
    public boolean isAvailable() {
        return platform.isAvailable();
    }

    @Override
    public Throwable unavailabilityCause() {
        return platform.unavailabilityCause();
    }

    @Override
    public java.net.SocketAddress convert(SocketAddress address) {
        return platform.convert(address);
    }

    @Override
    public SocketAddress convert(java.net.SocketAddress address) {
        return platform.convert(address);
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return platform.ioHandlerFactory();
    }

    @Override
    public EventLoopGroup eventLoopGroup(
            int type, int threadCount, ThreadFactory threads, int ioRatio) {
        return platform.eventLoopGroup(type, threadCount, threads, ioRatio);
    }

    @Override
    @SuppressWarnings("deprecation") // The interface of Vert.x still asks for Netty's old enum.
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return platform.datagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return platform.datagramChannelFactory();
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return platform.channelFactory(domainSocket);
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return platform.serverChannelFactory(domainSocket);
    }

    @Override
    public void configure(TcpConfig options, boolean domainSocket, Bootstrap bootstrap) {
        platform.configure(options, domainSocket, bootstrap);
    }

    @Override
    public void configure(TcpConfig options, boolean domainSocket, ServerBootstrap bootstrap) {
        platform.configure(options, domainSocket, bootstrap);
    }
}
