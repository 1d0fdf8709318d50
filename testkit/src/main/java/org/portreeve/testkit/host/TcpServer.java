package org.portreeve.testkit.host;

/** A listening socket of a {@link Host}; the port is where it listens. */
public final class TcpServer implements AutoCloseable {
    private final Host host;
    private final String id;
    private final int port;

    TcpServer(Host host, String id, int port) {
        this.host = host;
        this.id = id;
        this.port = port;
    }

    /** Its local port. */
    public int port() {
        return port;
    }

    @Override
    public void close() {
        host.order("close " + id);
    }
}
