package org.portreeve.control;

/** Which protocol a lease was asked by. The codes are what the journal keeps. */
public enum LeaseOrigin {
    PCP(1),
    NAT_PMP(2),
    UPNP(3);

    private final int code;

    LeaseOrigin(int code) {
        this.code = code;
    }

    /** The number kept in records, never used again for another origin. */
    public int code() {
        return code;
    }
}
