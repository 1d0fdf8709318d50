package org.portreeve.daemon.command.pcp;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.pcp.client.MappingWish;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.Wish;
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
    /** RFC 6887 §7: of 1100 octets, as much as the request without these options leaves. */
    private static final int MOST_OPTION_BYTES = 1_000;

    @Mixin private PcpTarget target;
    @Mixin private PcpPort port;
    @Mixin private PcpPeers peers;
    @Mixin private PcpPorts ports;
    @Mixin private PcpWanted wanted;

    @Option(
            names = "--prefer-failure",
            description = "Rather fail than get another external port than the one asked for.")
    private boolean isPreferFailure;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws CommandFailedException {
        wanted.check(1);
        if (isPreferFailure && wanted.externalPort() == 0) {
            throw new ParameterException(
                    spec.commandLine(), "--prefer-failure needs --external: which port, or none?");
        }
        port.check();
        ports.check();
        if (isPreferFailure && ports.isSet()) {
            // RFC 7753 §4.1.
            throw new ParameterException(
                    spec.commandLine(),
                    "--prefer-failure and --set exclude each other: of a set a server gives as many"
                            + " ports as it can");
        }
        peers.check();
        int wishBytes = peers.optionBytes() + wanted.descriptionBytes() + (isPreferFailure ? 4 : 0);
        if (wishBytes > 0 && wishBytes + port.realmBytes() > MOST_OPTION_BYTES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--filter, --description, --prefer-failure and --third-party-id together make"
                            + " more than a request has room for");
        }
        return PcpAsking.wish(target, wanted, spec.commandLine().getOut(), this::wish);
    }

    private Wish wish(PcpClient client, InetSocketAddress server) {
        MappingWish wish = port.wish(client, server, wanted.lifetimeSeconds());
        wish = ports.in(wish);
        if (isPreferFailure) {
            wish = wish.with(new PcpOption.PreferFailure());
        }
        wish = peers.in(wish);
        MappingWish wished = wish;
        return wanted.of(
                wanted.description()
                        .map(text -> wished.with(new PcpOption.Description(text)))
                        .orElse(wished));
    }
}
