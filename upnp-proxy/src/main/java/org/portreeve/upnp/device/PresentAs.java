package org.portreeve.upnp.device;

/** Which version of InternetGatewayDevice control points see. */
public enum PresentAs {
    /** Version 2, and version 1 to those that search for it or stumble over 2. */
    AUTO,
    /** Version 1 alone. */
    IGD1,
    /** Version 2 alone, which also answers searches for version 1. */
    IGD2
}
