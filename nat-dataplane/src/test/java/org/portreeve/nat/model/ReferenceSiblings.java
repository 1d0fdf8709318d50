package org.portreeve.nat.model;

import java.util.Optional;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.model.ReferenceMapping.State;
import org.portreeve.nat.model.ReferenceNat.Pairing;
import org.portreeve.nat.model.ReferencePorts.External;

/** What UDP and TCP of one port have to do with each other. One thread. */
final class ReferenceSiblings {
    private final NatConfig config;
    private final ReferenceNat nat;

    ReferenceSiblings(NatConfig config, ReferenceNat nat) {
        this.config = config;
        this.nat = nat;
    }

    /** The mapping of the other protocol that lets this one in at its port (SEED-B-081). */
    Optional<ReferenceMapping> opening(int protocol, int addressIndex, int port) {
        return otherOf(protocol)
                .map(other -> nat.byExternal.get(new External(other, addressIndex, port)))
                .filter(other -> other.state == State.ACTIVE && other.peers.isEmpty())
                .filter(other ->
                        nat.rules.of(other.pairing.subscriber()).eif().protocolIndependent())
                .filter(other -> mayFollow(other, protocol));
    }

    private boolean mayFollow(ReferenceMapping other, int protocol) {
        int subscriber = other.pairing.subscriber();
        var port = new External(protocol, other.external.addressIndex(), other.external.port());
        ReferenceMapping own = nat.byInternal.get(ofProtocol(other.internal, protocol));
        if (own != null) {
            return own.state == State.RESTING
                    && own.external.equals(port)
                    && !own.isLeft(subscriber);
        }
        int shard = config.shardOf(other.pairing.addressIndex());
        int capacity = config.capacity().mappings();
        return nat.ports.isFree(port)
                && !nat.ports.isOthers(subscriber, other.internal, port)
                && nat.ports.hasPortLeft(subscriber, protocol, nat.rules.quotaOf(subscriber), true)
                && nat.mappingsIn(shard) < capacity - capacity / 8;
    }

    /** The mapping that lets it in, made when there is none. */
    ReferenceMapping follow(ReferenceMapping other, InternalTuple tuple) {
        ReferenceMapping own = nat.byInternal.get(tuple);
        if (own == null) {
            int address = other.external.addressIndex();
            var external = new External(tuple.protocol(), address, other.external.port());
            nat.ports.take(other.pairing.subscriber(), external);
            own = nat.bind(other.pairing, tuple, external);
        }
        own.state = State.ACTIVE;
        return own;
    }

    /** The port of the other protocol's mapping, if the tuple may have it too (SEED-B-083). */
    Optional<Integer> sharedPort(Pairing pairing, InternalTuple internal) {
        if (!nat.rules.of(pairing.subscriber()).mapping().protocolIndependent()) {
            return Optional.empty();
        }
        return otherOf(internal.protocol())
                .map(protocol -> nat.byInternal.get(ofProtocol(internal, protocol)))
                .filter(other -> !other.isLeft(pairing.subscriber()))
                .map(other -> other.external)
                .filter(port -> port.addressIndex() == pairing.addressIndex())
                .map(port -> new External(internal.protocol(), port.addressIndex(), port.port()))
                .filter(port -> nat.ports.isOwnFree(pairing.subscriber(), internal, port))
                .map(External::port);
    }

    private static Optional<Integer> otherOf(int protocol) {
        return switch (protocol) {
            case Protocol.TCP -> Optional.of(Protocol.UDP);
            case Protocol.UDP -> Optional.of(Protocol.TCP);
            default -> Optional.empty();
        };
    }

    private static InternalTuple ofProtocol(InternalTuple internal, int protocol) {
        return InternalTuple.of(protocol, internal.internalIp(), internal.internalPort());
    }
}
