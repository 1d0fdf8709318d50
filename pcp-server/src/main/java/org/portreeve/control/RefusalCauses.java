package org.portreeve.control;

import java.util.Optional;
import java.util.OptionalInt;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.NatConfig;

/**
 * Why a request for a mapping was refused, in words for people: what of the books stood in its way
 * at the moment of the answer. For the request log alone. Event loop only; changes nothing.
 */
final class RefusalCauses {
    private final ControlState state;

    RefusalCauses(ControlState state) {
        this.state = state;
    }

    /** The sentence. */
    String of(MapCommand command, MapOutcome.Refused refused) {
        Optional<String> cause =
                switch (refused.reason()) {
                    case NOT_AUTHORIZED -> notAuthorized(command);
                    case NO_RESOURCES -> noResources(command);
                    case USER_EX_QUOTA -> quota(command);
                    case CANNOT_PROVIDE_EXTERNAL -> cannotProvide(command);
                    case EXCESSIVE_REMOTE_PEERS -> filters(command);
                    case NETWORK_FAILURE ->
                            Optional.of("The node had just started: leases were being put back.");
                };
        return cause.orElse(refused.reason().sentence());
    }

    private long key(MapCommand command) {
        InternalTuple internal = command.internal();
        return state.subscribers.keyOf(internal.realm(), internal.internalIp());
    }

    private Optional<String> notAuthorized(MapCommand command) {
        InternalTuple internal = command.internal();
        boolean isWithheld =
                !state.subscribers
                        .profileOf(key(command))
                        .mayAskFor(internal.protocol(), internal.internalPort());
        if (key(command) == Subscribers.UNKNOWN) {
            return Optional.of("The address belongs to no subscriber.");
        } else if (state.statics.inForce(internal).isPresent()) {
            return Optional.of("Staff reserved the port; only they change or end that.");
        } else if (state.leases.find(internal).isPresent()) {
            return Optional.of(
                    "Another application has the mapping: the request came with another nonce, or by"
                            + " a protocol without one.");
        } else if (command.lifetimeSeconds() == 0) {
            return Optional.of("Traffic made the mapping, and only its end ends it.");
        } else if (isWithheld) {
            return Optional.of(
                    "The profile's filtering keeps strangers out there, and its explicit-mappings are"
                            + " as-filtering.");
        }
        return Optional.empty();
    }

    private Optional<String> noResources(MapCommand command) {
        InternalTuple internal = command.internal();
        long key = key(command);
        boolean isComingBack =
                state.statics.book().find(internal).filter(StaticMapping::isComingBack).isPresent();
        if (isComingBack) {
            return Optional.of("A reservation of staff was being put in force for the port.");
        } else if (state.leases.find(internal).filter(l -> l.subscriber().key != key).isPresent()) {
            return Optional.of(
                    "The address was another subscriber's until a reload, whose mapping was ending.");
        } else if (state.leases.isFull()) {
            return Optional.of(
                    "The node holds as many leases as translator.capacity.mappings lets.");
        } else if (state.recorder.isFailing()) {
            return Optional.of("The journal could not keep leases: look at its disk.");
        } else if (state.subscribers.find(key).isEmpty() && isCrowded()) {
            return Optional.of(
                    "As many subscribers are active as translator.capacity.subscribers lets.");
        }
        return Optional.empty();
    }

    private boolean isCrowded() {
        return state.subscribers.size() >= state.nat.capacity().subscribers();
    }

    private Optional<String> quota(MapCommand command) {
        long key = key(command);
        if (state.isDrained.test(key)) {
            return Optional.of("Staff drain the subscriber: it gets no new mapping.");
        }
        Optional<Subscriber> subscriber = state.subscribers.find(key);
        return MapRules.reached(
                        command,
                        state.subscribers.quotaOf(key),
                        state.subscribers.profileOf(key).map(),
                        subscriber,
                        state.holds.find(command.internal()).filter(h -> h.subscriber().key == key))
                .flatMap(limit -> subscriber.map(s -> sentence(limit, s)))
                .or(() ->
                        Optional.of(
                                "The subscriber has as many ports as quota.ports or the blocks of its"
                                        + " profile let."));
    }

