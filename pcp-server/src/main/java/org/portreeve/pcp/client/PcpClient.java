package org.portreeve.pcp.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.portreeve.pcp.wire.DecodedResponse;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpRequest;
import org.portreeve.pcp.wire.PcpRequest.AnnounceRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.PcpResponse.AnnounceResponse;
import org.portreeve.pcp.wire.ResponseDecoder;

/**
 * A PCP client of one server, on a socket that is connected to it, so that only the server's
 * datagrams are heard and the own address is known (RFC 6887 §8.1, §8.3). Calls block; one at a
 * time, by the thread that owns the client.
 */
public final class PcpClient implements AutoCloseable {
    /** More than any message may have, so that one that is too long is seen to be. */
    private static final int RECEIVE_BYTES = 1_200;

    /** A socket that waits does not see that its thread is to end. */
    private static final long LISTEN_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final DatagramSocket socket;
    private final PcpAddress clientAddress;
    private final LongSupplier nowNs;
    private final RandomGenerator random;
    private final EpochWatch epochs = new EpochWatch();

    private PcpClient(DatagramSocket socket, LongSupplier nowNs, RandomGenerator random) {
        this.socket = socket;
        this.clientAddress = PcpAddress.of(socket.getLocalAddress());
        this.nowNs = nowNs;
        this.random = random;
    }

    /**
     * A client that sends from the address which the host chooses.
     *
     * @param nowNs a clock that never goes backwards
     * @param random for the jitter of retransmissions
     */
    public static PcpClient open(
            InetSocketAddress server, LongSupplier nowNs, RandomGenerator random)
            throws IOException {
        return connected(new InetSocketAddress(0), server, nowNs, random);
    }

    /** A client that sends from this address of the host. */
    public static PcpClient openFrom(
            InetAddress local, InetSocketAddress server, LongSupplier nowNs, RandomGenerator random)
            throws IOException {
        return connected(new InetSocketAddress(local, 0), server, nowNs, random);
    }

    private static PcpClient connected(
            InetSocketAddress local,
            InetSocketAddress server,
            LongSupplier nowNs,
            RandomGenerator random)
            throws IOException {
        DatagramSocket socket = new DatagramSocket(local);
        try {
            socket.connect(server);
            return new PcpClient(socket, nowNs, random);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The address that requests leave from, as the server should see it. */
    public PcpAddress clientAddress() {
        return clientAddress;
    }

    /** Makes or renews a mapping. */
    public PcpOutcome map(MappingWish wish, Duration timeout) throws IOException {
        return exchange(wish.request(clientAddress), timeout);
    }

    /** Deletes a mapping. */
    public PcpOutcome unmap(MappingWish wish, Duration timeout) throws IOException {
        return exchange(wish.deletion(clientAddress), timeout);
    }

    /** Makes an outbound mapping to one remote peer, prolongs it, or asks how long it lives. */
    public PcpOutcome peer(PeerWish wish, Duration timeout) throws IOException {
        return exchange(wish.request(clientAddress), timeout);
    }

    /** Asks whether the server is there, and for its epoch. */
    public PcpOutcome announce(Duration timeout) throws IOException {
        return exchange(new AnnounceRequest(clientAddress, 0), timeout);
    }

    /** Sends any request, again and again until it is answered or the time is up. */
    public PcpOutcome exchange(PcpRequest request, Duration timeout) throws IOException {
        long startNs = nowNs.getAsLong();
        long deadlineNs = startNs + timeout.toNanos();
        var exchange = new PcpExchange(request, random, startNs);
        try {
            return converse(exchange, deadlineNs);
        } catch (PortUnreachableException e) {
            // RFC 7488 §4: a hard error is an answer of its own; waiting would not help.
            return new PcpOutcome.NoAnswer(PcpOutcome.Reason.PORT_UNREACHABLE);
        }
    }

    /**
     * Waits for so long, or until the server says, unasked and to this client, that it may have
     * lost its state (RFC 6887 §14.1.3); returns whether it did. What is announced to all of a link
     * goes to another port.
     */
    public boolean listen(long durationNs) throws InterruptedException {
        long deadlineNs = nowNs.getAsLong() + durationNs;
        long leftNs = durationNs;
        while (leftNs > 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the wait for the server's announcements ends");
            }
            if (isLossAnnounced(Math.min(leftNs, LISTEN_NS))) {
                return true;
            }
            leftNs = deadlineNs - nowNs.getAsLong();
        }
        return false;
    }

    private boolean isLossAnnounced(long waitNs) throws InterruptedException {
        try {
            return ResponseDecoder.decode(receive(waitNs))
                            instanceof DecodedResponse.Accepted(AnnounceResponse announced)
                    && !epochs.isValid(announced.epochSeconds(), nowNs.getAsLong());
        } catch (IOException _) {
            // Nothing can be heard now, which is what silence is too.
            TimeUnit.NANOSECONDS.sleep(waitNs);
            return false;
        }
    }

    private PcpOutcome converse(PcpExchange exchange, long deadlineNs) throws IOException {
        long now = nowNs.getAsLong();
        while (now - deadlineNs < 0) {
            if (exchange.isDue(now)) {
                byte[] datagram = exchange.datagram();
                socket.send(new DatagramPacket(datagram, datagram.length));
            }
            byte[] received = receive(Math.min(deadlineNs - now, exchange.dueNs() - now));
            now = nowNs.getAsLong();
            switch (exchange.onDatagram(received)) {
                case PcpExchange.Reception.Answer(PcpResponse response) -> {
                    boolean epochValid = epochs.isValid(response.epochSeconds(), now);
                    return new PcpOutcome.Answered(response, epochValid);
                }
                case PcpExchange.Reception.OtherVersion(int serverVersion) -> {
                    return new PcpOutcome.VersionRefused(serverVersion);
                }
                case PcpExchange.Reception.NotOurs _ -> {}
            }
        }
        return new PcpOutcome.NoAnswer(PcpOutcome.Reason.TIMED_OUT);
    }

    /** The next datagram of the server; no octets when none came in time. */
    private byte[] receive(long waitNs) throws IOException {
        var packet = new DatagramPacket(new byte[RECEIVE_BYTES], RECEIVE_BYTES);
        // A timeout of 0 would wait for ever.
        long waitMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNs));
        socket.setSoTimeout((int) Math.min(waitMillis, Integer.MAX_VALUE));
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            return new byte[0];
        }
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    @Override
    public void close() {
        socket.close();
    }
}
