package org.portreeve.natpmp;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.portreeve.control.counter.Counter;
import org.portreeve.natpmp.wire.NatPmpDecoded;
import org.portreeve.natpmp.wire.NatPmpResult;

/**
 * What the NAT-PMP server counts. Each datagram received ends in exactly one of the counters after
 * {@link #RECEIVED} up to the last answer, unless its answer waits for port control.
 */
public enum NatPmpCounter implements Counter {
    RECEIVED("Datagrams for NAT-PMP: those of version 0, and all while PCP is off"),
    IGNORED_TRUNCATED(NatPmpDecoded.Reason.TRUNCATED.help()),
    IGNORED_NOT_A_REQUEST(NatPmpDecoded.Reason.NOT_A_REQUEST.help()),
    ANSWERED_SUCCESS(NatPmpResult.SUCCESS),
    ANSWERED_UNSUPPORTED_VERSION(NatPmpResult.UNSUPPORTED_VERSION),
    ANSWERED_NOT_AUTHORIZED(NatPmpResult.NOT_AUTHORIZED),
    ANSWERED_NETWORK_FAILURE(NatPmpResult.NETWORK_FAILURE),
    ANSWERED_OUT_OF_RESOURCES(NatPmpResult.OUT_OF_RESOURCES),
    ANSWERED_UNSUPPORTED_OPCODE(NatPmpResult.UNSUPPORTED_OPCODE),

    ANNOUNCED("External addresses announced to an inside link, each copy counted"),
    NOT_ANNOUNCED(
            "Announcements left out because the subscribers of an inside link have no external"
                    + " address in common: they notice a new epoch at their next request");

    private static final Map<NatPmpResult, NatPmpCounter> BY_RESULT =
            new EnumMap<>(NatPmpResult.class);

    static {
        for (NatPmpCounter counter : values()) {
            counter.result.ifPresent(result -> BY_RESULT.put(result, counter));
        }
    }

    private final String help;
    private final Optional<NatPmpResult> result;

    NatPmpCounter(String help) {
        this.help = help;
        this.result = Optional.empty();
    }

    NatPmpCounter(NatPmpResult result) {
        this.help = "Requests answered with this result. " + result.meaning();
        this.result = Optional.of(result);
    }

    /** The counter of answers with this result. */
    static NatPmpCounter answered(NatPmpResult result) {
        return BY_RESULT.get(result);
    }

    /** The counter of datagrams that are dropped for this reason. */
    static NatPmpCounter ignored(NatPmpDecoded.Reason reason) {
        return switch (reason) {
            case TRUNCATED -> IGNORED_TRUNCATED;
            case NOT_A_REQUEST -> IGNORED_NOT_A_REQUEST;
        };
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "natpmp_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
