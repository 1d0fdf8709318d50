package org.portreeve.admin.web;

import java.util.List;

/**
 * What the overview shows of the node at one moment: plain numbers, totals since its start unless
 * they say otherwise. Immutable.
 *
 * @param node its configured name
 * @param ready whether every configured service answers
 * @param poolAddresses external addresses, dotted
 */
public record NodeFacts(
        String node,
        String version,
        long uptimeSeconds,
        boolean ready,
        List<String> poolAddresses,
        int shards,
        Holdings holdings,
        Traffic traffic,
        List<AnswerCount> answers,
        List<ServiceHealth> services) {
    /** Takes copies of the lists. */
    public NodeFacts {
        poolAddresses = List.copyOf(poolAddresses);
        answers = List.copyOf(answers);
        services = List.copyOf(services);
    }

    /**
     * How much there is now.
     *
     * @param pairedSubscribers internal addresses that have an external one
     * @param leases explicit mappings
     * @param holds external ports that rest
     * @param mappings all mappings of the translator, implicit ones included
     * @param portsUsed external ports and identifiers in use or resting
     * @param portsTotal external ports and identifiers that there are
     */
    public record Holdings(
            long pairedSubscribers,
            long leases,
            long reservations,
            long holds,
            long sessions,
            long mappings,
            long portsUsed,
            long portsTotal) {}

    /** Packets translated and IPv4 octets of them, and packets dropped for whatever reason. */
    public record Traffic(
            long outboundPackets,
            long inboundPackets,
            long outboundOctets,
            long inboundOctets,
            long drops) {}

    /**
     * How often a protocol answered so.
     *
     * @param protocol {@code PCP}, {@code NAT-PMP} or {@code UPnP}
     * @param result the name of the result, in the protocol's words
     */
    public record AnswerCount(String protocol, String result, long count) {}

    /**
     * A configured service.
     *
     * @param name such as {@code PCP}
     * @param listen where it listens
     * @param detail what is wrong, or empty
     */
    public record ServiceHealth(String name, String listen, boolean healthy, String detail) {}
}
