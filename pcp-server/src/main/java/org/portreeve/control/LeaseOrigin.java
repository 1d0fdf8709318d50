package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.view.MappingOrigin;

/** Which protocol a lease was asked by. The codes are what the journal keeps. */
public enum LeaseOrigin {
    PCP(1),
    NAT_PMP(2),
    UPNP(3);

    private static final LeaseOrigin[] ALL = values();

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

    /** The origin of a number, if there is one. */
    public static Optional<LeaseOrigin> of(int code) {
        return 0 < code && code <= ALL.length ? Optional.of(ALL[code - 1]) : Optional.empty();
    }

    /** The number kept in records, never used again for another origin; in order from 1 on. */
    public int code() {
        return code;
    }
}
