package org.portreeve.upnp.device;

/** Where a request path leads. Immutable. */
public sealed interface Route {
    /** A description, to be had by GET at this path. */
    record Document(String path) implements Route {}

    /** A service, to be called by POST at this path. */
    record Control(String path) implements Route {}

    /** A service, to be subscribed to. */
    record Events(EventedService service) implements Route {}

    /** Nowhere. */
    record Absent() implements Route {}
}
