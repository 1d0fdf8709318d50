package org.portreeve.admin;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.control.counter.Counters;

/**
 * The connections of one listener. No address may have more than its share of them, and on each a
 * whole request, head and body, has to come in time: counted from the connection's begin or the end
 * of the last answer, whether octets trickle in or not. Event loop only.
 */
final class OpenConnections {
    /**
     * How much of it. Immutable.
     *
     * @param all connections at once
     * @param ofAddress connections of one address at once
     * @param patienceMillis for a whole request to come
     */
    record Limits(int all, int ofAddress, long patienceMillis) {}

    private final Vertx vertx;
    private final Limits limits;
    private final Counters<AdminCounter> counters;
    private final Map<HttpConnection, OptionalLong> timers = new HashMap<>();
    private final Map<String, Integer> ofAddress = new HashMap<>();

    OpenConnections(Vertx vertx, Limits limits, Counters<AdminCounter> counters) {
        this.vertx = vertx;
        this.limits = limits;
        this.counters = counters;
    }

    /** Takes a new one in, or closes it when there are too many. */
    void onOpen(HttpConnection connection) {
        String address = addressOf(connection);
        int siblings = ofAddress.getOrDefault(address, 0);
        if (timers.size() >= limits.all || siblings >= limits.ofAddress) {
            counters.increment(AdminCounter.REFUSED_CONNECTIONS);
            var _ = connection.close();
            return;
        }
        timers.put(connection, OptionalLong.empty());
        ofAddress.put(address, siblings + 1);
        connection.closeHandler(_ -> onClosed(connection, address));
        expectRequest(connection);
    }

    /** Whoever comes by the control socket is one and the same. */
    private static String addressOf(HttpConnection connection) {
        return Optional.ofNullable(connection.remoteAddress())
                .map(SocketAddress::hostAddress)
                .orElse("local");
    }

    /** The head of a request is there; its body and its answer follow. */
    void onRequest(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        request.end()
                .onSuccess(_ -> {
                    // A refusal may be out before all of the body is in.
                    if (!request.response().ended()) {
                        disarm(connection);
                    }
                });
        request.response().bodyEndHandler(_ -> expectRequest(connection));
    }

    private void expectRequest(HttpConnection connection) {
        if (timers.containsKey(connection)) {
            disarm(connection);
            long timer = vertx.setTimer(limits.patienceMillis, _ -> giveUp(connection));
            timers.put(connection, OptionalLong.of(timer));
        }
    }

    private void giveUp(HttpConnection connection) {
        counters.increment(AdminCounter.CONNECTIONS_TIMED_OUT);
        // What was counted is taken back when it is closed.
        var _ = connection.close();
    }

    private void disarm(HttpConnection connection) {
        timers.computeIfPresent(
                connection,
                (_, timer) -> {
                    timer.ifPresent(vertx::cancelTimer);
                    return OptionalLong.empty();
                });
    }

    private void onClosed(HttpConnection connection, String address) {
        disarm(connection);
        timers.remove(connection);
        ofAddress.computeIfPresent(address, (_, open) -> open == 1 ? null : open - 1);
    }
}
