package org.portreeve.daemon.command.pcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.pcp.client.MappingWish;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PcpOutcome;
import org.portreeve.pcp.wire.PcpOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Asks a PCP server for an inbound mapping, or renews it. Main thread. */
@Command(
        name = "map",
        mixinStandardHelpOptions = true,
        description = "Opens a port of this host to the Internet by PCP, or renews it.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the secret of this user cannot be read",
            "2:bad arguments",
            "3:the server refused",
            "4:no answer"
        })
public final class MapCommand implements Callable<Integer> {
    private static final long MOST_SECONDS = 0xffff_ffffL;

    @Mixin private PcpTarget target;
    @Mixin private PcpPort port;

    @Option(
            names = "--external",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The external port that would be liked.")
    private int externalPort;

    @Option(
            names = "--lifetime",
            paramLabel = "S",
            defaultValue = "7200",
            description = "Seconds the mapping is wanted for. Default: ${DEFAULT-VALUE}.")
    private long lifetimeSeconds;

    @Option(
            names = "--prefer-failure",
            description = "Rather fail than get another external port than the one asked for.")
    private boolean isPreferFailure;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws CommandFailedException {
        if (lifetimeSeconds < 1 || lifetimeSeconds > MOST_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(), "--lifetime is 1 to " + MOST_SECONDS + " seconds");
        }
        if (isPreferFailure && externalPort == 0) {
            throw new ParameterException(
                    spec.commandLine(), "--prefer-failure needs --external: which port, or none?");
        }
        port.check();
        port.port("--external", externalPort, 0);
        return PcpAsking.run(
                target, spec.commandLine().getOut(), this::ask, UnaryOperator.identity());
    }

    private PcpOutcome ask(PcpClient client, InetSocketAddress server) throws IOException {
        MappingWish wish = port.wish(client, server, lifetimeSeconds).suggesting(externalPort);
        return client.map(
                isPreferFailure ? wish.with(new PcpOption.PreferFailure()) : wish,
                target.timeout());
    }
}
