package org.portreeve.daemon.command.pcp;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.Nonce;
import org.portreeve.daemon.config.Endpoint;
import org.portreeve.daemon.exit.CommandFailedException;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.client.MappingWish;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PeerWish;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.RealmId;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The options that name a mapping: protocol, internal port, nonce. Main thread. */
final class PcpPort {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @ArgGroup private Choice choice = new Choice();

    @Parameters(
            index = "0",
            paramLabel = "INTERNAL_PORT",
            description = "The port of this host, 1 to 65535.")
    private int internalPort;

    @Option(
            names = "--nonce",
            paramLabel = "HEX",
            description = {
                "The proof of ownership, 24 hexadecimal digits. Without it: derived from a secret",
                "of this user, so that the same mapping always gets the same one."
            })
    private String nonceHex;

    @Option(
            names = "--third-party",
            paramLabel = "ADDR",
            defaultValue = "",
            description = "The host whose port it is, when the server lets us ask for others.")
    private String thirdParty;

    @Option(
            names = "--third-party-id",
            paramLabel = "ID",
            defaultValue = "",
            description = {
                "The realm of that host, where the server has realms (RFC 7843): a text, or 0x and",
                "hexadecimal digits."
            })
    private String thirdPartyId;

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
        if (!thirdParty.isEmpty() && Ipv4.parse(thirdParty).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--third-party is an IPv4 address such as 100.64.0.7");
        }
        if (!thirdPartyId.isEmpty() && RealmId.parse(thirdPartyId).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--third-party-id is a text, or 0x and hexadecimal digits, two for each of at"
                            + " most "
                            + RealmId.MAX_BYTES
                            + " octets");
        }
        if (!thirdPartyId.isEmpty() && thirdParty.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--third-party-id needs --third-party: a realm of which host?");
        }
        if (nonceHex != null && NonceSecret.parse(nonceHex).isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--nonce has 24 hexadecimal digits");
        }
        if (nonceHex == null) {
            secret = Optional.of(NonceSecret.ofThisUser());
        }
    }

    /** Octets that the realm of the host takes. */
    int realmBytes() {
        return RealmId.parse(thirdPartyId).map(RealmId::lengthBytes).orElse(0);
    }

    /** Refuses what is no port, with the words of a bad argument. */
    void port(String name, int value, int least) {
        if (value < least || value > PortRange.MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(),
                    name + " is a port from " + least + " to " + PortRange.MAX_PORT);
        }
    }

    /** The mapping that is named; only after {@link #check}. */
    MappingWish wish(PcpClient client, InetSocketAddress server, long lifetimeSeconds) {
        Nonce nonce = nonce(name(client, server));
        MappingWish wish = MappingWish.of(nonce, protocol(), internalPort, lifetimeSeconds);
        for (PcpOption option : whose(client)) {
            wish = wish.with(option);
        }
        return wish;
    }

    /** The options that name the host, when it is another. */
    private List<PcpOption> whose(PcpClient client) {
        List<PcpOption> options = new ArrayList<>();
        if (!thirdParty.isEmpty()) {
            options.add(new PcpOption.ThirdParty(host(client)));
            RealmId.parse(thirdPartyId).map(PcpOption.ThirdPartyId::new).ifPresent(options::add);
        }
        return options;
    }

    /** The mapping to one remote peer that is named; only after {@link #check}. */
    PeerWish peerWish(
            PcpClient client, InetSocketAddress server, Endpoint remote, long lifetimeSeconds) {
        PcpAddress address = PcpAddress.ofIpv4(remote.ip());
        String peer = address + " " + remote.port();
        PeerWish wish =
                PeerWish.of(
                        nonce(name(client, server) + " " + peer),
                        protocol(),
                        internalPort,
                        address,
                        remote.port(),
                        lifetimeSeconds);
        for (PcpOption option : whose(client)) {
            wish = wish.with(option);
        }
        return wish;
    }

    private PcpAddress host(PcpClient client) {
        return thirdParty.isEmpty()
                ? client.clientAddress()
                : PcpAddress.ofIpv4(Ipv4.of(thirdParty));
    }

    private String name(PcpClient client, InetSocketAddress server) {
        return String.join(
                " ",
                server.toString(),
                host(client).toString(),
                Protocol.name(protocol()),
                Integer.toString(internalPort));
    }

    private Nonce nonce(String mapping) {
        return secret.map(ours -> ours.nonceOf(mapping))
                .or(() -> NonceSecret.parse(nonceHex))
                .orElseThrow();
    }
}
