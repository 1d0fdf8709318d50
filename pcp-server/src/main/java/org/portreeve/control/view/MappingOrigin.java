package org.portreeve.control.view;

/** Who asked for a mapping that can be listed. */
public enum MappingOrigin {
    /** A reservation of staff. */
    STATIC,
    PCP,
    NAT_PMP,
    UPNP
}
