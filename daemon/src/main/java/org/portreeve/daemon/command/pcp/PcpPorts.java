package org.portreeve.daemon.command.pcp;

import org.portreeve.nat.PortRange;
import org.portreeve.pcp.client.MappingWish;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say how many ports a mapping is about (RFC 7753). Main thread. */
final class PcpPorts {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--set",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "So many ports from INTERNAL_PORT on, as one mapping; the server may give fewer."
                            + " 65535: as many as it gives.")
    private int size;

    @Option(
            names = "--parity",
            description = "With --set: an even external port for an even internal one.")
    private boolean isParity;

    /** Refuses bad values. */
    void check() {
        if (size < 1 || size > PortRange.MAX_PORT) {
            throw new ParameterException(
                    spec.commandLine(), "--set is 1 to " + PortRange.MAX_PORT + " ports");
        }
        if (isParity && !isSet()) {
            throw new ParameterException(spec.commandLine(), "--parity needs --set");
        }
    }

    boolean isSet() {
        return size > 1;
    }

    /** The wish with as many ports. */
    MappingWish in(MappingWish wish) {
        return isSet() ? wish.ofPorts(size, isParity) : wish;
    }
}
