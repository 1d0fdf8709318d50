package org.portreeve.daemon.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.testkit.host.Datagram;
import org.portreeve.testkit.host.TcpConnection;
import org.portreeve.testkit.host.TcpServer;
import org.portreeve.testkit.host.UdpSocket;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.pcp.PcpAnswer;
import org.portreeve.testkit.pcp.PcpOptions;
import org.portreeve.testkit.pcp.PcpRequests;

/**
 * A subscriber with one mapping of each kind: one that a FILTER opens to a single host, one for
 * everybody, one for TCP, a session that a PEER keeps, and one by NAT-PMP.
 */
final class HonestHost implements AutoCloseable {
    /** How many of its quota these are. */
    static final int MAPPINGS = 5;

    private static final int LIFETIME_AT = 4;
    private static final byte NAT_PMP_MAP_UDP = 1;

    private final Scene scene;
    private final String address;
    private final UdpSocket remote;
    private final String named = Scene.freshPeer();
    private final String stranger = Scene.freshPeer();
    private final UdpSocket filtered;
    private final UdpSocket open;
    private final UdpSocket peer;
    private final UdpSocket natPmp;
    private final TcpServer server;
    private final List<byte[]> requests = new ArrayList<>();
    private final List<PcpAnswer> answers = new ArrayList<>();
    private PcpAnswer natPmpMapping;

    private HonestHost(Scene scene, String address, UdpSocket remote) {
        this.scene = scene;
        this.address = address;
        this.remote = remote;
        this.filtered = scene.sub().udp(address, 0);
        this.open = scene.sub().udp(address, 0);
        this.peer = scene.sub().udp(address, 0);
        this.natPmp = scene.sub().udp(address, 0);
        this.server = scene.sub().listen(address, 0);
    }

    /** Asks for everything; the remote peer of the PEER is a socket of {@link Lab#INET}. */
    static HonestHost open(Scene scene, String address, UdpSocket remote) {
        HonestHost host = new HonestHost(scene, address, remote);
        host.ask(
                PcpOptions.with(
                        host.map(PcpRequests.UDP, host.filtered.port()),
                        PcpOptions.filter(host.named, 32, 0),
                        PcpOptions.description("mine")));
        host.ask(host.map(PcpRequests.UDP, host.open.port()));
        host.ask(host.map(PcpRequests.TCP, host.server.port()));
        host.ask(
                PcpRequests.peer(
                        address,
                        Scene.freshNonce(),
                        PcpRequests.UDP,
                        host.peer.port(),
                        Lab.INET,
                        remote.port(),
                        Scene.LONG_SECONDS));
        host.askByNatPmp();
        return host;
    }

    private byte[] map(int protocol, int port) {
        return PcpRequests.map(address, Scene.freshNonce(), protocol, port, Scene.LONG_SECONDS);
    }

    private void ask(byte[] request) {
        requests.add(request);
        answers.add(granted(request));
    }

    private PcpAnswer granted(byte[] request) {
        try (UdpSocket client = scene.sub().udp(address, 0)) {
            PcpAnswer answer = Scene.ask(client, request);
            assertEquals(PcpAnswer.SUCCESS, answer.result(), answer::toString);
            return answer;
        }
    }

    /** RFC 6886 §3.3; the external address is that of the other mappings. */
    private void askByNatPmp() {
        byte[] request =
                ByteBuffer.allocate(12)
                        .put(1, NAT_PMP_MAP_UDP)
                        .putShort(4, (short) natPmp.port())
                        .putInt(8, Scene.LONG_SECONDS)
                        .array();
        try (UdpSocket client = scene.sub().udp(address, 0)) {
            client.send(request, Lab.CGN_INSIDE, PcpRequests.SERVER_PORT);
            var answer = ByteBuffer.wrap(client.receive(Scene.PATIENCE).orElseThrow().bytes());
            assertEquals(0, answer.getShort(2), "NAT-PMP");
            PcpAnswer other = answers.getFirst();
            natPmpMapping =
                    new PcpAnswer(
                            0,
                            0,
                            answer.getInt(12),
                            answer.getInt(4),
                            "",
                            PcpRequests.UDP,
                            natPmp.port(),
                            Short.toUnsignedInt(answer.getShort(10)),
                            other.externalAddress());
        }
    }

    /** The requests that it sent, nonces and all. */
    List<byte[]> requests() {
        return requests;
    }

    /** The same request with lifetime 0. */
    static byte[] deletion(byte[] request) {
        return ByteBuffer.wrap(request.clone()).putInt(LIFETIME_AT, 0).array();
    }

    /** What an onlooker may know of its mappings by MAP: host, protocol and both ports. */
    List<String> known() {
        return answers.subList(0, 3).stream()
                .map(answer ->
                        "%s %d %d %d"
                                .formatted(
                                        address,
                                        answer.protocol(),
                                        answer.internalPort(),
                                        answer.externalPort()))
                .toList();
    }

    /** Who may come in does, who may not does not, and the remote peer sees what was promised. */
    void assertServed() {
        assertTrue(scene.deliver(named, answers.getFirst(), filtered).isPresent(), "the named one");
        assertEquals(Optional.empty(), scene.deliver(stranger, answers.getFirst(), filtered));
        assertTrue(scene.deliver(stranger, answers.get(1), open).isPresent(), "open to all");
        assertTrue(scene.deliver(stranger, natPmpMapping, natPmp).isPresent(), "by NAT-PMP");
        assertTcp(answers.get(2));
        peer.send(Scene.text("out"), Lab.INET, remote.port());
        Datagram seen = remote.receive(Scene.PATIENCE).orElseThrow();
        PcpAnswer promised = answers.get(3);
        assertEquals(promised.externalAddress(), seen.address());
        assertEquals(promised.externalPort(), seen.port());
    }

    private void assertTcp(PcpAnswer mapping) {
        Optional<TcpConnection> connection =
                scene.inet()
                        .connect(
                                stranger,
                                mapping.externalAddress(),
                                mapping.externalPort(),
                                Scene.PATIENCE);
        try (TcpConnection tcp = connection.orElseThrow()) {
            assertTrue(tcp.read(Scene.PATIENCE).orElse("").startsWith(stranger), "by TCP");
        }
    }

    /** Its nonces are those of its mappings still, which are where they were. */
    void assertOwns() {
        for (int i = 0; i < requests.size(); i++) {
            PcpAnswer again = granted(requests.get(i));
            assertEquals(answers.get(i).externalAddress(), again.externalAddress());
            assertEquals(answers.get(i).externalPort(), again.externalPort());
        }
    }

    @Override
    public void close() {
        List.of(filtered, open, peer, natPmp).forEach(UdpSocket::close);
        server.close();
    }
}
