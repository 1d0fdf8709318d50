package org.portreeve.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.control.counter.Counters;

class HttpListenerTest {
    private static final long SHORT_MILLIS = 400;
    private static final int LONG_MILLIS = 20_000;

    private final Vertx vertx = Vertx.vertx();
    private final Counters<AdminCounter> counters = new Counters<>(AdminCounter.class);

    @AfterEach
    void stop() {
        AdminRig.await(vertx.close());
    }

    @Test
    void addressHasItsShareOfConnectionsAndNoMore() throws Exception {
        int port = listen(new OpenConnections.Limits(8, 3, LONG_MILLIS));
        var held = new ArrayList<Socket>();
        for (int i = 0; i < 3; i++) {
            held.add(connect(port, "127.0.0.2"));
            assertEquals("HTTP/1.1 200 OK", ask(held.getLast(), "now"));
        }

        try (var oneMore = connect(port, "127.0.0.2");
                var elsewhere = connect(port, "127.0.0.3")) {
            assertEquals("", rest(oneMore));
            assertEquals("HTTP/1.1 200 OK", ask(elsewhere, "now"));
        }
        assertEquals(1, counters.value(AdminCounter.REFUSED_CONNECTIONS));
        held.getFirst().close();
        String answer = "";
        while (answer.isEmpty()) {
            // The server learns of it a moment later.
            try (var again = connect(port, "127.0.0.2")) {
                answer = ask(again, "now");
            }
        }
        assertEquals("HTTP/1.1 200 OK", answer);
        for (Socket socket : held) {
            socket.close();
        }
    }

    @Test
    void requestWhoseHeadTricklesInIsCutOff() throws Exception {
        int port = listen(new OpenConnections.Limits(8, 3, SHORT_MILLIS));
        try (var socket = connect(port, "127.0.0.2")) {
            trickle(socket, "GET /now HTTP/1.1\r\nX-Slow: ");
        }

        assertEquals(1, counters.value(AdminCounter.CONNECTIONS_TIMED_OUT));
    }

    @Test
    void requestWhoseBodyTricklesInIsCutOff() throws Exception {
        int port = listen(new OpenConnections.Limits(8, 3, SHORT_MILLIS));
        try (var socket = connect(port, "127.0.0.2")) {
            trickle(socket, "POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n");
        }
        // Answered before its body is there.
        try (var socket = connect(port, "127.0.0.2")) {
            trickle(socket, "POST /none HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n");
        }

        assertEquals(2, counters.value(AdminCounter.CONNECTIONS_TIMED_OUT));
    }

    @Test
    void answerMayTakeItsTime() throws Exception {
        int port = listen(new OpenConnections.Limits(8, 3, SHORT_MILLIS));
        try (var socket = connect(port, "127.0.0.2")) {
            assertEquals("HTTP/1.1 200 OK", ask(socket, "later"));
            assertEquals("HTTP/1.1 200 OK", ask(socket, "later"));
        }

        assertEquals(0, counters.value(AdminCounter.CONNECTIONS_TIMED_OUT));
    }

    private int listen(OpenConnections.Limits limits) {
        Router router = Router.router(vertx);
        router.route("/now").handler(context -> context.response().end());
        router.route("/later")
                .handler(
                        context -> vertx.setTimer(2 * SHORT_MILLIS, _ -> context.response().end()));
        router.route("/body").handler(BodyHandler.create(false));
        router.route("/body").handler(context -> context.response().end());
        var listener =
                new HttpListener(
                        new HttpServerOptions(),
                        SocketAddress.inetSocketAddress(0, "127.0.0.1"),
                        router,
                        counters,
                        limits);
        AdminRig.await(vertx.deployVerticle(listener));
        return listener.port();
    }

    private static Socket connect(int port, String from) throws IOException {
        var socket =
                new Socket(
                        InetAddress.ofLiteral("127.0.0.1"), port, InetAddress.ofLiteral(from), 0);
        socket.setSoTimeout(LONG_MILLIS);
        return socket;
    }

    /** The first line of the answer; empty when the connection is closed instead. */
    private static String ask(Socket socket, String path) {
        try {
            String request = "GET /" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var head = new StringBuilder();
            int octet = socket.getInputStream().read();
            while (octet >= 0 && !head.toString().endsWith("\r\n\r\n")) {
                head.append((char) octet);
                octet = head.toString().endsWith("\r\n\r\n") ? 0 : socket.getInputStream().read();
            }
            return head.toString().lines().findFirst().orElse("");
        } catch (IOException e) {
            // Closed under our hands.
            return "";
        }
    }

    private static String rest(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    /** Sends an octet now and then until the server has enough of it. */
    private static void trickle(Socket socket, String begin) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONG_MILLIS);
        try {
            socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
            while (System.nanoTime() < deadlineNs) {
                socket.getOutputStream().write('x');
                Thread.sleep(SHORT_MILLIS / 10);
            }
        } catch (IOException e) {
            // As it should be.
            return;
        }
        throw new AssertionError("the server let it trickle");
    }
}
