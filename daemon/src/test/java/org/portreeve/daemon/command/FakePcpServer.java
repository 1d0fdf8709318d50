package org.portreeve.daemon.command;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.portreeve.pcp.wire.Decoded;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpFeatures;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.RequestDecoder;

/** A PCP server on loopback that answers each good request as it is told to. */
final class FakePcpServer implements AutoCloseable {
    private final List<Decoded.Accepted> requests = new CopyOnWriteArrayList<>();
    private final DatagramSocket socket;
    private final Function<Decoded.Accepted, PcpResponse> answers;

    FakePcpServer(Function<Decoded.Accepted, PcpResponse> answers) throws IOException {
        this.answers = answers;
        this.socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().start(this::serve);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** What was asked, in order. */
    List<Decoded.Accepted> requests() {
        return requests;
    }

    private void serve() {
        try {
            while (!socket.isClosed()) {
                var packet = new DatagramPacket(new byte[1_200], 1_200);
                socket.receive(packet);
                answer(packet);
            }
        } catch (SocketException _) {
            // Closed, which is how this ends.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(DatagramPacket packet) throws IOException {
        InetAddress source = packet.getAddress();
        byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
        Decoded decoded = RequestDecoder.decode(octets, PcpAddress.of(source), PcpFeatures.ALL);
        if (decoded instanceof Decoded.Accepted accepted) {
            requests.add(accepted);
            byte[] answer = PcpEncoder.octets(answers.apply(accepted));
            socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
