package org.portreeve.control;

import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.policy.MapPolicy;
import org.portreeve.control.policy.NoncePolicy;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.config.NatConfig;

/**
 * What a request for a mapping leads to, seen from the leases alone. Pure: it changes nothing and
 * asks nobody. The order of the checks is that of RFC 6887 §11.3.
 */
final class MapRules {
    /** Lifetime of errors that pass soon (RFC 6887 §7.4). */
    static final long SHORT_ERROR_SECONDS = 30;

    /** Lifetime of errors that stay (RFC 6887 §7.4). */
    static final long LONG_ERROR_SECONDS = 1800;

    /**
     * Ports that rest after explicit mappings, for each one allowed: or a subscriber who creates
     * and deletes would take the incoming range from the others for hours (RFC 6888 REQ-8).
     */
    private static final int HOLDS_EACH = 2;

    private final IntUnaryOperator externalIps;
    private ControlConfig config;

    /** The operator tells the external address of an address index. */
    MapRules(ControlConfig config, IntUnaryOperator externalIps) {
        this.config = config;
        this.externalIps = externalIps;
    }

    /** Decides by another policy from now on. */
    void use(ControlConfig config) {
        this.config = config;
    }

    /** A request of an internal tuple that has a lease. */
    Decision onLease(MapCommand command, Lease lease, MapPolicy policy, long nowNs) {
        boolean isOpen = policy.nonce() == NoncePolicy.OFF && command.origin() == LeaseOrigin.PCP;
        if (!isOpen && !isOwner(command, lease)) {
            return onForeignLease(command, lease, policy, nowNs);
        }
        if (command.lifetimeSeconds() == 0) {
            // RFC 6887 §15: the answer can name the time that is left; those of the others cannot.
            return new Decision.End(lease, command.origin() == LeaseOrigin.PCP);
        }
        if (command.preferFailure() && !isAt(command, lease)) {
            return refuse(Reason.CANNOT_PROVIDE_EXTERNAL, lease.remainingSeconds(nowNs));
        }
        Lease.Owner owner = lease.owner().after(command);
        // A limit that came later is for what is added: the lease has what it was granted.
        boolean isMore = !lease.owner().filters().containsAll(owner.filters());
        if (isMore && owner.filters().size() > policy.filters()) {
            return refuse(Reason.EXCESSIVE_REMOTE_PEERS, LONG_ERROR_SECONDS);
        }
        long deadlineNs = deadlineNs(command, policy, nowNs);
        // RFC 6886 §3.3 offers no more than was asked; RFC 6887 §15 lets traffic keep it longer.
        boolean earlier = deadlineNs - lease.deadlineNs() < 0;
        return earlier && command.origin() == LeaseOrigin.PCP
                ? new Decision.Shorten(lease, owner, deadlineNs)
                : new Decision.Renew(lease, owner, deadlineNs);
    }

    /**
     * A request of an internal tuple that has a reservation in force: a mapping without end and
     * without a nonce (RFC 6887 §11.3, §15.1).
     */
    static MapOutcome onStatic(MapCommand command, Reservation reservation) {
        if (command.lifetimeSeconds() == 0) {
            return new MapOutcome.Refused(Reason.NOT_AUTHORIZED, LONG_ERROR_SECONDS);
        }
        if (!command.filters().added().isEmpty()) {
            // Whom it lets in is for staff to say, and an answer would say that it was done.
            return new MapOutcome.Refused(Reason.NOT_AUTHORIZED, LONG_ERROR_SECONDS);
        }
        boolean isElsewhere =
                command.suggestedPort() != reservation.externalPort()
                        || (command.suggestedIp() != 0
                                && command.suggestedIp() != reservation.externalIp());
        return command.preferFailure() && isElsewhere
                ? new MapOutcome.Refused(Reason.CANNOT_PROVIDE_EXTERNAL, LONG_ERROR_SECONDS)
                : new MapOutcome.Granted(
                        reservation.externalIp(), reservation.externalPort(), MappingView.FOREVER);
    }

