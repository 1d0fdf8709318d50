package org.portreeve.upnp.gena;

import java.util.Map;
import java.util.stream.Collectors;

/** Writes the body of an event (UDA 1.0 §4.3). Pure. */
final class PropertySet {
    private PropertySet() {}

    /** The variables with their values. */
    static String write(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> property(entry.getKey(), entry.getValue()))
                .collect(
                        Collectors.joining(
                                "",
                                "<?xml version=\"1.0\"?>\n"
                                        + "<e:propertyset"
                                        + " xmlns:e=\"urn:schemas-upnp-org:event-1-0\">",
                                "</e:propertyset>"));
    }

    /** Values are addresses, numbers and words of the standard: nothing to escape. */
    private static String property(String name, String value) {
        assert value.chars().noneMatch(c -> c == '<' || c == '&') : name + " needs escaping";
        return "<e:property><" + name + ">" + value + "</" + name + "></e:property>";
    }
}
