package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.Host;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabOptions;
import org.portreeve.testkit.lab.Namespace;
import org.portreeve.testkit.lab.Node;
import org.portreeve.testkit.lab.NodeConfig;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpRequests;

/** A lab with a running node, a host at the subscriber and a host on the Internet. */
record Scene(Lab lab, Node node, Host sub, Host inet) implements AutoCloseable {
    /** Longer than any answer takes on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    /** Long enough to conclude that nothing comes. */
    static final Duration SILENCE = Duration.ofMillis(700);

    /** A lifetime that no test outlives. */
    static final int LONG_SECONDS = 3_600;

    private static final AtomicInteger NEXT_PORT = new AtomicInteger(20_000);
    private static final AtomicInteger NEXT_NONCE = new AtomicInteger(1);
    private static final AtomicInteger NEXT_PEER = new AtomicInteger(130);

    static Scene open(int shards) {
        return open(lab -> NodeConfig.of(lab, shards));
    }

    static Scene open(Function<Lab, NodeConfig> config) {
        return ofYaml(lab -> config.apply(lab).yaml());
    }

    /** With a configuration file's text, for what {@link NodeConfig} has no word for. */
    static Scene ofYaml(Function<Lab, String> yaml) {
        Lab lab = Lab.open(LabOptions.standard());
        try {
            Node node = Node.start(lab, yaml.apply(lab));
            return new Scene(lab, node, Host.in(lab, Namespace.SUB), Host.in(lab, Namespace.INET));
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    /** An internal port that no test has used. */
    static int freshPort() {
        return NEXT_PORT.getAndIncrement();
    }

    /** An address of {@code inet} that has never sent or received a packet. */
    static String freshPeer() {
        return "203.0.113." + NEXT_PEER.getAndIncrement();
    }

    static byte[] freshNonce() {
        byte[] nonce = new byte[PcpRequests.NONCE_BYTES];
        int number = NEXT_NONCE.getAndIncrement();
        nonce[0] = (byte) (number >>> 8);
        nonce[1] = (byte) number;
        return nonce;
    }

    /** Sends one request and returns its answer. */
    static PcpAnswer ask(UdpSocket socket, byte[] request) {
        socket.send(request, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT);
        return PcpAnswer.of(socket.receive(PATIENCE).orElseThrow().bytes());
    }

    /** Asks for a mapping of the first subscriber, from a socket made for it. */
    PcpAnswer map(int protocol, int internalPort, byte[] nonce, long lifetimeSeconds) {
        try (UdpSocket client = sub.udp(Lab.SUB, 0)) {
            return ask(
                    client,
                    PcpRequests.map(Lab.SUB, nonce, protocol, internalPort, lifetimeSeconds));
        }
    }

    /** The same, and it must be granted. */
    PcpAnswer granted(int protocol, int internalPort, byte[] nonce, long lifetimeSeconds) {
        PcpAnswer answer = map(protocol, internalPort, nonce, lifetimeSeconds);
        assertEquals(PcpAnswer.SUCCESS, answer.result(), answer::toString);
        return answer;
    }

    /** Sends from an outside address to a mapping; what the socket at the subscriber receives. */
    Optional<Datagram> deliver(String peer, PcpAnswer mapping, UdpSocket receiver) {
        String token = "from " + peer + " number " + NEXT_NONCE.getAndIncrement();
        try (UdpSocket socket = inet.udp(peer, 0)) {
            socket.send(text(token), mapping.externalAddress(), mapping.externalPort());
        }
        return receiver.receive(SILENCE).filter(datagram -> text(datagram).equals(token));
    }

    /** The present value of a counter of the node, by its metric's name without {@code _total}. */
    long metric(String name) {
        return lab.run(Namespace.CGN, "curl", "-sS", "http://127.0.0.1:9464/metrics")
                .orThrow()
                .output()
                .lines()
                .filter(line -> line.startsWith(name + "_total "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static String text(Datagram datagram) {
        return new String(datagram.bytes(), StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        lab.close();
    }
}
