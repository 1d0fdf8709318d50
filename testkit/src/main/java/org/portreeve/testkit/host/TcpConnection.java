package org.portreeve.testkit.host;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/** A TCP connection that a {@link Host} opened. */
public final class TcpConnection implements AutoCloseable {
    private final Host host;
    private final String id;
    private final int port;

    TcpConnection(Host host, String id, int port) {
        this.host = host;
        this.id = id;
        this.port = port;
    }

    /** Its local port. */
    public int port() {
        return port;
    }

    /** Sends text. */
    public void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        host.order("write %s %s".formatted(id, HexFormat.of().formatHex(bytes)));
    }

    /** What has arrived, or empty when nothing does in time or the far end has closed. */
    public Optional<String> read(Duration patience) {
        String[] words = host.order("read %s %d".formatted(id, patience.toMillis()));
        return words[0].equals("ok")
                ? Optional.of(
                        new String(HexFormat.of().parseHex(words[1]), StandardCharsets.US_ASCII))
                : Optional.empty();
    }

    @Override
    public void close() {
        host.order("close " + id);
    }
}
