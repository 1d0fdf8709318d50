package org.portreeve.upnp;

import java.util.List;
import org.portreeve.upnp.device.PresentAs;

/**
 * What the gateway is built from. Immutable.
 *
 * @param interfaces inside interfaces by name, at least one
 * @param presentAs which version control points see
 * @param nodeName names the node for good: device names are made from it
 * @param httpPort where descriptions are served, 0 for any
 * @param ssdpPort where searches arrive; hosts search at {@link #SSDP_PORT} alone
 */
public record UpnpConfig(
        List<String> interfaces, PresentAs presentAs, String nodeName, int httpPort, int ssdpPort) {
    /** The first port that nobody registers; it stays the same so that what hosts know holds. */
    public static final int HTTP_PORT = 49_152;

    /** UDA 1.1 §1. */
    public static final int SSDP_PORT = 1900;

    /** Takes a copy of the list. */
    public UpnpConfig {
        interfaces = List.copyOf(interfaces);
    }

    /** The gateway at its usual ports. */
    public UpnpConfig(List<String> interfaces, PresentAs presentAs, String nodeName) {
        this(interfaces, presentAs, nodeName, HTTP_PORT, SSDP_PORT);
    }
}
