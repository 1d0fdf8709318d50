package org.portreeve.nat.rules;

/**
 * On how much of the remote peer the external port (RFC 4787 §4.1), or who may send to it (RFC 4787
 * §5), depends; from the most open to the strictest.
 */
public enum Behaviour {
    /** On nothing of it. */
    ENDPOINT_INDEPENDENT,

    /** On its address. */
    ADDRESS_DEPENDENT,

    /** On its address and port. */
    ADDRESS_AND_PORT_DEPENDENT
}
