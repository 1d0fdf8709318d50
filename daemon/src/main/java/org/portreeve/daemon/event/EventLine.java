package org.portreeve.daemon.event;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.event.Resource;

/** The line of an event: a JSON object whose names are documented and stay. Pure. */
final class EventLine {
    /** RFC 3339, always in UTC and with three decimals. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private EventLine() {}

    /** Without the end of the line. */
    static String of(String node, NodeEvent event) {
        var line =
                new JsonObject()
                        .put("time", TIME.format(Instant.ofEpochMilli(event.wallMillis())))
                        .put("node", node)
                        .put("event", event.kind().word());
        if (!event.subscriber().isEmpty()) {
            line.put("subscriber", event.subscriber());
        }
        if (event.protocol() != 0) {
            line.put("protocol", Protocol.name(event.protocol()).toLowerCase(Locale.ROOT));
        }
        if (event.internalIp() != 0) {
            line.put("internal-address", Ipv4.format(event.internalIp()));
        }
        if (event.internalIp() != 0 && event.protocol() != 0) {
            line.put("internal-port", event.internalPort());
        }
        putExternal(line, event);
        if (event.remoteIp() != 0) {
            line.put("remote-address", Ipv4.format(event.remoteIp()));
        }
        if (event.resource() != Resource.NONE) {
            line.put("resource", event.resource().word())
                    .put("used", event.used())
                    .put("capacity", event.capacity());
        }
        return line.encode();
    }

    private static void putExternal(JsonObject line, NodeEvent event) {
        if (event.externalIp() != 0) {
            line.put("external-address", Ipv4.format(event.externalIp()));
        }
        if (event.lastPort() != event.firstPort()) {
            line.put("first-port", event.firstPort()).put("last-port", event.lastPort());
        } else if (event.firstPort() != 0) {
            line.put("external-port", event.firstPort());
        }
    }
}
