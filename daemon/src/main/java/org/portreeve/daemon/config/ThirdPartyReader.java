package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.portreeve.nat.Prefix;
import org.portreeve.pcp.AddressPrefix;
import org.portreeve.pcp.Portal;
import org.portreeve.pcp.Realms;
import org.portreeve.pcp.ThirdParties;
import org.portreeve.pcp.wire.RealmId;

/**
 * Who may ask for mappings of other hosts, and what contradicts itself in that. Used by one thread,
 * then thrown away.
 */
final class ThirdPartyReader {
    /** Lists of portals: each request looks through them. */
    static final int MAX_PORTALS = 64;

    /** Wider prefixes are networks of many, not where portals are. */
    private static final int SHORTEST_PORTAL = 96 + 24;

    private static final int SHORTEST_IPV6_PORTAL = 64;

    private static final int HOST_BITS = 128;

    private final Settings settings;

    ThirdPartyReader(Settings settings) {
        this.settings = settings;
    }

    /** Those of settings without faults. */
    ThirdParties thirdParties() {
        Stream<Portal> ofAll =
                settings.texts(ThirdPartyKeys.FROM).isEmpty()
                        ? Stream.empty()
                        : Stream.of(portal(ThirdPartyKeys.FROM, ThirdPartyKeys.FOR));
        Stream<Portal> each =
                settings.elements(ThirdPartyKeys.PORTALS).stream()
                        .map(portal -> portal(portal + ".from", portal + ".for"));
        return new ThirdParties(Stream.concat(ofAll, each).toList(), realms());
    }

    private Portal portal(String from, String hosts) {
        return new Portal(addresses(from), prefixes(hosts));
    }

    private Realms realms() {
        Map<RealmId, List<Prefix>> byId = new HashMap<>();
        for (String realm : settings.elements(ThirdPartyKeys.REALMS)) {
            byId.put(id(realm), prefixes(realm + ".prefixes"));
        }
        return new Realms(byId, lengths(byId.keySet()), prefixes(ThirdPartyKeys.OVERLAPPING));
    }

    private Set<Integer> lengths(Set<RealmId> ids) {
        List<String> given = settings.texts(ThirdPartyKeys.LENGTHS);
        return given.isEmpty()
                ? ids.stream().map(RealmId::lengthBytes).collect(Collectors.toSet())
                : given.stream().map(Integer::valueOf).collect(Collectors.toSet());
    }

    private RealmId id(String realm) {
        return RealmId.parse(settings.text(realm + ".identifier")).orElseThrow();
    }

    private List<AddressPrefix> addresses(String path) {
        return settings.texts(path).stream()
                .map(text -> AddressPrefix.parse(text).orElseThrow())
                .toList();
    }

    private List<Prefix> prefixes(String path) {
        return settings.texts(path).stream().map(Prefix::of).toList();
    }

    /** Adds a fault for each contradiction. */
    void findFaults(List<Fault> faults) {
        checkPair(ThirdPartyKeys.FROM, ThirdPartyKeys.FOR, faults);
        List<String> portals = settings.elements(ThirdPartyKeys.PORTALS);
        if (portals.size() > MAX_PORTALS) {
            fault(
                    ThirdPartyKeys.PORTALS,
                    portals.size() + " portals are more than the " + MAX_PORTALS + " that may be",
                    faults);
        }
        for (String portal : portals) {
            if (settings.texts(portal + ".from").isEmpty()
                    && settings.texts(portal + ".for").isEmpty()) {
                fault(portal, "from and for are required", faults);
            }
            checkPair(portal + ".from", portal + ".for", faults);
        }
        checkRealms(faults);
    }

    private void checkPair(String from, String hosts, List<Fault> faults) {
        if (!settings.texts(from).isEmpty() && settings.texts(hosts).isEmpty()) {
            fault(from, "needs " + hosts + ": nobody says whom they may ask for", faults);
        }
        if (settings.texts(from).isEmpty() && !settings.texts(hosts).isEmpty()) {
            fault(hosts, "needs " + from + ": nobody may ask", faults);
        }
        settings.texts(from).forEach(text -> checkPortal(from, text, faults));
    }

    /** Whoever can send from there has the mappings of others: only the source address is known. */
    private void checkPortal(String path, String text, List<Fault> faults) {
        AddressPrefix portal = AddressPrefix.parse(text).orElseThrow();
        boolean isIpv4 = portal.isIpv4();
        if (portal.length() < (isIpv4 ? SHORTEST_PORTAL : SHORTEST_IPV6_PORTAL)) {
            String most = isIpv4 ? "a /24" : "a /64";
            fault(
                    path,
                    text + " is too wide: portals are single hosts, or " + most + " of them",
                    faults);
        } else if (isIpv4) {
            checkIpv4Portal(path, text, portal.length() < HOST_BITS, faults);
        }
    }

