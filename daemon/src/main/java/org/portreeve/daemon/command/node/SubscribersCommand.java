package org.portreeve.daemon.command.node;

import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists subscribers and how much of their quota they use. Main thread. */
@Command(
        name = "subscribers",
        mixinStandardHelpOptions = true,
        description = "Lists the subscribers of a running node and what they use of their quota.")
public final class SubscribersCommand implements Callable<Integer> {
    @Mixin private NodeTarget target;

    @Parameters(
            arity = "0..1",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Part of an id or a profile, or an internal address.")
    private String text;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "List at most so many, up to 200. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    public Integer call() throws CommandFailedException {
        String query =
                "text=" + URLEncoder.encode(text, StandardCharsets.UTF_8) + "&limit=" + limit;
        target.show(target.ask("/subscribers?" + query), this::print);
        return ExitCode.SUCCESS;
    }

    private void print(JsonObject listing) {
        var table =
                new TextTable("SUBSCRIBER", "PROFILE", "EXTERNAL", "MAPPINGS", "PORTS", "SESSIONS");
        int count = 0;
        for (Object each : listing.getJsonArray("items")) {
            var subscriber = (JsonObject) each;
            JsonObject profile = subscriber.getJsonObject("profile");
            table.add(
                    subscriber.getString("id"),
                    profile.getString("name")
                            + (subscriber.getBoolean("drained") ? ", drained" : ""),
                    subscriber.getString("externalAddress", "-")
                            + (subscriber.getBoolean("dedicated") ? ", dedicated" : ""),
                    use(subscriber, "leases", profile, "mappings"),
                    use(subscriber, "ports", profile, "ports"),
                    use(subscriber, "sessions", profile, "sessions"));
            count++;
        }
        table.print(target.out());
        target.out().printf("%,d of %,d subscribers%n", count, listing.getInteger("total"));
    }

    private static String use(JsonObject use, String what, JsonObject limits, String limit) {
        return use.getInteger(what) + "/" + limits.getInteger(limit);
    }
}
