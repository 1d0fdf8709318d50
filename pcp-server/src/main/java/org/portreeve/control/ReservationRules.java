package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.control.reservation.FieldFault;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.port.DeterministicRanges;

/** What a reservation may be, whatever is there already. Pure; any thread. */
final class ReservationRules {
    /** PCP clients listen here for announcements (RFC 6887 §19.5). */
    private static final int PCP_CLIENT_PORT = 5350;

    /** PCP and NAT-PMP servers listen here. */
    private static final int PCP_SERVER_PORT = 5351;

    /** Prefixes and addresses that one sentence names. */
    private static final int NAMED = 8;

    private final NatConfig nat;
    private final Supplier<List<Integer>> addresses;
    private final DeterministicRanges ranges;

    /** Rules that know the addresses of the configuration alone. */
    ReservationRules(NatConfig nat) {
        this(nat, () -> nat.pool().addresses());
    }

    /** Rules of a running node, whose addresses come and go. */
    ReservationRules(NatConfig nat, Supplier<List<Integer>> addresses) {
        this.nat = nat;
        this.addresses = addresses;
        ranges = new DeterministicRanges(nat.inside(), nat.pool());
    }

    /**
     * All that is wrong with a draft.
     *
     * @param isSubscriber whether its internal address belongs to somebody
     */
    List<FieldFault> faults(ReservationDraft draft, boolean isSubscriber) {
        List<FieldFault> faults = new ArrayList<>();
        InternalTuple internal = draft.internal();
        if (!isSubscriber) {
            faults.add(new FieldFault("internal-address", unknownAddress(internal.internalIp())));
        }
        port(internal.internalPort(), "internal-port", faults);
        if (internal.protocol() != Protocol.TCP && internal.protocol() != Protocol.UDP) {
            faults.add(
                    new FieldFault(
                            "protocol",
                            "protocol %d cannot be reserved; allowed are 6 (TCP) and 17 (UDP)"
                                    .formatted(internal.protocol())));
        }
        address(draft.externalIp(), faults);
        port(draft.externalPort(), "external-port", faults);
        ownPort(internal.protocol(), draft.externalPort(), faults);
        excluded(draft.externalPort(), faults);
        shared(draft.externalPort(), faults);
        computed(draft, faults);
        description(draft.description(), faults);
        return faults;
    }

    /** What is wrong with one for a host that has an external address for itself. */
    static FieldFault dedicated(InternalTuple internal, int externalIp) {
        return new FieldFault(
                "internal-address",
                "%s has %s for itself: every port leads to it already; reserve ports for hosts that share an address"
                        .formatted(Ipv4.format(internal.internalIp()), Ipv4.format(externalIp)));
    }

    /** Whether staff's decision lets a reservation be saved in spite of these. */
    static boolean allows(Resolution resolution, List<Conflict> conflicts) {
        return conflicts.stream().allMatch(conflict -> allows(resolution, conflict));
    }

    /** Those that keep a reservation from being in force; staff are not bound by the rest. */
    static List<Conflict> inTheWay(List<Conflict> conflicts) {
        return conflicts.stream().filter(c -> !(c instanceof Conflict.PortResting)).toList();
    }

    private static boolean allows(Resolution resolution, Conflict conflict) {
        return switch (conflict) {
            // One of each: the store keeps no second one, so there is nothing to wait for.
            case Conflict.PortReserved _, Conflict.InternalReserved _ -> false;
            case Conflict.PortLeased _, Conflict.InternalLeased _ ->
                    resolution != Resolution.REFUSE;
            case Conflict.PortResting _ -> true;
            case Conflict.PortInUse _, Conflict.BlockHeld _, Conflict.PairedElsewhere _ ->
                    resolution == Resolution.WAIT;
        };
    }

    private String unknownAddress(int internalIp) {
        String address = Ipv4.format(internalIp);
        boolean isInside = nat.inside().stream().anyMatch(prefix -> prefix.contains(internalIp));
        return isInside
                ? address + " belongs to no subscriber; allowed are addresses of a configured one"
                : "%s is no subscriber's address; allowed are addresses in %s"
                        .formatted(
                                address,
                                some(nat.inside().stream().map(Prefix::toString).toList()));
    }

