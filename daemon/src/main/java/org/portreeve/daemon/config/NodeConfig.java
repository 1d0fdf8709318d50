package org.portreeve.daemon.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.view.DrainMode;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.event.EventSettings;
import org.portreeve.nat.io.linux.IngressCheck;
import org.portreeve.pcp.PcpSettings;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * All that a node is built from: the checked configuration, with derived sizes. Immutable.
 *
 * @param node name of the node
 * @param data directory of everything that is kept, absolute
 * @param packetIo how packets come and go
 * @param nat what the translator is built from
 * @param restartKeepNs how long sessions that a planned stop kept may wait for the start; 0: none
 *     are kept
 * @param poolName name of the pool in records
 * @param onRemoval what becomes of what an address has that leaves the pool; a reload changes it
 * @param policy who the subscribers are and what each may have; a reload changes it
 * @param pcp where PCP and NAT-PMP answer
 * @param upnp where UPnP is offered
 * @param admin where the admin UI and the API answer
 * @param metrics where metrics and health answer
 * @param events what is told of what happens; a reload changes it
 * @param onFailure what becomes of new port blocks while the journal fails; a reload changes it
 */
public record NodeConfig(
        String node,
        Path data,
        PacketIo packetIo,
        NatConfig nat,
        long restartKeepNs,
        String poolName,
        DrainMode onRemoval,
        Policy policy,
        Pcp pcp,
        Upnp upnp,
        Admin admin,
        Endpoint metrics,
        Events events,
        OnFailure onFailure) {

    /** The same node with what a reload takes from another configuration. */
    NodeConfig withLive(NodeConfig wanted) {
        return new NodeConfig(
                node,
                data,
                packetIo,
                nat.withAddresses(wanted.nat.pool().addresses()),
                restartKeepNs,
                poolName,
                wanted.onRemoval,
                wanted.policy,
                wanted.pcp.at(pcp.listen),
                upnp,
                admin,
                metrics,
                wanted.events,
                wanted.onFailure);
    }

    /**
     * What is told of what happens.
     *
     * @param file where events are written; empty: nowhere
     * @param settings which events, and when
     */
    public record Events(Optional<Path> file, EventSettings settings) {}

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
     * @param ingressCheck what becomes of packets that come by an inside device not their source's,
     *     when the node manages routes
     */
    public record PacketIo(
            Io io,
            String tunName,
            boolean managesRoutes,
            List<String> insideInterfaces,
            List<String> outsideInterfaces,
            IngressCheck ingressCheck) {
        /** Takes copies of the lists. */
        public PacketIo {
            insideInterfaces = List.copyOf(insideInterfaces);
            outsideInterfaces = List.copyOf(outsideInterfaces);
        }
    }

    /**
     * Where PCP and NAT-PMP answer. A reload changes all but the addresses.
     *
     * @param listen addresses of this host, each answering from itself
     * @param settings what a reload changes
     */
    public record Pcp(List<PcpAddress> listen, PcpSettings settings) {
        /** The port of PCP servers (RFC 6887 §19.1). */
        public static final int PORT = 5351;

        /** Takes a copy of the list. */
        public Pcp {
            listen = List.copyOf(listen);
        }

        /** Addresses and port, for people. */
        public List<String> endpoints() {
            return listen.stream()
                    .map(at -> at.isIpv4() ? at + ":" + PORT : "[" + at + "]:" + PORT)
                    .toList();
        }

        private Pcp at(List<PcpAddress> addresses) {
            return new Pcp(addresses, settings);
        }
    }

    /**
     * Where UPnP is offered.
     *
     * @param interfaces inside devices; empty is off
     * @param presentAs {@code auto}, {@code igd1} or {@code igd2}
     */
    public record Upnp(List<String> interfaces, String presentAs) {
        /** Takes a copy of the list. */
        public Upnp {
            interfaces = List.copyOf(interfaces);
        }
    }

    /**
     * Where the admin UI and the API answer.
     *
     * @param certificate PEM file of the operator; empty: one is made
     * @param key PEM file of its private key, with the certificate
     */
    public record Admin(Endpoint listen, Optional<Path> certificate, Optional<Path> key) {}
}
