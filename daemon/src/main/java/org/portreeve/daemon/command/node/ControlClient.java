package org.portreeve.daemon.command.node;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.pcp.socket.PcpTransport;

/** One question to a node over its control socket. Blocks; any thread. */
final class ControlClient {
    private static final long PATIENCE_SECONDS = 30;

    private ControlClient() {}

    static ControlAnswer ask(Path socket, HttpMethod method, String path, String body)
            throws CommandFailedException {
        Vertx vertx = PcpTransport.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            HttpClient client = vertx.createHttpClient(new HttpClientOptions());
            return send(client, socket, method, path, body)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new CommandFailedException(
                    "the node does not answer at %s: %s. Is it running, and may this user ask it?"
                            .formatted(socket, e.getCause().getMessage()),
                    e);
        } catch (TimeoutException e) {
            throw new CommandFailedException(
                    "the node did not answer within " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException("interrupted", e);
        } finally {
            vertx.close();
        }
    }

    private static Future<ControlAnswer> send(
            HttpClient client, Path socket, HttpMethod method, String path, String body) {
        var options =
                new RequestOptions()
                        .setServer(SocketAddress.domainSocketAddress(socket.toString()))
                        .setHost("localhost")
                        .setMethod(method)
                        .setURI("/api/v1" + path)
                        .putHeader("accept", "application/json, application/problem+json")
                        .putHeader("content-type", "application/json");
        return client.request(options)
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(ControlClient::read);
    }

    private static Future<ControlAnswer> read(HttpClientResponse response) {
        return response.body()
                .map(body -> new ControlAnswer(response.statusCode(), body.toString()));
    }
}