    private static void port(int port, String field, List<FieldFault> faults) {
        if (port < 1 || port > PortRange.MAX_PORT) {
            faults.add(
                    new FieldFault(
                            field, port + " is no port; allowed are 1 to " + PortRange.MAX_PORT));
        }
    }

    private void address(OptionalInt externalIp, List<FieldFault> faults) {
        if (externalIp.isPresent() && !addresses.get().contains(externalIp.getAsInt())) {
            faults.add(
                    new FieldFault(
                            "external-address",
                            "%s is not in the pool; allowed are %s, or none for the paired one"
                                    .formatted(
                                            Ipv4.format(externalIp.getAsInt()),
                                            some(
                                                    addresses.get().stream()
                                                            .map(Ipv4::format)
                                                            .toList()))));
        }
    }

    private static void ownPort(int protocol, int externalPort, List<FieldFault> faults) {
        if (protocol == Protocol.UDP
                && (externalPort == PCP_CLIENT_PORT || externalPort == PCP_SERVER_PORT)) {
            faults.add(
                    new FieldFault(
                            "external-port",
                            "UDP %d belongs to PCP and NAT-PMP; allowed is any port but %d and %d"
                                    .formatted(externalPort, PCP_CLIENT_PORT, PCP_SERVER_PORT)));
        }
    }

    private void excluded(int externalPort, List<FieldFault> faults) {
        if (nat.pool().excludedPorts().stream().anyMatch(range -> range.contains(externalPort))) {
            faults.add(
                    new FieldFault(
                            "external-port",
                            "%d is excluded; allowed is any port but %s"
                                    .formatted(
                                            externalPort,
                                            some(
                                                    nat.pool().excludedPorts().stream()
                                                            .map(PortRange::toString)
                                                            .toList()))));
        }
    }

    /** A port that connections share is nobody's for all of its peers (RFC 7857 §3). */
    private void shared(int externalPort, List<FieldFault> faults) {
        PortRange shared = nat.pool().overlapPorts();
        if (shared.contains(externalPort)) {
            faults.add(
                    new FieldFault(
                            "external-port",
                            "%d is one of overlap-ports, which connections share; allowed is any port but %s"
                                    .formatted(externalPort, shared)));
        }
    }

    /** The range of another internal address is that one's, whether it uses it or not. */
    private void computed(ReservationDraft draft, List<FieldFault> faults) {
        int internalIp = draft.internal().internalIp();
        int addressIndex = ranges.addressIndex(internalIp);
        if (addressIndex == DeterministicRanges.NONE) {
            return;
        }
        int ownIp = nat.pool().addresses().get(addressIndex);
        String internal = Ipv4.format(internalIp);
        String external = Ipv4.format(ownIp);
        if (draft.externalIp().orElse(ownIp) != ownIp) {
            faults.add(
                    new FieldFault(
                            "external-address",
                            "the range of %s lies at %s; allowed is that address, or none"
                                    .formatted(internal, external)));
            return;
        }
        int port = draft.externalPort();
        if (ranges.isComputed(port) && !ranges.isOwn(internalIp, addressIndex, port)) {
            int first = ranges.firstPort(internalIp);
            faults.add(
                    new FieldFault(
                            "external-port",
                            "%d of %s is in another internal address's range; allowed are %s's own, %d to %d, and ports outside of ranges"
                                    .formatted(
                                            port,
                                            external,
                                            internal,
                                            first,
                                            first + ranges.rangePorts() - 1)));
        }
    }

    private static void description(String description, List<FieldFault> faults) {
        int length = description.length();
        if (length > ReservationDraft.MAX_DESCRIPTION) {
            faults.add(
                    new FieldFault(
                            "description",
                            "it has %d characters; allowed are %d"
                                    .formatted(length, ReservationDraft.MAX_DESCRIPTION)));
        }
        if (description.codePoints().anyMatch(ReservationRules::isControl)) {
            faults.add(
                    new FieldFault(
                            "description",
                            "it has control characters or line breaks; allowed is one line of"
                                    + " text"));
        }
    }

    private static boolean isControl(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    true;
            default -> false;
        };
    }

    private static String some(List<String> names) {
        String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        return names.size() <= NAMED
                ? first
                : "%s and %d more".formatted(first, names.size() - NAMED);
    }
}
