package org.portreeve.control.store.sql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL server of Debian's on the loopback, in a directory of its own. It refuses to be
 * root, so it runs as {@code nobody} when the tests do.
 */
final class PostgresServer {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final int NOBODY = 65_534;

    private final Path directory;
    private final Path programs;
    private final int port;

    private PostgresServer(Path directory, Path programs, int port) {
        this.directory = directory;
        this.programs = programs;
        this.port = port;
    }

    static boolean isInstalled() throws IOException {
        return programs().isPresent();
    }

    private static Optional<Path> programs() throws IOException {
        if (!Files.isDirectory(INSTALLED)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(INSTALLED)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        }
    }

    static PostgresServer start() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("portreeve-postgres-");
        if (isRoot()) {
            Files.setAttribute(directory, "unix:uid", NOBODY);
        }
        var server = new PostgresServer(directory, programs().orElseThrow(), freePort());
        server.run("initdb", "-D", server.rows(), "-U", "portreeve", "-A", "trust", "--no-sync");
        server.run(
                "pg_ctl",
                "-D",
                server.rows(),
                "-w",
                "-l",
                server.log(),
                "-o",
                server.options(),
                "start");
        return server;
    }

    private static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private String rows() {
        return directory.resolve("rows").toString();
    }

    private String log() {
        return directory.resolve("log").toString();
    }

    private String options() {
        return "-F -h 127.0.0.1 -p %d -k %s".formatted(port, directory);
    }

    Path directory() {
        return directory;
    }

    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=portreeve".formatted(port, database);
    }

    private void run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        if (isRoot()) {
            words.addAll(
                    List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        }
        words.add(programs.resolve(program).toString());
        words.addAll(List.of(arguments));
        Path said = Files.createTempFile("portreeve-postgres-", ".log");
        try {
            int code =
                    new ProcessBuilder(words)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start()
                            .waitFor();
            if (code != 0) {
                throw new IOException(program + " failed: " + Files.readString(said));
            }
        } finally {
            Files.delete(said);
        }
    }

    void stop() throws IOException, InterruptedException {
        run("pg_ctl", "-D", rows(), "-w", "-m", "immediate", "stop");
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
