package org.portreeve.daemon.command.node;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.nat.Ipv4;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells who had an external port at a time. Main thread. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Asks a running node who had an external port at a time.")
public final class TraceCommand implements Callable<Integer> {
    private static final Pattern PORT = Pattern.compile("([0-9.]{7,15}):([0-9]{1,5})/(tcp|udp)");

    @Mixin private NodeTarget target;
    @Spec private CommandSpec spec;

    @Parameters(
            paramLabel = "ADDR:PORT/PROTO",
            description = "The external port, such as 198.51.100.7:40000/udp.")
    private String port;

    @Option(
            names = "--at",
            required = true,
            paramLabel = "TIME",
            description = "When, such as 2026-03-01T12:30:00Z or 2026-03-01T13:30:00+01:00.")
    private String time;

    @Option(
            names = "--skew",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "How much earlier or later it may have been. Default: ${DEFAULT-VALUE}.")
    private long skewSeconds;

    @Option(
            names = "--remote",
            paramLabel = "ADDRESS",
            description = "The remote address: needed to tell apart who shared a port.")
    private Optional<String> remote;

    @Override
    public Integer call() throws CommandFailedException {
        ControlAnswer answer = target.ask("/trace?" + query());
        JsonObject trace = NodeTarget.accepted(answer);
        if (target.isJson()) {
            target.out().println(answer.text());
        } else {
            print(trace);
        }
        target.out().flush();
        return ExitCode.SUCCESS;
    }

    private String query() {
        Matcher parts = PORT.matcher(port);
        if (!parts.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "ADDR:PORT/PROTO is such as 198.51.100.7:40000/udp");
        }
        return "address=%s&port=%s&protocol=%s&atMillis=%d&skewMillis=%d%s"
                .formatted(
                        parts.group(1),
                        parts.group(2),
                        parts.group(3),
                        GivenTime.at(spec, time).toEpochMilli(),
                        TimeUnit.SECONDS.toMillis(skewSeconds),
                        remote.map(this::remoteQuery).orElse(""));
    }

    private String remoteQuery(String address) {
        if (Ipv4.parse(address).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--remote is an IPv4 address such as 203.0.113.7");
        }
        return "&remote=" + address;
    }

    private void print(JsonObject trace) {
        var table = new TextTable("SUBSCRIBER", "EXTERNAL", "PROTOCOL", "REMOTE", "FROM", "TO");
        for (Object each : trace.getJsonArray("items")) {
            var possession = (JsonObject) each;
            table.add(
                    possession.getString("subscriber"),
                    possession.getString("externalAddress") + ":" + ports(possession),
                    possession.getString("protocol", "all"),
                    possession.getString("remoteAddress", "any"),
                    text(possession.getLong("fromMillis")),
                    possession.containsKey("toMillis")
                            ? text(possession.getLong("toMillis"))
                            : "still");
        }
        table.print(target.out());
        if (trace.getJsonArray("items").isEmpty()) {
            target.out().println("Nobody had it then, as far as this node knows.");
        }
    }

    private static String ports(JsonObject possession) {
        int first = possession.getInteger("firstPort");
        int last = possession.getInteger("lastPort");
        return first == last ? Integer.toString(first) : first + "-" + last;
    }

    private static String text(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }
}
