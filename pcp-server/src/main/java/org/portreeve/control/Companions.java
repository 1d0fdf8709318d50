package org.portreeve.control;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;

/**
 * Keeps the companion of a NAT-PMP mapping's external port, the same number of the other protocol,
 * for the same internal host (RFC 6886 §3.3).
 *
 * <p>There is no table of companions: the lease on the one port is what reserves the other, so a
 * reservation costs no quota, is bounded by the quota of leases, lasts as long as its lease and is
 * back with it after a restart. It holds between hosts that ask; a number that a host's outbound
 * traffic has already stays that host's. Event loop only.
 */
final class Companions {
    /** Times that a grant tries another port before it is refused. */
    static final int ATTEMPTS = 4;

    /** Ports that are looked at for each. */
    private static final int SCAN = 512;

    private final NatConfig nat;
    private final IntUnaryOperator externalIps;
    private final LeaseBook leases;
    private final HoldBook holds;
    private final StaticBook statics;

    /** Ports of grants that are not in the book yet. Bounded by the places at shards. */
    private final Map<Long, MapCommand> claims = new HashMap<>();

    Companions(
            NatConfig nat,
            IntUnaryOperator externalIps,
            LeaseBook leases,
            HoldBook holds,
            StaticBook statics) {
        this.nat = nat;
        this.externalIps = externalIps;
        this.leases = leases;
        this.holds = holds;
        this.statics = statics;
    }

    /** A grant has this port of the translator; its lease comes. */
    void claim(MapCommand command, int addressIndex, int externalPort) {
        claims.put(key(command.internal().protocol(), addressIndex, externalPort), command);
    }

    /** The lease is in the book, or will never be. */
    void unclaim(MapCommand command, int addressIndex, int externalPort) {
        claims.remove(key(command.internal().protocol(), addressIndex, externalPort));
    }

    /**
     * Whether another host has the companion of this port and one of both came by NAT-PMP, so that
     * the requester cannot have it.
     */
    boolean isForeign(MapCommand command, int addressIndex, int externalPort) {
        InternalTuple internal = command.internal();
        int companion = companionOf(internal.protocol());
        boolean reserves = command.origin() == LeaseOrigin.NAT_PMP;
        MapCommand claim = claims.get(key(companion, addressIndex, externalPort));
        if (claim != null) {
            return isOther(internal, claim.internal())
                    && (reserves || claim.origin() == LeaseOrigin.NAT_PMP);
        }
        boolean leased =
                leases.findExternal(companion, addressIndex, externalPort)
                        .filter(lease -> isOther(internal, lease.internal()))
                        .filter(lease -> reserves || lease.owner().origin() == LeaseOrigin.NAT_PMP)
                        .isPresent();
        // What rests can come back to its owner, so it cannot be kept for the requester.
        return leased
                || (reserves
                        && (isHeld(internal, companion, addressIndex, externalPort)
                                || isReserved(internal, companion, addressIndex, externalPort)));
    }

    private boolean isHeld(InternalTuple internal, int protocol, int addressIndex, int port) {
        return holds.findExternal(protocol, addressIndex, port)
                .filter(hold -> isOther(internal, hold.internal()))
                .isPresent();
    }

    /** A reservation that waits counts too: it takes the port as soon as it can. */
    private boolean isReserved(InternalTuple internal, int protocol, int addressIndex, int port) {
        return statics.findExternal(protocol, externalIps.applyAsInt(addressIndex), port)
                .filter(mapping -> isOther(internal, mapping.internal()))
                .isPresent();
    }

    /**
     * A port after this one that port control knows nothing against, within those that explicit
     * requests of the subscriber may get; empty if none is near.
     */
    OptionalInt openAfter(
            MapCommand command, PortRange explicitPorts, int addressIndex, int externalPort) {
        PortRange incoming = nat.pool().incomingPorts();
        int first = Math.max(incoming.first(), explicitPorts.first());
        int last = Math.min(incoming.last(), explicitPorts.last());
        int port = externalPort;
        for (int left = Math.min(SCAN, last - first + 1); left > 0; left--) {
            port = port >= first && port < last ? port + 1 : first;
            if (isOpen(command, addressIndex, port)) {
                return OptionalInt.of(port);
            }
        }
        return OptionalInt.empty();
    }

    private boolean isOpen(MapCommand command, int addressIndex, int port) {
        int protocol = command.internal().protocol();
        return leases.findExternal(protocol, addressIndex, port).isEmpty()
                && holds.findExternal(protocol, addressIndex, port).isEmpty()
                && !claims.containsKey(key(protocol, addressIndex, port))
                && statics.findExternal(protocol, externalIps.applyAsInt(addressIndex), port)
                        .isEmpty()
                && !isForeign(command, addressIndex, port);
    }

    private static boolean isOther(InternalTuple one, InternalTuple other) {
        return one.realm() != other.realm() || one.internalIp() != other.internalIp();
    }

    private static int companionOf(int protocol) {
        return protocol == Protocol.TCP ? Protocol.UDP : Protocol.TCP;
    }

    private static long key(int protocol, int addressIndex, int externalPort) {
        return ExternalTuple.key(protocol, addressIndex, externalPort);
    }
}
