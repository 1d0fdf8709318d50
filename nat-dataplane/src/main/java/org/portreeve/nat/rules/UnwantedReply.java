package org.portreeve.nat.rules;

/** What a host says to packets that it does not want, other than by ICMP or RST (RFC 7857 §7.1). */
public enum UnwantedReply {
    /** A STUN error response (RFC 8489 §5). */
    STUN_ERROR,

    /** An IKE notification INVALID_SYNTAX that is not encrypted (RFC 7296 §3.10.1). */
    IKE_INVALID_SYNTAX
}
