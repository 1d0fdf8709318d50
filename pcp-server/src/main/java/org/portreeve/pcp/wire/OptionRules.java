package org.portreeve.pcp.wire;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides on the options of a request, in the order sent (RFC 6887 §7.3, §13). Any thread. */
final class OptionRules {
    private OptionRules() {}

    /** Either all options that are to be processed, or the first fault. */
    sealed interface Outcome {
        /** Most requests have no options. */
        Outcome NONE = new Good(List.of());

        record Good(List<PcpOption> options) implements Outcome {}

        record Faulty(ResultCode code) implements Outcome {}
    }

    /** What becomes of one option by itself. */
    private sealed interface Verdict {
        record Keep(PcpOption option) implements Verdict {}

        record PassOver() implements Verdict {}

        record Fault(ResultCode code) implements Verdict {}
    }

    /**
     * Reads the options of a request whose option structure is sound.
     *
     * @param bare the request without its options
     */
    static Outcome apply(OptionCursor cursor, PcpRequest bare, Set<OptionCode> offered) {
        if (cursor.isAtEnd()) {
            return Outcome.NONE;
        }
        List<PcpOption> options = new ArrayList<>();
        Set<OptionCode> seen = EnumSet.noneOf(OptionCode.class);
        while (cursor.next()) {
            switch (judge(cursor, bare, offered)) {
                case Verdict.Keep(PcpOption option) -> {
                    // RFC 6887 §7.3: what may stand once and stands twice is malformed.
                    if (!seen.add(option.code()) && !option.code().isRepeatable()) {
                        return new Outcome.Faulty(ResultCode.MALFORMED_OPTION);
                    }
                    options.add(option);
                }
                case Verdict.PassOver _ -> {}
                case Verdict.Fault(ResultCode code) -> {
                    return new Outcome.Faulty(code);
                }
            }
        }
        return filtersFit(bare.withOptions(options)) && setFits(options)
                ? new Outcome.Good(options)
                : new Outcome.Faulty(ResultCode.MALFORMED_OPTION);
    }

    private static Verdict judge(OptionCursor cursor, PcpRequest bare, Set<OptionCode> offered) {
        int number = cursor.number();
        // RFC 6887 §12.1 names this code, whether the option is offered or not.
        if (number == OptionCode.PREFER_FAILURE.number() && bare.opcode() == Opcode.PEER) {
            return new Verdict.Fault(ResultCode.MALFORMED_REQUEST);
        }
        Optional<OptionCode> code = OptionCode.of(number).filter(offered::contains);
        if (code.isEmpty()) {
            return OptionCode.isMandatory(number)
                    ? new Verdict.Fault(ResultCode.UNSUPP_OPTION)
                    : new Verdict.PassOver();
        }
        Optional<PcpOption> option = cursor.read(code.get());
        if (option.isPresent() && isPlaced(code.get(), bare)) {
            return judgeContents(option.get(), bare);
        }
        // PCP-OPT-010: what nobody must understand is no reason to refuse.
        boolean isHarmless = !isPlaced(code.get(), bare) || !code.get().isStrict();
        return code.get().isOptional() && isHarmless
                ? new Verdict.PassOver()
                : new Verdict.Fault(ResultCode.MALFORMED_OPTION);
    }

    /** Whether this option may stand in such a request (PCP-OPT-010). */
    private static boolean isPlaced(OptionCode code, PcpRequest bare) {
        return switch (code) {
            case THIRD_PARTY, THIRD_PARTY_ID -> bare.opcode() != Opcode.ANNOUNCE;
            // RFC 6887 §11.3, §13.3: neither makes sense in a deletion.
            case PREFER_FAILURE, FILTER ->
                    bare.opcode() == Opcode.MAP && bare.lifetimeSeconds() != 0;
            // RFC 7220 §2; a deletion, or a question, calls nothing anything.
            case DESCRIPTION -> bare.opcode() != Opcode.ANNOUNCE && bare.lifetimeSeconds() != 0;
            // RFC 7225 §4.1.
            case PREFIX64 -> bare.opcode() != Opcode.PEER;
            // RFC 7753 §4, §4.4: deletions too.
            case PORT_SET -> bare.opcode() == Opcode.MAP;
        };
    }

    private static Verdict judgeContents(PcpOption option, PcpRequest bare) {
        return switch (option) {
            // RFC 6887 §13.1: nobody is a third party to itself.
            case PcpOption.ThirdParty(PcpAddress host) when host.equals(bare.clientAddress()) ->
                    new Verdict.Fault(ResultCode.MALFORMED_REQUEST);
            // RFC 6887 §13.2: without a port there is nothing to insist on.
            case PcpOption.PreferFailure _ when !suggestsPort(bare) ->
                    new Verdict.Fault(ResultCode.MALFORMED_OPTION);
            case PcpOption.Filter filter when !filter.hasValidPrefix() ->
                    new Verdict.Fault(ResultCode.MALFORMED_OPTION);
            case PcpOption.PortSet set -> judgeSet(set, bare);
            case PcpOption.ThirdParty _,
                    PcpOption.ThirdPartyId _,
                    PcpOption.PreferFailure _,
                    PcpOption.Filter _,
                    PcpOption.Description _,
                    PcpOption.Prefix64 _ ->
                    new Verdict.Keep(option);
        };
    }

    /** RFC 7753 §4.2; a deletion says by its internal port what it is about. */
    private static Verdict judgeSet(PcpOption.PortSet set, PcpRequest bare) {
        boolean isFirst =
                bare instanceof PcpRequest.MapRequest map
                        && map.internalPort() == set.firstInternalPort();
        if (!isFirst || (set.size() == 0 && bare.lifetimeSeconds() != 0)) {
            return new Verdict.Fault(ResultCode.MALFORMED_OPTION);
        }
        return set.size() == 0 ? new Verdict.PassOver() : new Verdict.Keep(set);
    }

    /** RFC 7753 §4.2: who takes fewer ports than asked for cannot insist on one. */
    private static boolean setFits(List<PcpOption> options) {
        return options.stream().noneMatch(PcpOption.PortSet.class::isInstance)
                || options.stream().noneMatch(PcpOption.PreferFailure.class::isInstance);
    }

    private static boolean suggestsPort(PcpRequest request) {
        return request instanceof PcpRequest.MapRequest map && map.suggestedExternalPort() != 0;
    }

    /** PCP-FLT-009; only now, as the option that names the internal host may stand anywhere. */
    private static boolean filtersFit(PcpRequest request) {
        boolean ipv4 = request.internalAddress().isIpv4();
        return request.options().stream()
                .allMatch(option ->
                        !(option instanceof PcpOption.Filter filter)
                                || filter.removesAll()
                                || filter.remoteAddress().isIpv4() == ipv4);
    }
}
