package org.portreeve.daemon.command.pcp;

import java.util.List;
import java.util.Optional;
import org.portreeve.nat.PeerFilter;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.client.MappingWish;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpOption;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say whom a mapping lets in (RFC 6887 §13.3). Main thread. */
final class PcpPeers {
    /** RFC 6887 §5: an IPv4 address is the last 32 of 128 bits. */
    private static final int FILTER_BYTES = 4 + 20;

    private static final PcpOption.Filter EVERYBODY =
            new PcpOption.Filter(0, 0, PcpAddress.ANY_IPV4);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--filter",
            paramLabel = "PREFIX[:PORT]",
            description = {
                "Lets only these in, beside those of earlier requests: 192.0.2.0/24, or",
                "203.0.113.9:443. May be given again."
            })
    private List<String> filters = List.of();

    @Option(
            names = "--reset-filters",
            description = "Forgets the filters of earlier requests first.")
    private boolean isReset;

    /** Refuses what is no filter, before anybody is asked. */
    void check() {
        for (String text : filters) {
            if (parse(text).isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--filter is an IPv4 prefix or address, and a port behind a colon where"
                                + " only that is meant; not "
                                + text);
            }
        }
    }

    /** How long they are in a request. */
    int optionBytes() {
        return FILTER_BYTES * (filters.size() + (isReset ? 1 : 0));
    }

    /** The wish with these options; only after {@link #check}. */
    MappingWish in(MappingWish wish) {
        MappingWish with = isReset ? wish.with(EVERYBODY) : wish;
        for (String text : filters) {
            with = with.with(PcpOption.Filter.of(parse(text).orElseThrow()));
        }
        return with;
    }

    private static Optional<PeerFilter> parse(String text) {
        int colon = text.indexOf(':');
        String port = colon < 0 ? "0" : text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > PortRange.MAX_PORT) {
            return Optional.empty();
        }
        return Prefix.parse(colon < 0 ? text : text.substring(0, colon))
                .map(prefix -> new PeerFilter(prefix, Integer.parseInt(port)));
    }
}
