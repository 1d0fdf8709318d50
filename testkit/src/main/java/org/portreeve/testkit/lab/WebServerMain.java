package org.portreeve.testkit.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** {@code ADDRESS PORT}: a web server that says who it is and who asked. Runs until killed. */
public final class WebServerMain {
    /** What it prints when it answers. */
    static final String READY = "serving";

    private WebServerMain() {}

    /** Serves on the address and port given. */
    public static void main(String[] arguments) throws IOException {
        var address = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", WebServerMain::answer);
        server.start();
        System.out.println(READY + " on " + arguments[0] + ":" + server.getAddress().getPort());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        InetSocketAddress remote = exchange.getRemoteAddress();
        InetSocketAddress local = exchange.getLocalAddress();
        String text =
                "Hello from %s:%d; you came from %s:%d.%n"
                        .formatted(
                                local.getAddress().getHostAddress(),
                                local.getPort(),
                                remote.getAddress().getHostAddress(),
                                remote.getPort());
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
