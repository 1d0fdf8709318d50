package org.portreeve.nat.model;

import java.util.List;
import java.util.Optional;
import org.portreeve.nat.model.ReferenceMapping.State;
import org.portreeve.nat.model.ReferenceNat.Pairing;

/**
 * What a planned restart ought to make of everything there is: nothing, but for time that passed
 * unseen, buckets that are full again, and what has no owner any more. One thread.
 */
final class ReferenceRestart {
    private final ReferenceNat nat;

    ReferenceRestart(ReferenceNat nat) {
        this.nat = nat;
    }

    void restart(long nowNs) {
        for (ReferenceMapping mapping : List.copyOf(nat.byExternal.values())) {
            Optional<Pairing> host =
                    Optional.ofNullable(nat.pairings.get(mapping.internal.internalIp()));
            mapping.inboundBucket = new ReferenceBucket(false);
            if (mapping.isExplicit || mapping.isStatic) {
                continue;
            }
            if (mapping.isLost && host.isPresent()) {
                mapping.pairing = host.get();
                nat.ports.give(mapping.external, host.get().subscriber());
            } else if (!isOfItsHost(mapping)) {
                forget(mapping, nowNs);
            }
        }
        nat.rules.refill();
        nat.ports.restart(nowNs);
        nat.expire(nowNs);
        nat.byExternal.values().stream()
                .filter(mapping -> mapping.isLost)
                .forEach(mapping -> endLost(mapping, nowNs));
        nat.ports.restart(nowNs);
    }

    /** Whether a mapping is of the subscriber that its internal address has now. */
    boolean isOfItsHost(ReferenceMapping mapping) {
        return mapping.pairing.equals(nat.pairings.get(mapping.internal.internalIp()));
    }

    private void forget(ReferenceMapping mapping, long nowNs) {
        mapping.sessions.forEach(session -> nat.sessions.remove(session.key));
        nat.byInternal.remove(mapping.internal, mapping);
        nat.byExternal.remove(mapping.external);
        nat.ports.release(mapping.external, nowNs);
    }

    private void endLost(ReferenceMapping mapping, long nowNs) {
        mapping.isLost = false;
        mapping.isExplicit = mapping.state != State.RESTING;
        if (mapping.isExplicit) {
            nat.end(mapping.internal, nowNs);
        }
    }
}
