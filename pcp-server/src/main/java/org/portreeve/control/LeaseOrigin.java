package org.portreeve.control;

import org.portreeve.control.view.MappingOrigin;

/** Which protocol a lease was asked by. The codes are what the journal keeps. */
public enum LeaseOrigin {
    PCP(1),
    NAT_PMP(2),
    UPNP(3);

    private final int code;

    LeaseOrigin(int code) {
        this.code = code;
    }

    /** The same among the origins that people are shown. */
    MappingOrigin shown() {
        return switch (this) {
            case PCP -> MappingOrigin.PCP;
            case NAT_PMP -> MappingOrigin.NAT_PMP;
            case UPNP -> MappingOrigin.UPNP;
        };
    }

    /** The number kept in records, never used again for another origin. */
    public int code() {
        return code;
    }
}
