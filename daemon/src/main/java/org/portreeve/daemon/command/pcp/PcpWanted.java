package org.portreeve.daemon.command.pcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.util.Optional;
import org.portreeve.nat.PortRange;
import org.portreeve.pcp.client.Wish;
import org.portreeve.pcp.wire.PcpAddress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what is wanted of a mapping, and for how long. Main thread. */
final class PcpWanted {
    private static final long MOST_SECONDS = 0xffff_ffffL;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--external",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The external port that would be liked.")
    private int externalPort;

    @Option(
            names = "--external-address",
            paramLabel = "ADDR",
            converter = PcpTarget.AddressConverter.class,
            description = "The external address that would be liked.")
    private InetAddress externalAddress;

    @Option(
            names = "--lifetime",
            paramLabel = "S",
            defaultValue = "7200",
            description = "Seconds the mapping is wanted for. Default: ${DEFAULT-VALUE}.")
    private long lifetimeSeconds;

    @Option(
            names = "--keep",
            description = "Renew it in time, and tell each answer, until this is stopped.")
    private boolean isKept;

    @Option(
            names = "--description",
            paramLabel = "TEXT",
            description = "What the mapping is for; empty takes away what it was called.")
    private Optional<String> description;

    /** Refuses bad values. */
    void check(long leastSeconds) {
        if (lifetimeSeconds < leastSeconds || lifetimeSeconds > MOST_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--lifetime is " + leastSeconds + " to " + MOST_SECONDS + " seconds");
        }
        if (externalPort < 0 || externalPort > PortRange.MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(), "--external is a port from 0 to " + PortRange.MAX_PORT);
        }
        if (isKept && lifetimeSeconds == 0) {
            throw new ParameterException(
                    spec.commandLine(), "--keep needs a --lifetime of at least 1 second");
        }
    }

    int externalPort() {
        return externalPort;
    }

    long lifetimeSeconds() {
        return lifetimeSeconds;
    }

    /** What the mapping is to be called; empty to leave that as it is. */
    Optional<String> description() {
        return description;
    }

    /** How long that is in a request, without the head of its option. */
    int descriptionBytes() {
        return description.map(text -> text.getBytes(UTF_8).length).orElse(0);
    }

    boolean isKept() {
        return isKept;
    }

    /** The wish with what is liked. */
    Wish of(Wish wish) {
        PcpAddress address =
                externalAddress == null ? PcpAddress.ANY_IPV4 : PcpAddress.of(externalAddress);
        return wish.suggesting(address, externalPort);
    }
}
