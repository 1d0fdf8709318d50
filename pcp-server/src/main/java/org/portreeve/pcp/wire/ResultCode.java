package org.portreeve.pcp.wire;

import java.util.Optional;

/**
 * The result codes of RFC 6887 §7.4 and RFC 7843 §4.1, and what each tells an operator. Immutable.
 */
public enum ResultCode {
    SUCCESS(0, 0, "The request was carried out."),
    UNSUPP_VERSION(1, Lifetimes.LONG, "The server does not speak this version of the protocol."),
    NOT_AUTHORIZED(
            2,
            Lifetimes.LONG,
            "The operation is disabled for this client, or the mapping belongs to somebody else."),
    MALFORMED_REQUEST(3, Lifetimes.LONG, "The server could not make sense of the request."),
    UNSUPP_OPCODE(4, Lifetimes.LONG, "The server does not offer this operation."),
    UNSUPP_OPTION(5, Lifetimes.LONG, "The request needs an option that the server does not offer."),
    MALFORMED_OPTION(
            6, Lifetimes.LONG, "An option is damaged, repeated or out of place in the request."),
    NETWORK_FAILURE(
            7, Lifetimes.SHORT, "The translator is out of reach or has no external address yet."),
    NO_RESOURCES(8, Lifetimes.SHORT, "The system as a whole is short of ports or capacity."),
    UNSUPP_PROTOCOL(9, Lifetimes.LONG, "This transport protocol cannot be mapped here."),
    USER_EX_QUOTA(10, Lifetimes.SHORT, "The subscriber has reached its own limit."),
    /** Its lifetime depends on the cause; this one is right for a passing conflict. */
    CANNOT_PROVIDE_EXTERNAL(
            11, Lifetimes.SHORT, "Exactly this external address and port cannot be had."),
    ADDRESS_MISMATCH(
            12, Lifetimes.LONG, "Another translator sits between the client and the server."),
    EXCESSIVE_REMOTE_PEERS(13, Lifetimes.LONG, "The mapping would have more filters than allowed."),
    THIRD_PARTY_ID_UNKNOWN(
            24, Lifetimes.LONG, "The server has no realm of the identifier in the request."),
    THIRD_PARTY_MISSING_OPTION(
            25,
            Lifetimes.LONG,
            "The request names a realm without a host, or a host without the realm it needs."),
    UNSUPP_THIRD_PARTY_ID_LENGTH(
            26, Lifetimes.LONG, "No identifier of a realm has so many octets on this server.");

    private static final ResultCode[] ALL = values();

    private final int number;
    private final long errorLifetimeSeconds;
    private final String meaning;

    ResultCode(int number, long errorLifetimeSeconds, String meaning) {
        this.number = number;
        this.errorLifetimeSeconds = errorLifetimeSeconds;
        this.meaning = meaning;
    }

    /** The code with this number, or empty when nothing here has it. */
    public static Optional<ResultCode> of(int number) {
        for (ResultCode code : ALL) {
            if (code.number == number) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** For how long the same request is expected to fail, unless the cause says otherwise. */
    public long errorLifetimeSeconds() {
        return errorLifetimeSeconds;
    }

    /** One sentence for people. */
    public String meaning() {
        return meaning;
    }

    /** Whether the request was not parsed when this is the answer (RFC 6887 §7.2, PCP-RSP-004). */
    boolean meansNotParsed() {
        return this == UNSUPP_VERSION || this == MALFORMED_REQUEST;
    }

    /** RFC 6887 §7.4: the two recommended error lifetimes, in seconds. */
    private static final class Lifetimes {
        static final long SHORT = 30;
        static final long LONG = 1_800;
    }
}
