package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** A client's socket on a loopback address; each address is another subscriber. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int UNKNOWN_OPCODE = 0x7e;

    public final String ip;
    private final DatagramSocket socket;
    private final SocketAddress server;
    private int fences;

    RawClient(String ip, SocketAddress server) throws IOException {
        this.ip = ip;
        this.server = server;
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(ip), 0));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setReceiveBufferSize(4 << 20);
    }

    /** Its port. */
    public int port() {
        return socket.getLocalPort();
    }

    /** Whether nothing comes for so long. */
    public boolean isSilent(int millis) throws IOException {
        return receiveWithin(millis).isEmpty();
    }

    /** What comes within so long. */
    public Optional<byte[]> receiveWithin(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            return Optional.of(receive());
        } catch (SocketTimeoutException _) {
            return Optional.empty();
        } finally {
            socket.setSoTimeout(TIMEOUT_MILLIS);
        }
    }

    public void send(byte[] request) throws IOException {
        sendTo(server, request);
    }

    public void sendTo(SocketAddress to, byte[] request) throws IOException {
        socket.send(new DatagramPacket(request, request.length, to));
    }

    public DatagramPacket receivePacket() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
        socket.receive(packet);
        return packet;
    }

    public byte[] receive() throws IOException {
        DatagramPacket packet = receivePacket();
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    public byte[] ask(byte[] request) throws IOException {
        send(request);
        return receive();
    }

    /** Asks and checks the result code. */
    byte[] ask(int resultCode, byte[] request) throws IOException {
        byte[] answer = ask(request);
        assertEquals(resultCode, answer[RawRequest.RESULT]);
        return answer;
    }

    /**
     * Sends what must not be answered, then something that must be, which carries a mark of its
     * own: a socket's datagrams are handled in order, so an answer to the first would come first.
     */
    public void assertSilence(byte[] datagram) throws IOException {
        send(datagram);
        fence();
        fence();
    }

    private void fence() throws IOException {
        byte[] mark = ByteBuffer.allocate(8).putLong(0x66656e63L << 32 | ++fences).array();
        byte[] header = RawRequest.header(UNKNOWN_OPCODE, 0, RawRequest.mapped(ip));
        byte[] answer = ask(RawRequest.join(header, mark));
        assertArrayEquals(mark, RawRequest.slice(answer, RawRequest.DATA, answer.length));
    }

    @Override
    public void close() {
        socket.close();
    }
}
