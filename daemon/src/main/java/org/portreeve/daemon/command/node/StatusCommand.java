package org.portreeve.daemon.command.node;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What a running node does, in numbers. Main thread. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Shows what a running node holds and whether its services answer.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:every service answers", "1:no node, or a service does not answer"})
public final class StatusCommand implements Callable<Integer> {
    @Mixin private NodeTarget target;

    @Override
    public Integer call() throws CommandFailedException {
        JsonObject status = target.show(target.ask("/status"), said -> print(said, target.out()));
        return status.getBoolean("ready") ? ExitCode.SUCCESS : ExitCode.FAILURE;
    }

    private static void print(JsonObject status, PrintWriter out) {
        JsonObject holdings = status.getJsonObject("holdings");
        JsonObject traffic = status.getJsonObject("traffic");
        JsonArray pool = status.getJsonArray("poolAddresses");
        out.printf(
                "%s, portreeve %s, up %s, %s%n",
                status.getString("node"),
                status.getString("version"),
                Spans.words(status.getLong("uptimeSeconds")),
                status.getBoolean("ready") ? "ready" : "NOT READY");
        out.printf(
                "pool         %,d addresses from %s to %s, %d shards%n",
                pool.size(),
                pool.getString(0),
                pool.getString(pool.size() - 1),
                status.getInteger("shards"));
        out.printf(
                "subscribers  %,d with an external address%n",
                holdings.getLong("pairedSubscribers"));
        out.printf(
                "mappings     %,d leases, %,d reservations, %,d in all; %,d ports rest%n",
                holdings.getLong("leases"),
                holdings.getLong("reservations"),
                holdings.getLong("mappings"),
                holdings.getLong("holds"));
        out.printf("sessions     %,d%n", holdings.getLong("sessions"));
        out.printf(
                "packets      %,d out, %,d in, %,d dropped%n",
                traffic.getLong("outboundPackets"),
                traffic.getLong("inboundPackets"),
                traffic.getLong("drops"));
        var services = new TextTable("SERVICE", "LISTENS ON", "HEALTH");
        for (Object each : status.getJsonArray("services")) {
            var service = (JsonObject) each;
            boolean healthy = service.getBoolean("healthy");
            services.add(
                    service.getString("name"),
                    service.getString("listen"),
                    healthy ? "ok" : service.getString("detail"));
        }
        services.print(out);
    }
}
