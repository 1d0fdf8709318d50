package org.portreeve.testkit.kills;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.pcp.PcpRequests;

/** One subscriber address with its socket and the mappings that it may ask for. */
final class Subscriber {
    /** Its UDP port: where it asks from, and the internal port of its first mapping. */
    static final int PORT = 7000;

    private static final int WEB_PORT = 80;
    private static final int RECEIVE_BUFFER_BYTES = 16_384;

    private final String address;
    private final DatagramChannel channel;
    private final List<Slot> slots;

    private Subscriber(String address, DatagramChannel channel, RandomGenerator random) {
        this.address = address;
        this.channel = channel;
        this.slots =
                List.of(
                        new Slot(this, PcpRequests.UDP, PORT, random),
                        new Slot(this, PcpRequests.UDP, PORT + 1, random),
                        new Slot(this, PcpRequests.TCP, PORT, random),
                        new Slot(this, PcpRequests.TCP, WEB_PORT, random));
    }

    static Subscriber open(String address, Selector selector, RandomGenerator random)
            throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        channel.bind(new InetSocketAddress(address, PORT));
        channel.configureBlocking(false);
        Subscriber subscriber = new Subscriber(address, channel, random);
        channel.register(selector, SelectionKey.OP_READ, subscriber);
        return subscriber;
    }

    String address() {
        return address;
    }

    DatagramChannel channel() {
        return channel;
    }

    List<Slot> slots() {
        return slots;
    }
}
