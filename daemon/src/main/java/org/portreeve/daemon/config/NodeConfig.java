package org.portreeve.daemon.config;

import java.nio.file.Path;
import java.util.List;
import org.portreeve.nat.NatConfig;

/**
 * All that a node is built from: the checked configuration, with derived sizes. Immutable.
 *
 * @param node name of the node
 * @param data directory of the journal, absolute
 * @param packetIo how packets come and go
 * @param nat what the translator is built from
 * @param control what port control decides by
 * @param pcp where PCP answers
 * @param metrics where metrics and health answer
 */
public record NodeConfig(
        String node,
        Path data,
        PacketIo packetIo,
        NatConfig nat,
        Control control,
        Pcp pcp,
        Endpoint metrics) {

    /** How packets come and go. */
    public enum Io {
        /** Two Linux TUN devices. */
        TUN,
        /** No packets; the allocator and port control are real. */
        MEMORY
    }

    /**
     * Packet input and output.
     *
     * @param io how
     * @param tunName the stem of the device names
     * @param managesRoutes whether the node sets and removes routes, rules and guards
     * @param insideInterfaces subscriber-facing devices, not empty with {@link Io#TUN}
     * @param outsideInterfaces Internet-facing devices, not empty with {@link Io#TUN}
     */
    public record PacketIo(
            Io io,
            String tunName,
            boolean managesRoutes,
            List<String> insideInterfaces,
            List<String> outsideInterfaces) {
        /** Takes copies of the lists. */
        public PacketIo {
            insideInterfaces = List.copyOf(insideInterfaces);
            outsideInterfaces = List.copyOf(outsideInterfaces);
        }
    }

    /**
     * What port control decides by, apart from what {@link NatConfig} holds.
     *
     * @param poolName name of the pool in records
     * @param quotaMappings explicit mappings of a subscriber
     * @param requestsPerSecond sustained rate of requests of a client
     * @param requestBurst requests of a client beyond the rate
     * @param minimumLifetimeSeconds shortest lifetime granted
     * @param maximumLifetimeSeconds longest lifetime granted
     */
    public record Control(
            String poolName,
            int quotaMappings,
            int requestsPerSecond,
            int requestBurst,
            long minimumLifetimeSeconds,
            long maximumLifetimeSeconds) {}

    /**
     * Where PCP answers.
     *
     * @param listenIps addresses of this host, each answering from itself
     */
    public record Pcp(List<Integer> listenIps) {
        /** The port of PCP servers (RFC 6887 §19.1). */
        public static final int PORT = 5351;

        /** Takes a copy of the list. */
        public Pcp {
            listenIps = List.copyOf(listenIps);
        }
    }
}