    /** A request of an internal tuple without a lease; its port may rest. */
    Decision onNoLease(
            MapCommand command,
            int quota,
            MapPolicy policy,
            Optional<Subscriber> subscriber,
            Optional<Hold> hold,
            long nowNs) {
        boolean reclaim = isReclaimed(command, policy, hold);
        if (command.lifetimeSeconds() == 0) {
            // A repeated deletion looks like the first one (RFC 6887 §15.1).
            boolean nothing = reclaim || subscriber.isEmpty() || !subscriber.get().isPaired();
            return nothing || command.origin() != LeaseOrigin.PCP
                    ? new Decision.Answer(new MapOutcome.Deleted(0))
                    : new Decision.Probe();
        }
        NatConfig nat = config.nat();
        if (command.preferFailure() && !nat.pool().ports().contains(command.suggestedPort())) {
            return refuse(Reason.CANNOT_PROVIDE_EXTERNAL, LONG_ERROR_SECONDS);
        }
        if (Lease.Owner.of(command).filters().size() > policy.filters()) {
            return refuse(Reason.EXCESSIVE_REMOTE_PEERS, LONG_ERROR_SECONDS);
        }
        if (reached(command, quota, policy, subscriber, hold).isPresent()) {
            return refuse(Reason.USER_EX_QUOTA, SHORT_ERROR_SECONDS);
        }
        int suggestedPort = command.suggestedPort();
        if (suggestedPort == 0 && reclaim) {
            suggestedPort = hold.get().externalPort();
        }
        return new Decision.Create(deadlineNs(command, policy, nowNs), suggestedPort, reclaim);
    }

    /** Whether the port that rests is the requester's to have again. */
    private static boolean isReclaimed(MapCommand command, MapPolicy policy, Optional<Hold> hold) {
        boolean isOpen = policy.nonce() == NoncePolicy.OFF;
        return hold.isPresent() && (isOpen || hold.get().isReclaimedBy(command));
    }

    /** The limit of its own that keeps a subscriber from another mapping. */
    static Optional<OwnLimit> reached(
            MapCommand command,
            int quota,
            MapPolicy policy,
            Optional<Subscriber> subscriber,
            Optional<Hold> hold) {
        if (subscriber.map(s -> s.explicit).orElse(0) >= quota) {
            return Optional.of(OwnLimit.MAPPINGS);
        }
        boolean reclaim = isReclaimed(command, policy, hold);
        MapPolicy.SetLimits limits = policy.sets();
        // Where there are no sets, what asks for one is about its first port.
        boolean isSet = !command.set().isOne() && limits.count() > 0;
        if (isSet && subscriber.map(s -> s.sets).orElse(0) >= limits.count()) {
            return Optional.of(OwnLimit.SETS);
        }
        int setHolds = subscriber.map(s -> s.setHolds).orElse(0);
        if (isSet && !reclaim && setHolds >= HOLDS_EACH * limits.allPorts()) {
            return Optional.of(OwnLimit.SET_PORTS_AT_REST);
        }
        int holds = subscriber.map(s -> s.holds).orElse(0) - setHolds;
        if (!reclaim && holds >= HOLDS_EACH * quota) {
            return Optional.of(OwnLimit.PORTS_AT_REST);
        }
        return Optional.empty();
    }

    static Decision refuse(Reason reason, long lifetimeSeconds) {
        return new Decision.Answer(new MapOutcome.Refused(reason, lifetimeSeconds));
    }

    /** Whether a PCP request comes with another nonce than that of the lease, which PCP owns. */
    static boolean hasOtherNonce(MapCommand command, Lease lease) {
        return command.origin() == LeaseOrigin.PCP && !isOwner(command, lease);
    }