    private void checkIpv4Portal(
            String path, String text, boolean isOfSeveral, List<Fault> faults) {
        AddressRange range = AddressRange.of(Prefix.of(text));
        boolean isInside = ranges("translator.inside.prefixes").anyMatch(range::overlaps);
        if (isInside && isOfSeveral) {
            fault(
                    path,
                    text + " has hosts of the inside prefixes: name single ones, as a /32",
                    faults);
        } else if (isOfSubscriber(range)) {
            fault(path, text + " is a subscriber's: it would have the mappings of others", faults);
        }
    }

    private boolean isOfSubscriber(AddressRange range) {
        return IntStream.range(0, settings.subscriberCount())
                .mapToObj(position -> ConfigPath.subscriber(position) + ".prefixes")
                .flatMap(this::ranges)
                .anyMatch(range::overlaps);
    }

    private Stream<AddressRange> ranges(String path) {
        return settings.texts(path).stream().map(text -> AddressRange.of(Prefix.of(text)));
    }

    private void checkRealms(List<Fault> faults) {
        List<String> realms = settings.elements(ThirdPartyKeys.REALMS);
        for (String path : List.of(ThirdPartyKeys.LENGTHS, ThirdPartyKeys.OVERLAPPING)) {
            if (realms.isEmpty() && !settings.texts(path).isEmpty()) {
                fault(path, "needs " + ThirdPartyKeys.REALMS + ": there are none", faults);
            }
        }
        if (realms.size() > Realms.MAX_REALMS) {
            fault(
                    ThirdPartyKeys.REALMS,
                    realms.size()
                            + " realms are more than the "
                            + Realms.MAX_REALMS
                            + " that may be",
                    faults);
            return;
        }
        long incomplete = realms.stream().filter(realm -> !isComplete(realm, faults)).count();
        if (incomplete == 0 && !realms.isEmpty()) {
            checkIdentifiers(realms, faults);
            checkOverlaps(realms, faults);
        }
    }

    private boolean isComplete(String realm, List<Fault> faults) {
        boolean isNamed = !settings.text(realm + ".identifier").isEmpty();
        boolean hasPrefixes = !settings.texts(realm + ".prefixes").isEmpty();
        if (!isNamed) {
            fault(realm, "identifier is required: what portals call the realm", faults);
        }
        if (!hasPrefixes) {
            fault(realm, "prefixes are required: the realm's internal addresses", faults);
        }
        return isNamed && hasPrefixes;
    }

    private void checkIdentifiers(List<String> realms, List<Fault> faults) {
        Map<RealmId, String> seen = new HashMap<>();
        Set<Integer> lengths = lengths(realms.stream().map(this::id).collect(Collectors.toSet()));
        for (String realm : realms) {
            String before = seen.putIfAbsent(id(realm), realm);
            if (before != null) {
                faultOfIdentifier(
                        realm,
                        "is that of the realm of line %d already".formatted(settings.line(before)),
                        faults);
            }
            int length = id(realm).lengthBytes();
            if (!lengths.contains(length)) {
                faultOfIdentifier(
                        realm,
                        "has %d octets, which %s leaves out"
                                .formatted(length, ThirdPartyKeys.LENGTHS),
                        faults);
            }
        }
    }

    /** PCP-TPI-006 cannot be kept: the translator has one space of internal addresses. */
    private void checkOverlaps(List<String> realms, List<Fault> faults) {
        List<Owned> all = new ArrayList<>();
        for (String realm : realms) {
            ranges(realm + ".prefixes").map(range -> new Owned(range, realm)).forEach(all::add);
        }
        all.sort((a, b) -> Long.compare(a.range.first(), b.range.first()));
        // The one that reaches farthest: if another overlaps the next one, it overlaps that too.
        Owned before = all.getFirst();
        for (Owned next : all.subList(1, all.size())) {
            if (before.range.overlaps(next.range) && !before.realm.equals(next.realm)) {
                fault(
                        next.realm + ".prefixes",
                        "overlaps the realm of line %d: this version has one space of internal"
                                        .formatted(settings.line(before.realm))
                                + " addresses, so that no address can be in two realms",
                        faults);
            }
            before = before.range.last() < next.range.last() ? next : before;
        }
    }

    /** By its line alone: a reload writes faults to the log. */
    private void faultOfIdentifier(String realm, String allowed, List<Fault> faults) {
        String path = realm + ".identifier";
        faults.add(new Fault(settings.line(path), path, "", allowed));
    }

    private void fault(String path, String allowed, List<Fault> faults) {
        String value = settings.isGiven(path) ? settings.written(path) : "";
        faults.add(new Fault(settings.line(path), path, value, allowed));
    }

    /** The addresses of a prefix, and the realm that has them. */
    private record Owned(AddressRange range, String realm) {}
}
