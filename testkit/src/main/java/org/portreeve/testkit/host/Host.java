package org.portreeve.testkit.host;

import java.time.Duration;
import java.util.Optional;
import org.portreeve.testkit.lab.JavaProgram;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.LabProcess;
import org.portreeve.testkit.lab.Namespace;

/** A host in one of the lab's namespaces: opens sockets there and works them. */
public final class Host implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final LabProcess process;

    private Host(LabProcess process) {
        this.process = process;
    }

    /** Starts the process that plays a host. */
    public static Host in(Lab lab, Namespace namespace) {
        return new Host(lab.start(namespace, JavaProgram.small(HostMain.class)));
    }

    /** A UDP socket on an address of this host; port 0 lets the host choose. */
    public UdpSocket udp(String address, int port) {
        String[] words = order("udp %s %d".formatted(address, port));
        return new UdpSocket(this, words[1], Integer.parseInt(words[2]));
    }

    /** A TCP server that tells each comer its address and port in one line and then echoes. */
    public TcpServer listen(String address, int port) {
        String[] words = order("listen %s %d".formatted(address, port));
        return new TcpServer(this, words[1], Integer.parseInt(words[2]));
    }

    /** A TCP connection from one of this host's addresses; empty when none came about. */
    public Optional<TcpConnection> connect(
            String source, String address, int port, Duration patience) {
        String[] words =
                order("connect %s %s %d %d".formatted(source, address, port, patience.toMillis()));
        return words[0].equals("ok")
                ? Optional.of(new TcpConnection(this, words[1], Integer.parseInt(words[2])))
                : Optional.empty();
    }

    /** Sends UDP and TCP SYN to every port of an address, again and again, until it is closed. */
    public AutoCloseable sweep(String source, String target, int firstPort, int lastPort) {
        String[] words = order("sweep %s %s %d %d".formatted(source, target, firstPort, lastPort));
        return () -> order("close " + words[1]);
    }

    /** Gives an order and returns the words of its answer; an exception when it went wrong. */
    String[] order(String line) {
        int from = process.lineCount();
        process.send(line);
        // A JVM may say things of its own besides.
        String answer =
                process.awaitLine(from, said -> said.startsWith(HostMain.ANSWER), ANSWER)
                        .orElseThrow(() -> new LabException("no answer to: " + line))
                        .substring(HostMain.ANSWER.length());
        String[] words = answer.split(" ", -1);
        if (words[0].equals("error")) {
            throw new LabException(line + ": " + answer);
        }
        return words;
    }

    @Override
    public void close() {
        process.kill();
    }
}