    /** RFC 6886 has no nonce: it may read what PCP owns, and PCP may take over what it owns. */
    private static boolean isOwner(MapCommand command, Lease lease) {
        Lease.Owner owner = lease.owner();
        if (owner.origin() != LeaseOrigin.PCP) {
            return true;
        }
        return command.origin() == LeaseOrigin.PCP && command.nonce().equals(owner.nonce());
    }

    private Decision onForeignLease(MapCommand command, Lease lease, MapPolicy policy, long nowNs) {
        long deadlineNs = deadlineNs(command, policy, nowNs);
        boolean mayProlong = mayProlong(command, lease, policy);
        if (mayProlong && deadlineNs - lease.deadlineNs() > 0) {
            return new Decision.Renew(lease, lease.owner(), deadlineNs);
        }
        boolean reads = command.origin() == LeaseOrigin.NAT_PMP && command.lifetimeSeconds() != 0;
        long remaining = lease.remainingSeconds(nowNs);
        if (mayProlong || reads) {
            int externalIp = externalIps.applyAsInt(lease.addressIndex());
            return new Decision.Answer(
                    new MapOutcome.Granted(
                            externalIp,
                            lease.externalPort(),
                            remaining,
                            lease.owner().description(),
                            lease.span()));
        }
        return refuse(Reason.NOT_AUTHORIZED, remaining);
    }

    /** Whether the profile lets whoever has another nonce keep the lease alive, as it is. */
    private boolean mayProlong(MapCommand command, Lease lease, MapPolicy policy) {
        return policy.nonce() == NoncePolicy.RENEW_ONLY
                && command.origin() == LeaseOrigin.PCP
                && command.lifetimeSeconds() != 0
                && command.filters().isNone()
                && (!command.preferFailure() || isAt(command, lease));
    }

    /** Whether the suggestion names what the lease has; address 0 names any (RFC 6887 §13.2). */
    private boolean isAt(MapCommand command, Lease lease) {
        int externalIp = externalIps.applyAsInt(lease.addressIndex());
        return command.suggestedPort() == lease.externalPort()
                && (command.suggestedIp() == 0 || command.suggestedIp() == externalIp);
    }

    private long deadlineNs(MapCommand command, MapPolicy policy, long nowNs) {
        long wanted = command.lifetimeSeconds();
        long granted = config.policy().lifetime().granted(wanted);
        // RFC 6886 §3.3: not more than was asked, so the minimum of RFC 6887 §15 is not for it.
        long seconds =
                command.origin() == LeaseOrigin.NAT_PMP ? Math.min(wanted, granted) : granted;
        long ns = seconds * Durations.NS_PER_SECOND;
        int protocol = command.internal().protocol();
        return nowNs + policy.boundedNs(ns, protocol, config.nat().timers());
    }

    /** What a subscriber may have so many of. */
    enum OwnLimit {
        /** Leases and what PEERs keep. */
        MAPPINGS,
        /** Mappings of several ports. */
        SETS,
        /** External ports of sets that ended. */
        SET_PORTS_AT_REST,
        /** External ports of the other mappings that ended. */
        PORTS_AT_REST
    }

    /** What to do. Immutable. */
    sealed interface Decision {
        /** Nothing but to answer. */
        record Answer(MapOutcome outcome) implements Decision {}

        /** Give a lease an owner, and a deadline that does not depend on traffic. */
        record Renew(Lease lease, Lease.Owner owner, long deadlineNs) implements Decision {}

        /** Give it an earlier one, as far as outbound traffic lets it (RFC 6887 §15). */
        record Shorten(Lease lease, Lease.Owner owner, long deadlineNs) implements Decision {}

        /** End a lease; later, when outbound traffic uses it and {@code onlyIfIdle} is set. */
        record End(Lease lease, boolean onlyIfIdle) implements Decision {}

        /** There is no lease to end; an outbound mapping, if there is one, is not theirs to end. */
        record Probe() implements Decision {}

        /** Make a mapping, with the port that rests for this requester if there is one. */
        record Create(long deadlineNs, int suggestedPort, boolean reclaim) implements Decision {}
    }
}
