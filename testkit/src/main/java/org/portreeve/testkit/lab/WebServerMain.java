package org.portreeve.testkit.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * {@code ADDRESS PORT}: a web server that says who it is and who asked; {@code /octets/N} is so
 * many octets, whole chunks of 64 KiB. Runs until killed.
 */
public final class WebServerMain {
    /** What it prints when it answers. */
    static final String READY = "serving";

    private static final String OCTETS = "/octets/";
    private static final int CHUNK = 1 << 16;

    private WebServerMain() {}

    /** Serves on the address and port given. */
    public static void main(String[] arguments) throws IOException {
        var address = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", WebServerMain::answer);
        server.createContext(OCTETS, WebServerMain::sendOctets);
        server.start();
        System.out.println(READY + " on " + arguments[0] + ":" + server.getAddress().getPort());
    }

    /** Part of a body that tells at each place which part it is. */
    public static byte[] chunk(int number) {
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; i < CHUNK; i++) {
            chunk[i] = (byte) (i + 31 * number);
        }
        return chunk;
    }

    private static void sendOctets(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        int chunks = Integer.parseInt(path.substring(OCTETS.length())) / CHUNK;
        try (exchange) {
            exchange.sendResponseHeaders(200, (long) chunks * CHUNK);
            for (int number = 0; number < chunks; number++) {
                exchange.getResponseBody().write(chunk(number));
            }
        }
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
