package org.portreeve.control.view;

/** Who asked for a mapping that can be listed. */
public enum MappingOrigin {
    /** A reservation of staff. */
    STATIC,
    PCP,
    /** A session that a PEER of PCP keeps. */
    PEER,
    NAT_PMP,
    UPNP
}
