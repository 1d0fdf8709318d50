package org.portreeve.pcp;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.portreeve.control.counter.Counter;
import org.portreeve.pcp.wire.Decoded;
import org.portreeve.pcp.wire.ResultCode;

/**
 * What the PCP server counts. Each datagram received ends in exactly one of the counters between
 * {@link #RECEIVED} and {@link #ANSWER_UNSENT}, unless its answer waits for port control.
 */
public enum PcpCounter implements Counter {
    RECEIVED("Datagrams that arrived at the control sockets"),

    IGNORED_TOO_SHORT(Decoded.Reason.TOO_SHORT.help()),
    IGNORED_NOT_A_REQUEST(Decoded.Reason.NOT_A_REQUEST.help()),
    IGNORED_HEADER_CUT_SHORT(Decoded.Reason.HEADER_CUT_SHORT.help()),
    IGNORED_NO_RETURN_PORT("The source port is 0: forged, as nothing can be answered there"),
    IGNORED_OFF(
            "By IPv6, which has PCP alone, while pcp.enabled is false: take the IPv6 address out of"
                    + " pcp.listen, or let PCP be answered"),
    IGNORED_FORGED_PORTAL(
            "With the address of a portal, by another device than the one that leads to it: somebody"
                    + " forges it, or the route to the portal is wrong"),
    NAT_PMP("Datagrams for NAT-PMP; what became of them is counted under natpmp"),
    RATE_LIMITED_CLIENT(
            "A client asked faster than its subscriber may: a client in a loop, or the profile's"
                    + " request rate is too low"),
    RATE_LIMITED_TOTAL(
            "All clients together asked faster than this node serves: a flood, or clients coming"
                    + " back after a restart"),

    ANSWERED_SUCCESS(ResultCode.SUCCESS),
    ANSWERED_UNSUPP_VERSION(ResultCode.UNSUPP_VERSION),
    ANSWERED_NOT_AUTHORIZED(ResultCode.NOT_AUTHORIZED),
    ANSWERED_MALFORMED_REQUEST(ResultCode.MALFORMED_REQUEST),
    ANSWERED_UNSUPP_OPCODE(ResultCode.UNSUPP_OPCODE),
    ANSWERED_UNSUPP_OPTION(ResultCode.UNSUPP_OPTION),
    ANSWERED_MALFORMED_OPTION(ResultCode.MALFORMED_OPTION),
    ANSWERED_NETWORK_FAILURE(ResultCode.NETWORK_FAILURE),
    ANSWERED_NO_RESOURCES(ResultCode.NO_RESOURCES),
    ANSWERED_UNSUPP_PROTOCOL(ResultCode.UNSUPP_PROTOCOL),
    ANSWERED_USER_EX_QUOTA(ResultCode.USER_EX_QUOTA),
    ANSWERED_CANNOT_PROVIDE_EXTERNAL(ResultCode.CANNOT_PROVIDE_EXTERNAL),
    ANSWERED_ADDRESS_MISMATCH(ResultCode.ADDRESS_MISMATCH),
    ANSWERED_EXCESSIVE_REMOTE_PEERS(ResultCode.EXCESSIVE_REMOTE_PEERS),
    ANSWERED_THIRD_PARTY_ID_UNKNOWN(ResultCode.THIRD_PARTY_ID_UNKNOWN),
    ANSWERED_THIRD_PARTY_MISSING_OPTION(ResultCode.THIRD_PARTY_MISSING_OPTION),
    ANSWERED_UNSUPP_THIRD_PARTY_ID_LENGTH(ResultCode.UNSUPP_THIRD_PARTY_ID_LENGTH),

    REFRESHED_SILENTLY(
            "Mappings that a PORT_SET request refreshed without an answer of their own: it touched"
                    + " more than 16"),

    ANSWER_UNSENT(
            "Answers that the kernel did not take: the send queue of a control socket is full, or"
                    + " the client's network is unreachable"),

    READ_FAILED("Reads of a control socket that failed"),

    ANNOUNCED_LINK("Announcements to all hosts of an inside link, each copy counted"),
    NOT_ANNOUNCED_LINK(
            "Announcements that a link did not get because its clients have different epochs: each"
                    + " that is known is told its own"),
    ANNOUNCED_CLIENT("Announcements to single clients that have leases, each copy counted"),
    UPDATED(
            "Owners told unasked what staff or the configuration made of their mappings, each copy"
                    + " counted");

    private static final Map<ResultCode, PcpCounter> BY_RESULT = new EnumMap<>(ResultCode.class);

    static {
        for (PcpCounter counter : values()) {
            counter.result.ifPresent(code -> BY_RESULT.put(code, counter));
        }
    }

    private final String help;
    private final Optional<ResultCode> result;

    PcpCounter(String help) {
        this.help = help;
        this.result = Optional.empty();
    }

    PcpCounter(ResultCode result) {
        this.help = "Requests answered with this result. " + result.meaning();
        this.result = Optional.of(result);
    }

    /** The counter of answers with this code. */
    static PcpCounter answered(ResultCode code) {
        return BY_RESULT.get(code);
    }

    /** The counter of datagrams that are dropped for this reason. */
    static PcpCounter ignored(Decoded.Reason reason) {
        return switch (reason) {
            case TOO_SHORT -> IGNORED_TOO_SHORT;
            case NOT_A_REQUEST -> IGNORED_NOT_A_REQUEST;
            case HEADER_CUT_SHORT -> IGNORED_HEADER_CUT_SHORT;
        };
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "pcp_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
