package org.portreeve.upnp.ssdp;

import io.vertx.core.datagram.DatagramSocket;
import java.util.List;
import org.portreeve.nat.Prefix;
import org.portreeve.upnp.device.Presentation;
import org.portreeve.upnp.device.SsdpTarget;

/** One link with the socket that sends there, from the port that searches go to. */
record SsdpLink(
        Prefix onLink, DatagramSocket socket, Presentation presentation, SsdpMessages messages) {
    /** What is announced: the standard view. */
    List<SsdpTarget> targets() {
        return presentation.standard().targets();
    }

    /** Where the announced description is. */
    String descriptionPath() {
        return presentation.standard().descriptionPath();
    }
}
