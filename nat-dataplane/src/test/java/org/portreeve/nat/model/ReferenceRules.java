package org.portreeve.nat.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Application;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;

/** The rules of each subscriber, as port control said last. One thread. */
final class ReferenceRules {
    /** In place of a port: all of them. */
    private static final int ANY_PORT = -1;

    private final Map<Integer, Integer> profiles = new HashMap<>();
    private final Map<Integer, ReferenceBucket> buckets = new HashMap<>();
    private List<Rules> rules;

    ReferenceRules(NatConfig config) {
        rules = List.of(config.rules());
    }

    void publish(List<Rules> fresh) {
        rules = fresh;
    }

    void profile(int subscriber, int profileIndex) {
        profiles.put(subscriber, profileIndex);
    }

    /** The rules of a subscriber; a profile that is not there any more is the first one. */
    Rules of(int subscriber) {
        int profile = profiles.getOrDefault(subscriber, 0);
        return rules.get(profile < rules.size() ? profile : 0);
    }

    Rules.Quota quotaOf(int subscriber) {
        return of(subscriber).quota();
    }

    /** Whether the subscriber may open another session by its rate. */
    boolean takeToken(int subscriber, long nowNs) {
        Rules.Quota quota = quotaOf(subscriber);
        return buckets.computeIfAbsent(subscriber, _ -> new ReferenceBucket(true))
                .take(nowNs, quota.sessionsPerSecond(), quota.sessionBurst());
    }

    /** All buckets are full again. */
    void refill() {
        buckets.clear();
    }

    /** The peers that a mapping for this packet serves; empty for all (RFC 4787 §4.1). */
    Optional<Endpoint> peers(int subscriber, TestPacket packet) {
        if (packet.protocol() == Protocol.ICMP) {
            return Optional.empty();
        }
        Rules of = of(subscriber);
        Behaviour usual =
                packet.protocol() == Protocol.UDP ? of.mapping().udp() : of.mapping().tcp();
        Behaviour behaviour =
                of.applications().stream()
                        .filter(each -> each.side() == Application.Side.INTERNAL)
                        .filter(each -> each.protocol() == packet.protocol())
                        .filter(each -> each.ports().contains(packet.source().port()))
                        .findFirst()
                        .map(Application::mapping)
                        .orElse(usual);
        Endpoint peer = packet.destination();
        return switch (behaviour) {
            case ENDPOINT_INDEPENDENT -> Optional.empty();
            case ADDRESS_DEPENDENT -> Optional.of(new Endpoint(peer.ip(), ANY_PORT));
            case ADDRESS_AND_PORT_DEPENDENT -> Optional.of(peer);
        };
    }

    /** How a mapping is filtered for a protocol. */
    Behaviour filtering(ReferenceMapping mapping, int protocol) {
        Rules of = of(mapping.pairing.subscriber());
        return of.applications().stream()
                .filter(each -> each.protocol() == protocol)
                .filter(each ->
                        each.ports()
                                .contains(
                                        each.side() == Application.Side.INTERNAL
                                                ? mapping.internal.internalPort()
                                                : mapping.external.port()))
                .findFirst()
                .map(Application::filtering)
                .orElse(protocol == Protocol.UDP ? of.filtering().udp() : of.filtering().tcp());
    }

    /** The subscriber's row is cleared; its profile stays. */
    void forget(int subscriber) {
        buckets.remove(subscriber);
    }
}
