package org.portreeve.testkit.host;

import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/** A UDP socket of a {@link Host}. */
public final class UdpSocket implements AutoCloseable {
    private final Host host;
    private final String id;
    private final int port;

    UdpSocket(Host host, String id, int port) {
        this.host = host;
        this.id = id;
        this.port = port;
    }

    /** Its local port. */
    public int port() {
        return port;
    }

    /** Sends a datagram. */
    public void send(byte[] payload, String address, int port) {
        host.order("send %s %s %s %d".formatted(id, hex(payload), address, port));
    }

    /** Sends the same datagram again and again until the socket is closed. */
    public void repeat(byte[] payload, String address, int port, Duration gap) {
        host.order(
                "repeat %s %s %s %d %d".formatted(id, hex(payload), address, port, gap.toMillis()));
    }

    private static String hex(byte[] payload) {
        return HexFormat.of().formatHex(payload);
    }

    /** The next datagram, or empty when none comes in time. */
    public Optional<Datagram> receive(Duration patience) {
        String[] words = host.order("receive %s %d".formatted(id, patience.toMillis()));
        return words[0].equals("ok")
                ? Optional.of(
                        new Datagram(
                                words[1],
                                Integer.parseInt(words[2]),
                                words.length > 3 ? words[3] : ""))
                : Optional.empty();
    }

    @Override
    public void close() {
        host.order("close " + id);
    }
}
