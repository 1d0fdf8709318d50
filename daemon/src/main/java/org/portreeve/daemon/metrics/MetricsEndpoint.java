package org.portreeve.daemon.metrics;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.BooleanSupplier;

/**
 * {@code GET /metrics}, {@code /health/live} and {@code /health/ready}, without authentication: the
 * listener is for the operator's own network. Event loop only.
 */
public final class MetricsEndpoint {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;

    private final NodeMetrics metrics;
    private final BooleanSupplier isReady;

    private MetricsEndpoint(NodeMetrics metrics, BooleanSupplier isReady) {
        this.metrics = metrics;
        this.isReady = isReady;
    }

    /** Listens; the future fails when the address cannot be had. */
    public static Future<HttpServer> listen(
            Vertx vertx, String host, int port, NodeMetrics metrics, BooleanSupplier isReady) {
        var endpoint = new MetricsEndpoint(metrics, isReady);
        return vertx.createHttpServer().requestHandler(endpoint::answer).listen(port, host);
    }

    private void answer(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.GET)) {
            reply(request, METHOD_NOT_ALLOWED, "only GET is allowed here\n");
            return;
        }
        switch (request.path()) {
            case "/metrics" -> {
                request.response().putHeader("content-type", "text/plain; version=0.0.4");
                reply(request, OK, metrics.scrape());
            }
            case "/health/live" -> reply(request, OK, "live\n");
            case "/health/ready" -> {
                boolean ready = isReady.getAsBoolean();
                reply(request, ready ? OK : UNAVAILABLE, ready ? "ready\n" : "not ready\n");
            }
            default -> reply(request, NOT_FOUND, "try /metrics, /health/live or /health/ready\n");
        }
    }

    private static void reply(HttpServerRequest request, int status, String text) {
        request.response().setStatusCode(status).end(text);
    }
}
