package org.portreeve.control;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.view.BlockView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.directory.Directory;

/**
 * The hosts that have an external address each for themselves, which is their whole mapping: what
 * they ask for is answered by what is there anyway, and nothing is made (RFC 6887 §11.3, on
 * stateless translators). Event loop only.
 */
final class DedicatedHosts {
    /** All of an address, for those who look up whose a port was. */
    private static final int ALL_PORTS = 1 << 16;

    private final ControlState state;
    private final Directory directory;
    private Map<Integer, BlockView> views = Map.of();

    DedicatedHosts(ControlState state, Directory directory, Policy policy) {
        this.state = state;
        this.directory = directory;
        follow(policy);
    }

    /** Lets those of a policy be translated so from now on, and whoever listens know. */
    void follow(Policy policy) {
        Map<Integer, Integer> addresses = new HashMap<>();
        Map<Integer, BlockView> fresh = new HashMap<>();
        for (SubscriberPlan plan : policy.subscribers()) {
            plan.dedicatedHost()
                    .ifPresent(host -> {
                        int externalIp = plan.dedicatedIp();
                        addresses.put(host, externalIp);
                        fresh.put(host, new BlockView(plan.id(), externalIp, 0, ALL_PORTS));
                    });
        }
        Map<Integer, BlockView> before = views;
        views = Map.copyOf(fresh);
        directory.dedicated(DedicatedAddresses.of(addresses));
        before.forEach((host, view) -> {
            if (!view.equals(fresh.get(host))) {
                state.listeners.released(view);
            }
        });
        fresh.forEach((host, view) -> {
            if (!view.equals(before.get(host))) {
                state.listeners.leased(view);
            }
        });
    }

    /** Each address as the block that it is. */
    List<BlockView> views() {
        return List.copyOf(views.values());
    }

    /** Whether there are any. */
    boolean isEmpty() {
        return views.isEmpty();
    }

    /** The external address of a host, if it has one for itself. */
    OptionalInt externalIpOf(int internalIp) {
        return state.subscribers.dedicatedIpOf(internalIp);
    }

    /** The answer to a request about such a host; empty about any other. */
    Optional<MapOutcome> outcome(MapCommand command) {
        OptionalInt own = externalIpOf(command.internal().internalIp());
        return own.isEmpty() ? Optional.empty() : Optional.of(outcome(command, own.getAsInt()));
    }

    private MapOutcome outcome(MapCommand command, int externalIp) {
        if (command.lifetimeSeconds() == 0) {
            // Nothing was made, so nothing is left (RFC 6887 §15.1).
            return new MapOutcome.Deleted(0);
        }
        int externalPort = externalPortOf(command.internal());
        boolean isElsewhere =
                command.suggestedPort() != externalPort
                        || isElsewhere(command.suggestedIp(), externalIp);
        return command.preferFailure() && isElsewhere
                ? new MapOutcome.Refused(
                        Reason.CANNOT_PROVIDE_EXTERNAL, MapRules.LONG_ERROR_SECONDS)
                : new MapOutcome.Granted(externalIp, externalPort, lifetimeSeconds(command));
    }

    /** The same about a session. */
    Optional<PeerOutcome> outcome(PeerCommand command) {
        OptionalInt own = externalIpOf(command.peer().internal().internalIp());
        return own.isEmpty() ? Optional.empty() : Optional.of(outcome(command, own.getAsInt()));
    }

    private PeerOutcome outcome(PeerCommand command, int externalIp) {
        int externalPort = externalPortOf(command.peer().internal());
        boolean isElsewhere =
                (command.suggestedPort() != 0 && command.suggestedPort() != externalPort)
                        || isElsewhere(command.suggestedIp(), externalIp);
        return isElsewhere
                ? new PeerOutcome.Refused(
                        Reason.CANNOT_PROVIDE_EXTERNAL, MapRules.LONG_ERROR_SECONDS)
                : new PeerOutcome.Kept(
                        externalIp, externalPort, granted(command.lifetimeSeconds()));
    }

    private static boolean isElsewhere(int suggestedIp, int externalIp) {
        return suggestedIp != 0 && suggestedIp != externalIp;
    }

    /** RFC 6887 §11.2: a protocol without ports has port 0 on both sides. */
    private static int externalPortOf(InternalTuple internal) {
        return Protocol.hasPorts(internal.protocol()) ? internal.internalPort() : 0;
    }

    /** What is there for good is said for a time, so that clients see when staff change it. */
    private long granted(long wantedSeconds) {
        return state.subscribers.policy().lifetime().granted(wantedSeconds);
    }

    private long lifetimeSeconds(MapCommand command) {
        long granted = granted(command.lifetimeSeconds());
        // RFC 6886 §3.3: not more than was asked.
        return command.origin() == LeaseOrigin.NAT_PMP
                ? Math.min(granted, command.lifetimeSeconds())
                : granted;
    }
}
