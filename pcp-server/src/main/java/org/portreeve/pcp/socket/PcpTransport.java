package org.portreeve.pcp.socket;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Vert.x transport whose datagram sockets receive and send in batches and can be bound to a
 * device. Immutable; any thread.
 */
public final class PcpTransport implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(PcpTransport.class);

    private final Transport platform;
    private final BatchingTransport batching;

    private PcpTransport(Transport platform) {
        this.platform = platform;
        this.batching = new BatchingTransport(platform.implementation());
    }

    /** A Vert.x on epoll, or, where that is missing, on the portable transport of the JDK. */
    public static Vertx vertx(VertxOptions options) {
        return Vertx.builder().with(options).withTransport(choose()).build();
    }

    private static PcpTransport choose() {
        if (EPOLL.available()) {
            return new PcpTransport(EPOLL);
        }
        LOG.warn(
                "epoll is not available ({}): control sockets use the portable transport, one"
                        + " datagram at a time, and can listen on loopback addresses only",
                String.valueOf(EPOLL.unavailabilityCause()));
        return new PcpTransport(NIO);
    }

    @Override
    public String name() {
        return platform.name();
    }

    @Override
    public boolean available() {
        return platform.available();
    }

    @Override
    public Throwable unavailabilityCause() {
        return platform.unavailabilityCause();
    }

    @Override
    public io.vertx.core.spi.transport.Transport implementation() {
        return batching;
    }
}
