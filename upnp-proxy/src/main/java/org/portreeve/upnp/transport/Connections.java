package org.portreeve.upnp.transport;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Map;
import org.portreeve.control.counter.Counters;
import org.portreeve.upnp.counter.UpnpCounter;

/**
 * The open connections of all listeners: how many there may be, and how long each may take for its
 * next request. A connection that sends an octet now and then is no different from an idle one.
 * Loop of the gateway only.
 */
public final class Connections {
    /** Bound of all connections. */
    static final int MAX_OPEN = 1024;

    /** Bound of one host's: a control point uses one or two, a home with ten of them twenty. */
    static final int MAX_OPEN_PER_HOST = 32;

    /** IGD-HTTP-004: how long a request may take to arrive, from connect or the last answer. */
    static final long PATIENCE_MILLIS = 10_000;

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Counters<UpnpCounter> counters;
    private final Map<HttpConnection, Long> timers = new HashMap<>();
    private final Map<String, Integer> perHost = new HashMap<>();

    /** No connection yet. */
    public Connections(Vertx vertx, Counters<UpnpCounter> counters) {
        this.vertx = vertx;
        this.counters = counters;
    }

    /** Takes in a new connection, or closes it when there are too many. */
    void onOpen(HttpConnection connection) {
        String host = connection.remoteAddress().hostAddress();
        if (timers.size() >= MAX_OPEN || perHost.getOrDefault(host, 0) >= MAX_OPEN_PER_HOST) {
            counters.increment(UpnpCounter.HTTP_REFUSED_CONNECTIONS);
            close(connection);
            return;
        }
        perHost.merge(host, 1, Integer::sum);
        timers.put(connection, NO_TIMER);
        expectRequest(connection);
        connection.closeHandler(_ -> onClosed(connection, host));
    }

    /** The whole next request has to arrive in time from now on. */
    void expectRequest(HttpConnection connection) {
        if (timers.containsKey(connection)) {
            disarm(connection);
            timers.put(
                    connection,
                    vertx.setTimer(
                            PATIENCE_MILLIS,
                            _ -> {
                                counters.increment(UpnpCounter.HTTP_TOO_SLOW);
                                close(connection);
                            }));
        }
    }

    /** A request arrived whole; the answer is ours to hurry with. */
    void onRequest(HttpConnection connection) {
        if (timers.containsKey(connection)) {
            disarm(connection);
        }
    }

    private void onClosed(HttpConnection connection, String host) {
        disarm(connection);
        timers.remove(connection);
        perHost.computeIfPresent(host, (_, open) -> open == 1 ? null : open - 1);
    }

    private void disarm(HttpConnection connection) {
        Long timer = timers.put(connection, NO_TIMER);
        if (timer != null && timer != NO_TIMER) {
            vertx.cancelTimer(timer);
        }
    }

    private static void close(HttpConnection connection) {
        // The close handler does the rest, if it was open.
        var _ = connection.close();
    }
}
