package org.portreeve.nat.model;

import java.util.Optional;
import java.util.function.Predicate;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.model.ReferenceMapping.State;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;

/** Which packets from outside may open a session on a mapping. One thread. */
final class ReferenceFilter {
    private final NatConfig config;
    private final ReferenceNat nat;

    ReferenceFilter(NatConfig config, ReferenceNat nat) {
        this.config = config;
        this.nat = nat;
    }

    /** Why not; empty when it may. */
    Optional<NatCounter> refusal(ReferenceMapping mapping, TestPacket packet, long nowNs) {
        if (packet.protocol() == Protocol.ICMP
                || (packet.protocol() == Protocol.TCP && !packet.isOpening())) {
            return Optional.of(NatCounter.DROP_NO_SESSION);
        }
        if (mapping.state != State.ACTIVE) {
            return Optional.of(NatCounter.DROP_FILTERED);
        }
        if (!isOpenTo(mapping, packet)) {
            return Optional.of(NatCounter.DROP_STRANGER);
        }
        Optional<NatCounter> bound = bound(mapping);
        if (bound.isPresent()) {
            return bound;
        }
        if (packet.shape().checksum() == Checksum.WRONG) {
            return Optional.of(NatCounter.DROP_CHECKSUM);
        }
        Rules.Eif eif = nat.rules.of(mapping.pairing.subscriber()).eif();
        var bucket = mapping.inboundBucket;
        return bucket.take(nowNs, eif.inboundSessionsPerSecond(), eif.inboundSessionBurst())
                ? Optional.empty()
                : Optional.of(NatCounter.DROP_INBOUND_RATE);
    }

    /** NAT-FLT-001, NAT-FLT-002; what somebody asked for is open to all (RFC 6887 §11). */
    private boolean isOpenTo(ReferenceMapping mapping, TestPacket packet) {
        if (mapping.isExplicit || mapping.isStatic) {
            return true;
        }
        Behaviour behaviour = nat.rules.filtering(mapping, packet.protocol());
        return switch (behaviour) {
            case ENDPOINT_INDEPENDENT -> true;
            case ADDRESS_DEPENDENT ->
                    mapping.sessions.stream()
                            .filter(ReferenceSession::isWanted)
                            .anyMatch(s -> s.key.remote().ip() == packet.source().ip());
            case ADDRESS_AND_PORT_DEPENDENT -> false;
        };
    }

    /** SEED-B-071, SEED-B-072, NAT-CGN-050. */
    private Optional<NatCounter> bound(ReferenceMapping mapping) {
        int subscriber = mapping.pairing.subscriber();
        int shard = config.shardOf(mapping.pairing.addressIndex());
        Rules rules = nat.rules.of(subscriber);
        Rules.Eif eif = rules.eif();
        long onMapping = mapping.sessions.stream().filter(s -> s.isInbound).count();
        if (onMapping >= eif.inboundSessionsPerMapping()) {
            return Optional.of(NatCounter.DROP_INBOUND_QUOTA);
        }
        if (inbound(session -> subscriberOf(session) == subscriber)
                >= eif.inboundSessionsPerSubscriber()) {
            return Optional.of(NatCounter.DROP_INBOUND_SUBSCRIBER_QUOTA);
        }
        int share = Math.ceilDiv(eif.inboundSessionsInTotal(), config.shardCount());
        if (inbound(session -> shardOf(session) == shard) >= share) {
            return Optional.of(NatCounter.DROP_INBOUND_TOTAL_QUOTA);
        }
        // A quarter of the quota and an eighth of the table are for what hosts open themselves.
        int quota = rules.quota().sessions();
        if (nat.sessionsOf(subscriber) >= quota - quota / 4) {
            return Optional.of(NatCounter.DROP_SESSION_QUOTA);
        }
        int capacity = config.capacity().sessions();
        return nat.sessionsIn(shard) >= capacity - capacity / 8
                ? Optional.of(NatCounter.DROP_TABLE_FULL)
                : Optional.empty();
    }

    private long inbound(Predicate<ReferenceSession> counted) {
        return nat.sessions.values().stream()
                .filter(session -> session.isInbound)
                .filter(counted)
                .count();
    }

    private static int subscriberOf(ReferenceSession session) {
        return session.mapping.pairing.subscriber();
    }

    private int shardOf(ReferenceSession session) {
        return config.shardOf(session.mapping.pairing.addressIndex());
    }
}
