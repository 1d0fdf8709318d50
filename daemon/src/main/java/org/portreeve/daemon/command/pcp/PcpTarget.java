package org.portreeve.daemon.command.pcp;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.portreeve.daemon.config.Endpoint;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.client.Keeping;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PcpOutcome;
import org.portreeve.pcp.client.PcpServers;
import org.portreeve.pcp.client.Wish;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options that say which PCP server is asked, and from where. Main thread. */
final class PcpTarget {
    /** How long a candidate may take to say that it is there. */
    private static final Duration PROBE_PATIENCE = Duration.ofSeconds(1);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "ADDR[:PORT]",
            converter = ServerConverter.class,
            description = {
                "The PCP server. Without it: a node on this host, then the default",
                "gateway, then the PCP anycast address."
            })
    private InetSocketAddress server;

    @Option(
            names = "--client",
            paramLabel = "ADDR",
            converter = AddressConverter.class,
            description = "The address of this host to ask from.")
    private InetAddress client;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long to ask for. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(names = "--json", description = "Print JSON.")
    private boolean isJson;

    /** The server that was given, or the first candidate of this host that answers. */
    Optional<InetSocketAddress> server(List<InetSocketAddress> candidates) {
        return Optional.ofNullable(server)
                .or(() -> PcpServers.firstAnswering(candidates, this::isThere));
    }

    /** Whom to ask when no server was given; empty when one was. */
    List<InetSocketAddress> candidates() throws IOException {
        return server == null ? PcpServers.ofThisHost() : List.of();
    }

    /** Refuses an address to ask from that this host does not have. */
    void check() {
        if (client == null) {
            return;
        }
        try (var socket = new DatagramSocket(new InetSocketAddress(client, 0))) {
            assert socket.isBound();
        } catch (SocketException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--client %s is not an address of this host".formatted(client.getHostAddress()),
                    e);
        }
    }

    PcpClient open(InetSocketAddress chosen) throws IOException {
        var random = new Random();
        return client == null
                ? PcpClient.open(chosen, System::nanoTime, random)
                : PcpClient.openFrom(client, chosen, System::nanoTime, random);
    }

    /** What keeps a wish of such a client, by the host's clock. */
    Keeping keeping(PcpClient client, Wish wish) {
        return new Keeping(client, wish, System::nanoTime, new Random(), client::listen);
    }

    Duration timeout() {
        return Duration.ofSeconds(timeoutSeconds);
    }

    boolean isJson() {
        return isJson;
    }

    private boolean isThere(InetSocketAddress candidate) {
        try (PcpClient probe = open(candidate)) {
            return !(probe.announce(PROBE_PATIENCE) instanceof PcpOutcome.NoAnswer);
        } catch (IOException _) {
            // No route to it, which for a candidate is as good as no answer.
            return false;
        }
    }

    /** Reads {@code ADDR} or {@code ADDR:PORT}. */
    static final class ServerConverter implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            String whole = text.contains(":") ? text : text + ":" + PcpFormat.SERVER_PORT;
            Endpoint endpoint =
                    Endpoint.parse(whole)
                            .orElseThrow(
                                    () -> new TypeConversionException("not an address: " + text));
            return new InetSocketAddress(
                    PcpAddress.ofIpv4(endpoint.ip()).inetAddress(), endpoint.port());
        }
    }

    /** Reads an IPv4 address, never a name that would have to be looked up. */
    static final class AddressConverter implements ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String text) {
            int ip =
                    Ipv4.parse(text)
                            .orElseThrow(
                                    () -> new TypeConversionException("not an address: " + text));
            return PcpAddress.ofIpv4(ip).inetAddress();
        }
    }
}
