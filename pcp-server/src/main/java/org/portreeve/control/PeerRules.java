package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.MapOutcome.Reason;

/**
 * What a PEER request leads to, seen from the books alone (RFC 6887 §12.3). Pure: it changes
 * nothing and asks nobody; whether there is such a session, and for how long, only the translator
 * knows.
 */
final class PeerRules {
    private PeerRules() {}

    /**
     * Decides.
     *
     * @param lease what an earlier PEER got for the same session
     * @param standing how it stands with who asks
     */
    static Decision decide(
            PeerCommand command, Optional<PeerLease> lease, Standing standing, long nowNs) {
        return lease.isPresent()
                ? onLease(command, lease.get(), standing, nowNs)
                : onNoLease(command, standing);
    }

    private static Decision onLease(
            PeerCommand command, PeerLease lease, Standing standing, long nowNs) {
        if (lease.subscriber.key != standing.subscriberKey) {
            // A reload moved the address; what its former owner was granted is about to end.
            return refuse(Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        }
        if (!lease.owner().nonce().equals(command.nonce())) {
            return refuse(Reason.NOT_AUTHORIZED, lease.remainingSeconds(nowNs));
        }
        // What gives way to a change by staff, or a drained subscriber has, ends at its time.
        return command.lifetimeSeconds() == 0 || standing.isGivingWay || standing.isDrained
                ? new Decision.Ask()
                : new Decision.Keep();
    }

    private static Decision onNoLease(PeerCommand command, Standing standing) {
        if (command.lifetimeSeconds() == 0) {
            // RFC 6887 §12.1: nothing is shortened or deleted by a PEER.
            return new Decision.Ask();
        }
        return standing.isDrained || standing.explicitCount >= standing.quota
                ? refuse(Reason.USER_EX_QUOTA, MapRules.SHORT_ERROR_SECONDS)
                : new Decision.Keep();
    }

    private static Decision refuse(Reason reason, long lifetimeSeconds) {
        return new Decision.Answer(new PeerOutcome.Refused(reason, lifetimeSeconds));
    }

    /**
     * How it stands with the subscriber who asks. Immutable.
     *
     * @param subscriberKey whom the internal address belongs to
     * @param explicitCount leases of both kinds that it has, or is about to get
     * @param quota how many it may have
     * @param isDrained whether staff drain it
     * @param isGivingWay whether the external address of the session leaves the pool, or its port
     *     is reserved for another
     */
    record Standing(
            long subscriberKey,
            int explicitCount,
            int quota,
            boolean isDrained,
            boolean isGivingWay) {}

    /** What to do. Immutable. */
    sealed interface Decision {
        /** Nothing but to answer. */
        record Answer(PeerOutcome outcome) implements Decision {}

        /** Tell how long the session lives, if there is one; change nothing. */
        record Ask() implements Decision {}

        /** Keep the session, or make it. */
        record Keep() implements Decision {}
    }
}