    private static String sentence(MapRules.OwnLimit limit, Subscriber subscriber) {
        return switch (limit) {
            case MAPPINGS ->
                    "The subscriber has %d mappings, as many as quota.mappings of its profile lets."
                            .formatted(subscriber.explicit);
            case SETS ->
                    "The subscriber has %d sets of ports, as many as quota.port-sets lets."
                            .formatted(subscriber.sets);
            case SET_PORTS_AT_REST ->
                    "%d ports of ended sets of the subscriber rest; it may have others after that."
                            .formatted(subscriber.setHolds);
            case PORTS_AT_REST ->
                    "%d ports of ended mappings of the subscriber rest; it may have others after that."
                            .formatted(subscriber.holds - subscriber.setHolds);
        };
    }

    private Optional<String> cannotProvide(MapCommand command) {
        InternalTuple internal = command.internal();
        Optional<Subscriber> paired =
                state.subscribers.find(key(command)).filter(Subscriber::isPaired);
        OptionalInt dedicated = state.dedicated.externalIpOf(internal.internalIp());
        Optional<StaticMapping> fixed = state.statics.inForce(internal);
        Optional<Lease> own = state.leases.find(internal);
        if (dedicated.isPresent()) {
            return Optional.of(
                    "The host has %s for itself, with its own ports; the request insisted on others."
                            .formatted(Ipv4.format(dedicated.getAsInt())));
        } else if (fixed.isPresent()) {
            return Optional.of(
                    "Staff reserved the port at %s:%d, and the request insisted on another place."
                            .formatted(
                                    Ipv4.format(fixed.get().reservation().externalIp()),
                                    fixed.get().reservation().externalPort()));
        } else if (own.isPresent()) {
            return Optional.of(
                    "The mapping is there, at %s:%d, and the request insisted on another place."
                            .formatted(
                                    Ipv4.format(state.externalIp(own.get().addressIndex())),
                                    own.get().externalPort(internal)));
        } else if (!state.nat.pool().ports().contains(command.suggestedPort())) {
            return Optional.of(
                    "External port %d is none of the pool's.".formatted(command.suggestedPort()));
        } else if (paired.filter(s -> isElsewhere(command, s)).isPresent()) {
            return Optional.of(
                    "The request insisted on another external address than %s, which the subscriber has."
                            .formatted(Ipv4.format(state.externalIp(paired.get().addressIndex))));
        }
        return paired.flatMap(s -> inTheWay(command, s.addressIndex));
    }

    private boolean isElsewhere(MapCommand command, Subscriber subscriber) {
        return command.suggestedIp() != 0
                && command.suggestedIp() != state.externalIp(subscriber.addressIndex);
    }

    private Optional<String> inTheWay(MapCommand command, int addressIndex) {
        int protocol = command.internal().protocol();
        int port = command.suggestedPort();
        int externalIp = state.externalIp(addressIndex);
        NatConfig.Timers timers = state.nat.timers();
        if (state.statics.book().findExternal(protocol, externalIp, port).isPresent()) {
            return Optional.of("Staff keep external port %d for another host.".formatted(port));
        } else if (state.leases.findExternal(protocol, addressIndex, port).isPresent()) {
            return Optional.of(
                    "External port %d has another lease; once that ended it rests for %d s."
                            .formatted(port, Durations.secondsUp(timers.explicitHoldNs(protocol))));
        } else if (state.holds.findExternal(protocol, addressIndex, port).isPresent()) {
            return Optional.of(
                    "External port %d rests for the former owner of a mapping that ended."
                            .formatted(port));
        }
        return Optional.of(
                "External port %d lies in a block of another subscriber, or traffic has it."
                        .formatted(port));
    }

    private Optional<String> filters(MapCommand command) {
        return Optional.of(
                "The mapping would have more filters than the %d that quota.filters of the profile"
                                .formatted(
                                        state.subscribers.profileOf(key(command)).map().filters())
                        + " lets.");
    }
}
