package org.portreeve.admin.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.admin.AdminRig;
import org.portreeve.admin.record.AdminCounter;
import org.portreeve.admin.security.Access;

class SiteTest {
    @TempDir Path directory;

    @Test
    void fullQueueOfPortControlIsNoFailureAndMayBeTriedAgain() throws Exception {
        try (var rig = new AdminRig(directory)) {
            CompletableFuture<String> rejected =
                    CompletableFuture.failedFuture(
                            new CompletionException(new RejectedExecutionException("full")));
            var route =
                    new Route(
                            HttpMethod.GET,
                            "/api/full",
                            Access.PUBLIC,
                            visit -> visit.when(rejected, visit::html));
            var vertx = rig.node().vertx();
            var router = Site.local(vertx, rig.office()).router(List.of(route), HostNames.any());
            HttpServer server =
                    AdminRig.await(
                            vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));

            var uri = URI.create("http://127.0.0.1:" + server.actualPort() + "/api/full");
            var connection = (HttpURLConnection) uri.toURL().openConnection();

            assertEquals(503, connection.getResponseCode());
            String body =
                    new String(connection.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(body.contains("ask again in a second"), body);
            assertEquals(1, rig.office().counters().value(AdminCounter.REFUSED_BUSY));
            assertEquals(0, rig.office().counters().value(AdminCounter.FAILURES));
            AdminRig.await(server.close());
        }
    }
}
