package org.portreeve.control.reservation;

/** What staff decided about conflicts. */
public enum Resolution {
    /** Save only when there is none. */
    REFUSE,
    /** End leases that stand in the way; other conflicts still refuse. */
    EVICT,
    /** Save, and put it in force as soon as nothing stands in the way. */
    WAIT
}
