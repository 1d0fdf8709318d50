package org.portreeve.daemon.command.node;

import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists what a subscriber's hosts asked last. Main thread. */
@Command(
        name = "requests",
        mixinStandardHelpOptions = true,
        description = "Lists the last requests of a subscriber, and what they were told and why.")
public final class RequestsCommand implements Callable<Integer> {
    @Mixin private NodeTarget target;

    @Parameters(paramLabel = "SUBSCRIBER", description = "Its configured name, or its address.")
    private String subscriber;

    @Override
    public Integer call() throws CommandFailedException {
        String id = URLEncoder.encode(subscriber, StandardCharsets.UTF_8).replace("+", "%20");
        target.show(target.ask("/subscribers/" + id + "/requests"), this::print);
        return ExitCode.SUCCESS;
    }

    private void print(JsonObject listing) {
        var table = new TextTable("TIME", "PROTOCOL", "FROM", "ASKED", "RESULT", "TOLD");
        for (Object each : listing.getJsonArray("items")) {
            var request = (JsonObject) each;
            table.add(
                    Instant.ofEpochMilli(request.getLong("atMillis")),
                    request.getString("protocol"),
                    request.getString("client"),
                    request.getString("asked"),
                    request.getString("result"),
                    request.getString("told"));
        }
        table.print(target.out());
        if (listing.getJsonArray("items").isEmpty()) {
            target.out().println("No request since the node started, or none that is kept still.");
        }
    }
}
