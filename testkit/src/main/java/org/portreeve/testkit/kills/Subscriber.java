package org.portreeve.testkit.kills;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.pcp.PcpRequests;

/** One subscriber address with its socket and the mappings that it may ask for. */
final class Subscriber {
    /** Its UDP port: where it asks from, and the internal port of its first mapping. */
    static final int PORT = 7000;

    /** The internal port of what a PEER keeps. */
    static final int PEER_PORT = 7002;

    /** The first internal port of a set. */
    static final int SET_PORT = 7100;

    private static final int WEB_PORT = 80;
    private static final int RECEIVE_BUFFER_BYTES = 16_384;

    private final String address;
    private final List<DatagramChannel> channels;
    private final List<Slot> slots;

    private Subscriber(String address, List<DatagramChannel> channels, RandomGenerator random) {
        this.address = address;
        this.channels = channels;
        this.slots =
                new ArrayList<>(
                        List.of(
                                map(PcpRequests.UDP, PORT, random),
                                map(PcpRequests.UDP, PORT + 1, random),
                                map(PcpRequests.TCP, PORT, random),
                                map(PcpRequests.TCP, WEB_PORT, random)));
        slots.add(new Slot(this, Slot.Kind.SET, PcpRequests.UDP, SET_PORT, random));
        if (hasPeer()) {
            slots.add(new Slot(this, Slot.Kind.PEER, PcpRequests.UDP, PEER_PORT, random));
        }
    }

    private Slot map(int protocol, int internalPort, RandomGenerator random) {
        return new Slot(this, Slot.Kind.MAP, protocol, internalPort, random);
    }

    /** One that asks for mappings; with a peer it also speaks to a host, which a PEER keeps. */
    static Subscriber open(
            String address, boolean hasPeer, Selector selector, RandomGenerator random)
            throws IOException {
        List<DatagramChannel> channels = new ArrayList<>(List.of(channel(address, PORT)));
        if (hasPeer) {
            channels.add(channel(address, PEER_PORT));
        }
        Subscriber subscriber = new Subscriber(address, List.copyOf(channels), random);
        for (DatagramChannel channel : channels) {
            channel.register(selector, SelectionKey.OP_READ, subscriber);
        }
        return subscriber;
    }

    private static DatagramChannel channel(String address, int port) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        channel.bind(new InetSocketAddress(address, port));
        channel.configureBlocking(false);
        return channel;
    }

    /** Whether it speaks to a host, too. */
    boolean hasPeer() {
        return channels.size() > 1;
    }

    /** Says something to that host. */
    void speak(SocketAddress peer) throws IOException {
        byte[] text = address.getBytes(StandardCharsets.US_ASCII);
        channels.getLast().send(ByteBuffer.wrap(text), peer);
    }

    String address() {
        return address;
    }

    /** Where it asks from. */
    DatagramChannel channel() {
        return channels.getFirst();
    }

    List<Slot> slots() {
        return slots;
    }
}
