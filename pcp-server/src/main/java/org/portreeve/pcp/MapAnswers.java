package org.portreeve.pcp;

import java.util.ArrayList;
import java.util.List;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest.MapRequest;

/**
 * Which options an answer to MAP has: those that were processed, as they were (RFC 6887 §7.3), the
 * description as it is kept (RFC 7220 §3), and prefixes of a NAT64 as far as they fit (RFC 7225
 * §4.2). Pure; any thread.
 */
final class MapAnswers {
    private MapAnswers() {}

    /**
     * The request with the options of its answer.
     *
     * @param description what the mapping is called now
     */
    static MapRequest processed(MapRequest map, String description, Nat64Prefixes nat64) {
        if (map.options().isEmpty() && !nat64.isToldUnasked()) {
            return map;
        }
        List<PcpOption> options = options(map, description);
        boolean wantsPrefixes =
                nat64.isToldUnasked()
                        || map.options().stream().anyMatch(PcpOption.Prefix64.class::isInstance);
        if (wantsPrefixes) {
            for (PcpOption.Prefix64 prefix : nat64.prefixes()) {
                options.add(prefix);
                if (!map.canCarry(options)) {
                    options.removeLast();
                }
            }
        }
        return map.withOptions(options);
    }

    /** Whether the answer to a request that is granted is not too long (RFC 6887 §7.3). */
    static boolean fits(MapRequest map) {
        return map.options().isEmpty() || map.canCarry(options(map, MapCommands.description(map)));
    }

    private static List<PcpOption> options(MapRequest map, String description) {
        List<PcpOption> options = new ArrayList<>();
        for (PcpOption option : map.options()) {
            switch (option) {
                case PcpOption.ThirdParty _, PcpOption.PreferFailure _, PcpOption.Filter _ ->
                        options.add(option);
                case PcpOption.Description _ -> {
                    // What does not call the mapping so was not processed.
                    if (MapCommands.description(map).equals(description)) {
                        options.add(new PcpOption.Description(description));
                    }
                }
                case PcpOption.Prefix64 _ -> {}
            }
        }
        return options;
    }
}
