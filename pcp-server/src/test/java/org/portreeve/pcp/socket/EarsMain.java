package org.portreeve.pcp.socket;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.portreeve.control.counter.Counters;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * Listens on one address with a control socket and, beside it, with a plain socket of the JDK that
 * is bound to no device, and prints a line for each datagram that either hears.
 */
final class EarsMain {
    static final int CONTROL_PORT = 5351;
    static final int WITNESS_PORT = 5352;

    private EarsMain() {}

    /** Runs until killed. The argument is the address. */
    public static void main(String[] arguments) throws IOException, ListenException {
        String address = arguments[0];
        var listen = PcpAddress.ofIpv4(Ipv4.of(address));
        String device = InsideDevice.of(listen, List.of()).getFirst();
        Vertx vertx = PcpTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
        vertx.runOnContext(_ ->
                PcpSocket.open(
                                vertx,
                                listen,
                                device,
                                CONTROL_PORT,
                                new Counters<>(PcpCounter.class),
                                (octets, client) ->
                                        heard("control", octets, Ipv4.format(client.ip())))
                        .onSuccess(_ -> say("listening"))
                        .onFailure(cause -> say(cause.getMessage())));
        witness(InetAddress.ofLiteral(address));
    }

    private static void witness(InetAddress address) throws IOException {
        try (var socket = new DatagramSocket(new InetSocketAddress(address, WITNESS_PORT))) {
            var packet = new DatagramPacket(new byte[100], 100);
            while (true) {
                packet.setLength(100);
                socket.receive(packet);
                byte[] octets = Arrays.copyOf(packet.getData(), packet.getLength());
                heard("witness", octets, packet.getAddress().getHostAddress());
            }
        }
    }

    private static void heard(String who, byte[] octets, String source) {
        String text = new String(octets, StandardCharsets.US_ASCII).strip();
        say(who + " heard " + text + " from " + source);
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }
}
