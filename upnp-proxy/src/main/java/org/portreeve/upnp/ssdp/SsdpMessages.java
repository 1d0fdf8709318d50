package org.portreeve.upnp.ssdp;

import org.portreeve.upnp.device.GatewayView;
import org.portreeve.upnp.device.Presentation;
import org.portreeve.upnp.device.SsdpTarget;

/**
 * Writes the messages of one link (UDA 1.1 §1.2, §1.3.3). Immutable.
 *
 * @param base where descriptions are, as {@code http://192.0.2.1:49152}
 * @param server what we call ourselves
 * @param bootId rises at each start, the same in all messages of a run
 * @param configId changes with the descriptions
 */
record SsdpMessages(String base, String server, int bootId, int configId) {
    static final String GROUP = "239.255.255.250";

    /** The answer to a search, in the spelling that was searched for. */
    String answer(Presentation.Finding finding) {
        return "HTTP/1.1 200 OK\r\n"
                + cacheControl()
                + "EXT:\r\n"
                + location(finding.descriptionPath())
                + "SERVER: "
                + server
                + "\r\nST: "
                + finding.target().type()
                + usn(finding.target())
                + ids()
                + "\r\n";
    }

    /** The announcement that something is there. */
    String alive(SsdpTarget target, String descriptionPath, int port) {
        return notification(target, "ssdp:alive", port)
                + cacheControl()
                + location(descriptionPath)
                + "SERVER: "
                + server
                + usn(target)
                + ids()
                + "\r\n";
    }

    /** The announcement that it is gone, or that what was known of it is void. */
    String byebye(SsdpTarget target, int port) {
        return notification(target, "ssdp:byebye", port)
                + usn(target).substring(2)
                + ids()
                + "\r\n";
    }

    private static String notification(SsdpTarget target, String what, int port) {
        return "NOTIFY * HTTP/1.1\r\nHOST: "
                + GROUP
                + ":"
                + port
                + "\r\nNT: "
                + target.type()
                + "\r\nNTS: "
                + what
                + "\r\n";
    }

    private static String cacheControl() {
        return "CACHE-CONTROL: max-age=" + GatewayView.MAX_AGE_SECONDS + "\r\n";
    }

    private String location(String path) {
        return "LOCATION: " + base + path + "\r\n";
    }

    private static String usn(SsdpTarget target) {
        return "\r\nUSN: " + target.usn() + "\r\n";
    }

    private String ids() {
        return "BOOTID.UPNP.ORG: " + bootId + "\r\nCONFIGID.UPNP.ORG: " + configId + "\r\n";
    }
}
