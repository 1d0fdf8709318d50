package org.portreeve.daemon.command.node;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.portreeve.control.DrainControl;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.daemon.exit.ExitCode;
import org.portreeve.nat.Ipv4;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** External addresses and subscribers that a running node gives nothing new to. Main thread. */
@Command(
        name = "drain",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Takes external addresses of a running node out of use: new subscribers do not get",
            "them, those who have them keep them until nothing of theirs is left. Or drains",
            "subscribers: they get no new mappings."
        },
        subcommands = {
            DrainCommand.Address.class,
            DrainCommand.Subscriber.class,
            DrainCommand.Listed.class,
            DrainCommand.End.class
        })
public final class DrainCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Which: address, subscriber, list or end?");
    }

    private static void check(String address, CommandLine line) {
        if (Ipv4.parse(address).isEmpty()) {
            throw new ParameterException(line, "ADDRESS is an IPv4 address such as 198.51.100.7");
        }
    }

    /** Takes one out of use. Main thread. */
    @Command(
            name = "address",
            mixinStandardHelpOptions = true,
            description = "Takes an external address out of use.")
    static final class Address implements Callable<Integer> {
        @Mixin private NodeTarget target;
        @Spec private CommandSpec spec;

        @Parameters(paramLabel = "ADDRESS", description = "The external address.")
        private String address;

        @Option(
                names = "--quarantine",
                paramLabel = "SECONDS",
                defaultValue = "0",
                description = {
                    "Let it rest so long when nobody has it any more, then use it again.",
                    "Default: it is not used until drain end."
                })
        private long restSeconds;

        @Override
        public Integer call() throws CommandFailedException {
            check(address, spec.commandLine());
            if (restSeconds < 0 || restSeconds > DrainControl.MAX_REST_SECONDS) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--quarantine is from 0 to " + DrainControl.MAX_REST_SECONDS + " seconds");
            }
            var body = new JsonObject().put("address", address).put("restSeconds", restSeconds);
            NodeTarget.accepted(target.ask(HttpMethod.POST, "/drains", body.encode()));
            target.out().printf("New subscribers do not get %s any more.%n", address);
            target.out().flush();
            return ExitCode.SUCCESS;
        }
    }

    /** Drains a subscriber. Main thread. */
    @Command(
            name = "subscriber",
            mixinStandardHelpOptions = true,
            description = {
                "Gives a subscriber no new mapping. What it has ends by its timers, leases at the",
                "end of the lifetime that they have. Reservations stay."
            })
    static final class Subscriber implements Callable<Integer> {
        @Mixin private NodeTarget target;

        @Parameters(
                paramLabel = "ADDRESS|NAME",
                description = "The subscriber's name, or an internal address of it.")
        private String subscriber;

        @Option(names = "--cut", description = "End its leases and sessions now.")
        private boolean cuts;

        @Override
        public Integer call() throws CommandFailedException {
            var body = new JsonObject().put("subscriber", subscriber).put("cut", cuts);
            NodeTarget.accepted(target.ask(HttpMethod.POST, "/subscriber-drains", body.encode()));
            target.out().printf("%s gets no new mapping any more.%n", subscriber);
            target.out().flush();
            return ExitCode.SUCCESS;
        }
    }

    /** Lists those out of use. Main thread. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists external addresses that are out of use, and drained subscribers.")
    static final class Listed implements Callable<Integer> {
        @Mixin private NodeTarget target;

        @Override
        public Integer call() throws CommandFailedException {
            JsonObject drains = NodeTarget.accepted(target.ask("/drains"));
            JsonObject others = NodeTarget.accepted(target.ask("/subscriber-drains"));
            drains.put("subscribers", others.getJsonArray("items"));
            if (target.isJson()) {
                target.out().println(drains.encode());
            } else {
                print(drains);
                printSubscribers(drains);
            }
            target.out().flush();
            return ExitCode.SUCCESS;
        }

        private void printSubscribers(JsonObject drains) {
            var table = new TextTable("SUBSCRIBER", "SINCE", "LEASES");
            for (Object each : drains.getJsonArray("subscribers")) {
                var drain = (JsonObject) each;
                table.add(
                        drain.getString("subscriber"),
                        Instant.ofEpochMilli(drain.getLong("sinceMillis")).toString(),
                        drain.getInteger("leases").toString());
            }
            table.print(target.out());
        }

        private void print(JsonObject drains) {
            var table = new TextTable("ADDRESS", "SINCE", "SUBSCRIBERS", "RESTS");
            for (Object each : drains.getJsonArray("items")) {
                var drain = (JsonObject) each;
                table.add(
                        drain.getString("address"),
                        Instant.ofEpochMilli(drain.getLong("sinceMillis")).toString(),
                        drain.getInteger("subscribers").toString(),
                        rest(drain));
            }
            table.print(target.out());
        }

        private static String rest(JsonObject drain) {
            if (drain.containsKey("remainingSeconds")) {
                return "another " + drain.getLong("remainingSeconds") + " s";
            }
            long restSeconds = drain.getLong("restSeconds");
            return restSeconds == 0 ? "until drain end" : restSeconds + " s when it is empty";
        }
    }

    /** Puts one back. Main thread. */
    @Command(
            name = "end",
            mixinStandardHelpOptions = true,
            description = "Puts an external address back into use, or lets a subscriber be.")
    static final class End implements Callable<Integer> {
        @Mixin private NodeTarget target;

        @Parameters(
                paramLabel = "ADDRESS|NAME",
                description = {
                    "The external address; or the subscriber's name, or an internal address of it."
                })
        private String which;

        @Override
        public Integer call() throws CommandFailedException {
            JsonObject drains = NodeTarget.accepted(target.ask("/drains"));
            boolean isAddress =
                    drains.getJsonArray("items").stream()
                            .anyMatch(
                                    each -> which.equals(((JsonObject) each).getString("address")));
            if (isAddress) {
                NodeTarget.accepted(target.ask(HttpMethod.DELETE, "/drains/" + which, ""));
                target.out().printf("New subscribers may get %s again.%n", which);
            } else {
                String name = URLEncoder.encode(which, StandardCharsets.UTF_8).replace("+", "%20");
                String path = "/subscriber-drains/" + name;
                NodeTarget.accepted(target.ask(HttpMethod.DELETE, path, ""));
                target.out().printf("%s may get mappings again.%n", which);
            }
            target.out().flush();
            return ExitCode.SUCCESS;
        }
    }
}
