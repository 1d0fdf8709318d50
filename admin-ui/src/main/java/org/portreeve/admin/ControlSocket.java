package org.portreeve.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.portreeve.admin.api.Api;
import org.portreeve.admin.web.HostNames;
import org.portreeve.admin.web.Office;
import org.portreeve.admin.web.Site;

/**
 * The API on a Unix domain socket, for commands on the same machine: whoever may open the file is
 * {@code local} and may do everything. Any thread.
 */
public final class ControlSocket {
    /** Octets of a path that the kernel's {@code sockaddr_un} has room for, without the last 0. */
    static final int MAX_PATH_LENGTH = 107;

    /**
     * Where the socket is made before it gets its name, closed to everybody else: there is no
     * moment at which the file's permissions are wider than meant. Shorter than the name.
     */
    private static final String WORKSHOP = ".ctl";

    /** Commands, each with one connection; all of them come from one place. */
    private static final OpenConnections.Limits LIMITS = new OpenConnections.Limits(64, 64, 15_000);

    private final Vertx vertx;
    private final String deployment;
    private final Path path;

    private ControlSocket(Vertx vertx, String deployment, Path path) {
        this.vertx = vertx;
        this.deployment = deployment;
        this.path = path;
    }

    /**
     * Starts serving. Fails with {@link AdminStartException} when another node serves there, the
     * path is too long or cannot be written.
     *
     * @param path in a directory that exists
     */
    public static Future<ControlSocket> listen(Vertx vertx, Path path, Office office) {
        Path absolute = path.toAbsolutePath();
        Path made = absolute.resolveSibling(WORKSHOP).resolve("s");
        Router router = Site.local(vertx, office).router(Api.routes(office), HostNames.any());
        var listener =
                new HttpListener(
                        new HttpServerOptions(),
                        SocketAddress.domainSocketAddress(made.toString()),
                        router,
                        office.counters(),
                        LIMITS);
        return vertx.executeBlocking(() -> prepare(absolute, made))
                .compose(_ -> vertx.deployVerticle(listener))
                .compose(deployment ->
                        vertx.executeBlocking(() -> publish(made, absolute))
                                .map(_ -> new ControlSocket(vertx, deployment, absolute)))
                .recover(failure -> Future.failedFuture(explain(absolute, failure)));
    }

    private static Path prepare(Path path, Path made) throws IOException, AdminStartException {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH_LENGTH) {
            throw new AdminStartException(
                    ("The control socket's path has %d octets, %d are allowed; use a shorter data"
                                    + " directory: %s")
                            .formatted(length, MAX_PATH_LENGTH, path));
        }
        if (isServed(path)) {
            throw new AdminStartException(
                    "Another node serves the control socket " + path + "; stop it first.");
        }
        Files.deleteIfExists(made);
        Files.deleteIfExists(made.getParent());
        return Files.createDirectory(
                made.getParent(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static boolean isServed(Path path) {
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return channel.isConnected();
        } catch (IOException e) {
            // Nothing there, or left over from a node that was killed.
            return false;
        }
    }

    /** Gives the socket its name, in place of what a killed node left. */
    private static Path publish(Path made, Path path) throws IOException {
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
        Files.move(made, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.delete(made.getParent());
        return path;
    }

    private static AdminStartException explain(Path path, Throwable failure) {
        return failure instanceof AdminStartException known
                ? known
                : new AdminStartException(
                        "The control socket " + path + " cannot be made: " + failure, failure);
    }

    /** Where it listens. */
    public Path path() {
        return path;
    }

    /** Stops serving and removes the file; the office stays open. */
    public Future<Void> close() {
        return vertx.undeploy(deployment)
                .compose(_ -> vertx.executeBlocking(() -> Files.deleteIfExists(path)))
                .mapEmpty();
    }
}
