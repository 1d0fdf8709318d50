package org.portreeve.nat.rules;

import java.util.Optional;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;

/**
 * Destinations that subscribers reach untranslated, and that reach subscribers so (RFC 6888 REQ-6).
 * Immutable.
 *
 * @param prefix their addresses
 * @param protocol TCP, UDP, or {@link #ANY_PROTOCOL}
 * @param ports their ports; {@link #ALL_PORTS} for all
 */
public record PassThrough(Prefix prefix, int protocol, PortRange ports) {
    /** Entries of a node at most: each packet is compared with all of them. */
    public static final int MAX_ENTRIES = 32;

    /** TCP and UDP; with {@link #ALL_PORTS} ICMP queries too, which have no ports. */
    public static final int ANY_PROTOCOL = 0;

    /** Every port there is. */
    public static final PortRange ALL_PORTS = new PortRange(0, PortRange.MAX_PORT);

    private static final String TCP = "tcp";
    private static final String UDP = "udp";

    /**
     * The destinations of {@code PREFIX}, {@code PREFIX tcp}, {@code PREFIX 53} or {@code PREFIX
     * udp 53-54}; empty for any other text.
     */
    public static Optional<PassThrough> parse(String text) {
        String[] words = text.split(" ", -1);
        boolean hasProtocol = words.length > 1 && (words[1].equals(TCP) || words[1].equals(UDP));
        int portsAt = hasProtocol ? 2 : 1;
        if (words.length > portsAt + 1) {
            return Optional.empty();
        }
        int protocol =
                !hasProtocol ? ANY_PROTOCOL : words[1].equals(TCP) ? Protocol.TCP : Protocol.UDP;
        Optional<PortRange> ports =
                words.length > portsAt
                        ? PortRange.parse(words[portsAt]).filter(range -> range.first() > 0)
                        : Optional.of(ALL_PORTS);
        return Prefix.parse(words[0])
                .flatMap(prefix -> ports.map(range -> new PassThrough(prefix, protocol, range)));
    }

    /** Whether a remote endpoint is one of them; queries have port 0. */
    public boolean matches(int protocol, int ip, int port) {
        return prefix.contains(ip)
                && (this.protocol == ANY_PROTOCOL || this.protocol == protocol)
                && ports.contains(port);
    }

    @Override
    public String toString() {
        String name = protocol == ANY_PROTOCOL ? "" : protocol == Protocol.TCP ? " tcp" : " udp";
        return prefix + name + (ports.equals(ALL_PORTS) ? "" : " " + ports);
    }
}
