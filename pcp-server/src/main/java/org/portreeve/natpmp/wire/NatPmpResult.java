package org.portreeve.natpmp.wire;

/** The result codes of NAT-PMP (RFC 6886 §3.5). */
public enum NatPmpResult {
    SUCCESS(0, "What was asked was done."),
    UNSUPPORTED_VERSION(
            1, "A request of another protocol, PCP for instance, which is switched off."),
    NOT_AUTHORIZED(
            2,
            "The asker belongs to no subscriber, its profile withholds what it asks, or it wanted"
                    + " to end a mapping that is another owner's."),
    NETWORK_FAILURE(3, "The node has no external address for the subscriber, or is not ready yet."),
    OUT_OF_RESOURCES(
            4, "The subscriber is at its limit, or the node has no port or room for one more."),
    UNSUPPORTED_OPCODE(5, "An operation that RFC 6886 does not know.");

    private final int number;
    private final String meaning;

    NatPmpResult(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    /** What an operator should know about it. */
    public String meaning() {
        return meaning;
    }
}
