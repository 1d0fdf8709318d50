package org.portreeve.testkit.hostile;

/** The kinds of datagrams that the hostile subscriber sends. Immutable. */
enum Attack {
    /** Mappings of its own, more than it may have, of any lifetime. */
    OWN_MAPPING,
    /** Deletions of its own, single and whole sets. */
    OWN_DELETION,
    /** The external ports of others as suggestions, at times insisted on. */
    GRAB,
    /** From its own address, in the name of somebody else. */
    OTHER_NAME,
    /** Requests of others as they were sent, their nonces right. */
    REPLAY,
    /** Requests for others by THIRD_PARTY, the nonce of their own requests and all. */
    THIRD_PARTY,
    /** FILTERs, some of them more than a mapping may have. */
    FILTERS,
    /** Mappings of several ports, over all those that are there: the most answers it can bring. */
    SET,
    /** Mappings with the wish for the prefixes of a NAT64: longer answers than requests, maybe. */
    PREFIX64,
    /** Sessions to any remote peer. */
    PEER,
    /** Whether the server is there. */
    ANNOUNCE,
    /** NAT-PMP, which has no nonces. */
    NAT_PMP,
    /** Requests with some octets changed, cut short or drawn out. */
    MUTATION,
    /** Anything. */
    NOISE,
    /**
     * From the address of somebody else, as on a link that does not keep its hosts from that, for
     * what that host has, without its nonce. What has no nonce, or is not there yet, nobody could
     * tell from that host's own (RFC 6887 §18.1).
     */
    SPOOFED,
    /**
     * From the address of the portal, which may ask for others, but leads by another device: for
     * what a victim has, with its nonce and all.
     */
    PORTAL
}
