package org.portreeve.testkit.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Works sockets by order: reads a line, does it, answers with one line. Ends with its input.
 *
 * <pre>
 *  udp ADDRESS PORT                     ok ID PORT
 *  send ID HEX ADDRESS PORT             ok
 *  repeat ID HEX ADDRESS PORT MILLIS    ok          (until closed)
 *  sweep ADDRESS TARGET FIRST LAST      ok ID PORT  (UDP and SYN to every port, until closed)
 *  receive ID MILLIS                    ok ADDRESS PORT HEX | none
 *  listen ADDRESS PORT                  ok ID PORT  (says who came, then echoes)
 *  connect SOURCE ADDRESS PORT MILLIS   ok ID PORT | none REASON
 *  write ID HEX                         ok
 *  read ID MILLIS                       ok HEX | none
 *  close ID                             ok
 * </pre>
 */
public final class HostMain {
    /** What an answer begins with. */
    static final String ANSWER = "> ";

    private static final int BUFFER_BYTES = 65_536;

    private final Map<Integer, AutoCloseable> sockets = new ConcurrentHashMap<>();
    private int nextId;

    private HostMain() {}

    /** Takes orders from standard input until it ends. */
    public static void main(String[] arguments) throws IOException {
        HostMain host = new HostMain();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(ANSWER + host.answer(line.split(" ", -1)));
        }
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "udp" -> udp(words[1], number(words[2]));
                case "send" -> send(words);
                case "repeat" -> repeat(words);
                case "sweep" -> sweep(words);
                case "receive" -> receive(socket(words, DatagramSocket.class), number(words[2]));
                case "listen" -> listen(words[1], number(words[2]));
                case "connect" -> connect(words);
                case "write" -> write(socket(words, Socket.class), bytes(words[2]));
                case "read" -> read(socket(words, Socket.class), number(words[2]));
                case "close" -> close(number(words[1]));
                default -> "error unknown order " + words[0];
            };
        } catch (Exception e) {
            // Whatever went wrong belongs to the test that gave the order.
            return "error " + e.toString().replace('\n', ' ');
        }
    }

    private static int number(String word) {
        return Integer.parseInt(word);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private <T> T socket(String[] words, Class<T> type) {
        return type.cast(sockets.get(number(words[1])));
    }

    private String keep(AutoCloseable socket, int port) {
        int id = nextId++;
        sockets.put(id, socket);
        return "ok " + id + " " + port;
    }

    private String udp(String address, int port) throws IOException {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, port));
        return keep(socket, socket.getLocalPort());
    }

    private static DatagramPacket datagram(String[] words) throws IOException {
        byte[] bytes = bytes(words[2]);
        InetAddress address = InetAddress.getByName(words[3]);
        return new DatagramPacket(bytes, bytes.length, address, number(words[4]));
    }

    private String send(String[] words) throws IOException {
        socket(words, DatagramSocket.class).send(datagram(words));
        return "ok";
    }

    private String repeat(String[] words) throws IOException {
        DatagramSocket socket = socket(words, DatagramSocket.class);
        DatagramPacket packet = datagram(words);
        int millis = number(words[5]);
        Thread.ofPlatform().daemon().start(() -> repeat(socket, packet, millis));
        return "ok";
    }

    private static void repeat(DatagramSocket socket, DatagramPacket packet, int millis) {
        while (!socket.isClosed()) {
            try {
                socket.send(packet);
            } catch (IOException e) {
                // An unreachable destination is part of some tests; the next one may be heard.
            }
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private String sweep(String[] words) throws IOException {
        var sweep = new PortSweep(words[1], words[2], number(words[3]), number(words[4]));
        sweep.start();
        return keep(sweep, 0);
    }

    private static String receive(DatagramSocket socket, int millis) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[BUFFER_BYTES], BUFFER_BYTES);
        socket.setSoTimeout(millis);
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            return "none";
        }
        return "ok %s %d %s"
                .formatted(
                        packet.getAddress().getHostAddress(),
                        packet.getPort(),
                        HexFormat.of().formatHex(packet.getData(), 0, packet.getLength()));
    }

    private String listen(String address, int port) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(address, port));
        Thread.ofPlatform().daemon().start(() -> accept(server));
        return keep(server, server.getLocalPort());
    }

    private static void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofPlatform().daemon().start(() -> echo(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            var remote = (InetSocketAddress) socket.getRemoteSocketAddress();
            String greeting = remote.getAddress().getHostAddress() + ":" + remote.getPort() + "\n";
            out.write(greeting.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(out);
        } catch (IOException e) {
            // The far end went away: that is all an echo server can learn.
        }
    }

    private String connect(String[] words) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(words[1], 0));
        try {
            socket.connect(new InetSocketAddress(words[2], number(words[3])), number(words[4]));
        } catch (IOException e) {
            socket.close();
            return "none " + e.getMessage();
        }
        return keep(socket, socket.getLocalPort());
    }

    private static String write(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return "ok";
    }

    private static String read(Socket socket, int millis) throws IOException {
        socket.setSoTimeout(millis);
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            int count = socket.getInputStream().read(buffer);
            return count < 0
                    ? "none"
                    : "ok " + HexFormat.of().formatHex(Arrays.copyOf(buffer, count));
        } catch (SocketTimeoutException e) {
            return "none";
        }
    }

    private String close(int id) throws Exception {
        AutoCloseable socket = sockets.remove(id);
        if (socket != null) {
            socket.close();
        }
        return "ok";
    }
}
