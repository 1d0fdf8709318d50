package org.portreeve.daemon.config;

import java.util.Optional;
import java.util.OptionalInt;
import org.portreeve.nat.Ipv4;

/**
 * Where a service listens. Immutable.
 *
 * @param ip the IPv4 address
 * @param port 1 to 65535
 */
public record Endpoint(int ip, int port) {
    /** The endpoint of {@code ADDRESS:PORT}; empty for any other text. */
    public static Optional<Endpoint> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        OptionalInt ip = Ipv4.parse(text.substring(0, colon));
        int port = Integer.parseInt(text.substring(colon + 1));
        return ip.isEmpty() || port < 1 || port > 65_535
                ? Optional.empty()
                : Optional.of(new Endpoint(ip.getAsInt(), port));
    }

    /** The address as text, which is what sockets are given. */
    public String host() {
        return Ipv4.format(ip);
    }

    @Override
    public String toString() {
        return host() + ":" + port;
    }
}
