package org.portreeve.daemon.command.pcp;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.portreeve.control.Nonce;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.client.MappingWish;
import org.portreeve.pcp.client.PcpClient;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options that name a mapping: protocol, internal port, nonce. Main thread. */
final class PcpPort {
    private static final int MAX_PORT = 65_535;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @ArgGroup private Choice choice = new Choice();

    @Parameters(paramLabel = "INTERNAL_PORT", description = "The port of this host, 1 to 65535.")
    private int internalPort;

    @Option(
            names = "--nonce",
            paramLabel = "HEX",
            description = {
                "The proof of ownership, 24 hexadecimal digits. Without it: derived from a secret",
                "of this user, so that the same mapping always gets the same one."
            })
    private String nonceHex;

    private Optional<NonceSecret> secret = Optional.empty();

    /** Which transport protocol. */
    static final class Choice {
        @Option(names = "--tcp", description = "TCP, the default.")
        private boolean isTcp;

        @Option(names = "--udp", description = "UDP.")
        private boolean isUdp;
    }

    int protocol() {
        return choice.isUdp && !choice.isTcp ? Protocol.UDP : Protocol.TCP;
    }

    /** Refuses bad values, and reads what the nonce is made from, before anybody is asked. */
    void check() throws CommandFailedException {
        port("INTERNAL_PORT", internalPort, 1);
        if (nonceHex != null && NonceSecret.parse(nonceHex).isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--nonce has 24 hexadecimal digits");
        }
        if (nonceHex == null) {
            secret = Optional.of(NonceSecret.ofThisUser());
        }
    }

    /** Refuses what is no port, with the words of a bad argument. */
    void port(String name, int value, int least) {
        if (value < least || value > MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(), name + " is a port from " + least + " to " + MAX_PORT);
        }
    }

    /** The mapping that is named; only after {@link #check}. */
    MappingWish wish(PcpClient client, InetSocketAddress server, long lifetimeSeconds) {
        Nonce nonce = nonce(client, server);
        return MappingWish.of(nonce, protocol(), internalPort, lifetimeSeconds);
    }

    private Nonce nonce(PcpClient client, InetSocketAddress server) {
        String mapping =
                String.join(
                        " ",
                        server.toString(),
                        client.clientAddress().toString(),
                        Protocol.name(protocol()),
                        Integer.toString(internalPort));
        return secret.map(ours -> ours.nonceOf(mapping))
                .or(() -> NonceSecret.parse(nonceHex))
                .orElseThrow();
    }
}
