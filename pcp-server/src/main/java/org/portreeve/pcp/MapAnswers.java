package org.portreeve.pcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.PortSpan;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest;
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
     * @param set the ports that it has, if they are several
     */
    static MapRequest processed(
            MapRequest map,
            String description,
            PcpSettings settings,
            Optional<PcpOption.PortSet> set) {
        Nat64Prefixes nat64 = settings.nat64();
        if (map.options().isEmpty() && !nat64.isToldUnasked() && set.isEmpty()) {
            return map;
        }
        List<PcpOption> options = options(map, description, settings.descriptionBytes());
        set.ifPresent(options::add);
        if (!map.canCarry(options)) {
            // It was not asked for, and what was asked for fills the answer.
            options.removeLast();
        }
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

    /** The request as if it had named the first port of the mapping that was found instead. */
    static MapRequest about(MapRequest map, PortSpan span) {
        return span.contains(map.internalPort()) ? map : map.about(span.internalPort());
    }

    /**
     * The option of RFC 7753 §4.2, for a mapping of several ports.
     *
     * @param firstExternalPort of the same parity as the first internal one, or not
     */
    static Optional<PcpOption.PortSet> set(MapRequest map, PortSpan span, int firstExternalPort) {
        if (!span.isSet()) {
            return Optional.empty();
        }
        int first = span.internalPort();
        boolean isKept = ((first ^ firstExternalPort) & 1) == 0;
        return Optional.of(new PcpOption.PortSet(span.size(), first, isKept && asksParity(map)));
    }

    private static boolean asksParity(MapRequest map) {
        return map.options().stream()
                .anyMatch(option -> option instanceof PcpOption.PortSet set && set.keepsParity());
    }

    /** Whether the answer to a request that is granted is not too long (RFC 6887 §7.3). */
    static boolean fits(MapRequest map, int descriptionBytes) {
        if (map.options().isEmpty()) {
            return true;
        }
        List<PcpOption> options =
                options(map, MapCommands.description(map, descriptionBytes), descriptionBytes);
        map.options().stream().filter(PcpOption.PortSet.class::isInstance).forEach(options::add);
        return map.canCarry(options);
    }

    /** The options of a request that were processed, but for what a NAT64 is. */
    static List<PcpOption> options(PcpRequest map, String description, int descriptionBytes) {
        List<PcpOption> options = new ArrayList<>();
        for (PcpOption option : map.options()) {
            switch (option) {
                case PcpOption.ThirdParty _,
                        PcpOption.ThirdPartyId _,
                        PcpOption.PreferFailure _,
                        PcpOption.Filter _ ->
                        options.add(option);
                case PcpOption.Description _ -> {
                    // What does not call the mapping so was not processed.
                    if (MapCommands.description(map, descriptionBytes).equals(description)) {
                        options.add(new PcpOption.Description(description));
                    }
                }
                // What a mapping has in place of what was asked for comes with its answer.
                case PcpOption.Prefix64 _, PcpOption.PortSet _ -> {}
            }
        }
        return options;
    }

    /** How many answers a request got. Event loop only. */
    static final class Count {
        /** One request brings no more answers: it is no means to make others send (RFC 7753 §7). */
        static final int MOST = 16;

        private int count;

        boolean isNone() {
            return count == 0;
        }

        /** Whether another one may be sent, which is then counted. */
        boolean mayBeOneMore() {
            count++;
            return count <= MOST;
        }
    }
}
