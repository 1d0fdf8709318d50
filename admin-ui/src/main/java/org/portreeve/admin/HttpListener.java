package org.portreeve.admin;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.web.Site;
import org.portreeve.control.counter.Counters;

/** One HTTP server within its bounds, on one event loop. */
final class HttpListener extends VerticleBase {
    /** A connection on which nothing happens; event streams send something every few seconds. */
    private static final int IDLE_SECONDS = 60;

    /** Octets of all headers of a request. */
    private static final int MAX_HEADER_LENGTH = 8 * 1024;

    private static final int MAX_REQUEST_LINE_LENGTH = 4 * 1024;
    private static final int MAX_FORM_FIELDS = 64;
    private static final int MAX_FORM_FIELD_LENGTH = 8 * 1024;
    private static final int HANDSHAKE_SECONDS = 10;

    private final HttpServerOptions options;
    private final SocketAddress address;
    private final Router router;
    private final Counters<AdminCounter> counters;
    private final OpenConnections.Limits limits;

    private int port;

    HttpListener(
            HttpServerOptions options,
            SocketAddress address,
            Router router,
            Counters<AdminCounter> counters,
            OpenConnections.Limits limits) {
        this.options =
                // Looking for HTTP/2 would hide a connection until its first octets.
                options.setHttp2ClearTextEnabled(false)
                        .setIdleTimeout(IDLE_SECONDS)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                        .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                        .setMaxHeaderSize(MAX_HEADER_LENGTH)
                        .setMaxInitialLineLength(MAX_REQUEST_LINE_LENGTH)
                        .setMaxFormFields(MAX_FORM_FIELDS)
                        .setMaxFormAttributeSize(MAX_FORM_FIELD_LENGTH);
        this.address = address;
        this.router = router;
        this.counters = counters;
        this.limits = limits;
    }

    @Override
    public Future<?> start() {
        var connections = new OpenConnections(vertx, limits, counters);
        HttpServer server =
                vertx.createHttpServer(options)
                        .requestHandler(request -> {
                            connections.onRequest(request);
                            router.handle(request);
                        })
                        .invalidRequestHandler(this::onMalformed)
                        .connectionHandler(connections::onOpen);
        return server.listen(address).onSuccess(listening -> port = listening.actualPort());
    }

    /** The port it got. */
    int port() {
        return port;
    }

    private void onMalformed(HttpServerRequest request) {
        counters.increment(AdminCounter.REFUSED_MALFORMED);
        Site.secure(request.response());
        request.response()
                .setStatusCode(400)
                .putHeader("Content-Type", "application/problem+json")
                .putHeader("Connection", "close")
                .end(Site.malformed().toBuffer());
    }
}
