package org.portreeve.daemon.command.pcp;

import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import org.portreeve.daemon.config.Endpoint;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PeerWish;
import org.portreeve.pcp.client.Wish;
import org.portreeve.pcp.wire.PcpOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Asks a PCP server for an outbound mapping to one remote peer (RFC 6887 §12). Main thread. */
@Command(
        name = "peer",
        mixinStandardHelpOptions = true,
        description = {
            "Makes the mapping that a connection of this host to a remote peer uses, or keeps the one",
            "that it has, by PCP. With --lifetime 0 only tells how long that lives."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the secret of this user cannot be read",
            "2:bad arguments",
            "3:the server refused",
            "4:no answer"
        })
public final class PeerCommand implements Callable<Integer> {
    /** RFC 6887 §7: of 1100 octets, as much as PEER with a third party leaves for its realm. */
    private static final int MOST_OPTION_BYTES = 996;

    @Mixin private PcpTarget target;
    @Mixin private PcpPort port;
    @Mixin private PcpWanted wanted;

    @Parameters(
            index = "1",
            paramLabel = "PEER:PORT",
            converter = PeerConverter.class,
            description = "The remote peer, as 203.0.113.9:443.")
    private Endpoint remote;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws CommandFailedException {
        wanted.check(0);
        port.check();
        int textBytes = wanted.description().map(_ -> wanted.descriptionBytes() + 8).orElse(0);
        if (port.realmBytes() + textBytes > MOST_OPTION_BYTES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--third-party-id and --description together make more than a request has room"
                            + " for");
        }
        return PcpAsking.wish(target, wanted, spec.commandLine().getOut(), this::wish);
    }

    private Wish wish(PcpClient client, InetSocketAddress server) {
        PeerWish wish = port.peerWish(client, server, remote, wanted.lifetimeSeconds());
        return wanted.of(
                wanted.description()
                        .map(text -> wish.with(new PcpOption.Description(text)))
                        .orElse(wish));
    }

    /** Reads {@code ADDR:PORT}. */
    static final class PeerConverter implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String text) {
            return Endpoint.parse(text)
                    .filter(endpoint -> endpoint.port() != 0)
                    .orElseThrow(() ->
                            new TypeConversionException("not an address with a port: " + text));
        }
    }
}
