package org.portreeve.daemon.config;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.PortTimer;
import org.portreeve.nat.io.linux.IngressCheck;
import org.portreeve.nat.rules.PassThrough;
import org.portreeve.pcp.Nat64Prefixes;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * Relations between values, each allowed alone, that cannot hold together. Used by one thread, then
 * thrown away.
 */
final class Contradictions {
    /** External addresses of one node; each has 792 KiB of index. */
    static final int MAX_POOL_ADDRESSES = 4_096;

    /** From 224.0.0.0 on no address is a host's. */
    private static final int FIRST_MULTICAST_NIBBLE = 14;

    private static final String NO_HOST = " is no address of a host: answers leave from it";
    private static final String POOL = ConfigKeys.POOL;
    private static final AddressRange LOOPBACK = AddressRange.of(Prefix.of("127.0.0.0/8"));

    private final Settings settings;
    private final List<Fault> faults;

    Contradictions(Settings settings, List<Fault> faults) {
        this.settings = settings;
        this.faults = faults;
    }

    /** Adds a fault for each contradiction. */
    void find() {
        refuseUnavailableIo();
        requireWhatTunNeeds();
        checkAddresses();
        checkPassThrough();
        checkPortTimers();
        new PoolReader(settings).findFaults(faults);
        checkServices();
        checkAdmin();
        checkMarks();
        new ThirdPartyReader(settings).findFaults(faults);
        checkPrefixes64();
    }

    private void checkPrefixes64() {
        String path = "pcp.prefix64.prefixes";
        List<String> texts = settings.texts(path);
        if (texts.size() > Nat64Prefixes.MAX_PREFIXES) {
            fault(
                    path,
                    "%d prefixes are more than the %d that an answer may have"
                            .formatted(texts.size(), Nat64Prefixes.MAX_PREFIXES));
        }
        int destinations =
                texts.stream()
                        .mapToInt(
                                text -> Nat64Prefix.parse(text).orElseThrow().destinations().size())
                        .sum();
        if (destinations > Nat64Prefixes.MAX_DESTINATIONS) {
            fault(
                    path,
                    "%d IPv4 prefixes are more than the %d that an answer may have"
                            .formatted(destinations, Nat64Prefixes.MAX_DESTINATIONS));
        }
    }

    private void checkMarks() {
        if (settings.whole(EventKeys.LOW) > settings.whole(EventKeys.HIGH)) {
            String path = settings.isGiven(EventKeys.LOW) ? EventKeys.LOW : EventKeys.HIGH;
            faults.add(
                    new Fault(
                            settings.line(path),
                            path,
                            settings.written(path),
                            "low-mark %s is above high-mark %s"
                                    .formatted(
                                            settings.text(EventKeys.LOW),
                                            settings.text(EventKeys.HIGH))));
        }
    }

    private void refuseUnavailableIo() {
        if (settings.text("translator.io").equals("afxdp")) {
            fault("translator.io", "not available in this version; tun and memory are");
        }
    }

    private void requireWhatTunNeeds() {
        if (!settings.text("translator.io").equals("tun")) {
            return;
        }
        require("translator.inside.interfaces");
        require("translator.inside.prefixes");
        require("translator.outside.interfaces");
        require(POOL + ".addresses");
        for (String device : settings.texts("translator.inside.interfaces")) {
            if (settings.texts("translator.outside.interfaces").contains(device)) {
                fault("translator.outside.interfaces", device + " is an inside interface already");
            }
        }
        refuseCheckOfNobody();
        String prefixes = "translator.inside.prefixes";
        if (settings.isGiven(prefixes) && ranges(prefixes).stream().anyMatch(LOOPBACK::overlaps)) {
            fault(prefixes, "loopback addresses are no subscribers when io is tun");
        }
    }

    /** Who asks for a check that nobody makes would rely on it. */
    private void refuseCheckOfNobody() {
        String path = ConfigKeys.INGRESS_CHECK;
        boolean isStrict = IngressCheck.of(settings.text(path)) == IngressCheck.STRICT;
        if (settings.isGiven(path) && isStrict && !settings.isTrue(ConfigKeys.MANAGE_ROUTES)) {
            fault(
                    path,
                    "is not made with manage-routes: false; leave it out, and set rp_filter of the"
                            + " inside interfaces yourself");
        }
    }

    private void require(String path) {
        if (!settings.isGiven(path) || settings.texts(path).isEmpty()) {
            faults.add(new Fault(settings.line(path), path, "", "is required when io is tun"));
        }
    }

    private void checkAddresses() {
        String insidePath = "translator.inside.prefixes";
        String poolPath = POOL + ".addresses";
        List<AddressRange> inside = ranges(insidePath);
        List<AddressRange> pool = ranges(poolPath);
        if (inside.isEmpty()) {
            fault(insidePath, "is empty: nobody would be a subscriber");
        }
        long size = pool.stream().mapToLong(AddressRange::size).sum();
        if (size == 0 || size > MAX_POOL_ADDRESSES) {
            fault(poolPath, "must hold 1 to " + MAX_POOL_ADDRESSES + " addresses, not " + size);
        }
        String room = ConfigKeys.ADDRESSES;
        if (!settings.isAuto(room) && settings.whole(room) < size) {
            fault(room, "must be at least %d, the addresses of the pool".formatted(size));
        }
        refuseOverlaps(insidePath, inside);
        refuseOverlaps(poolPath, pool);
        if (pool.stream().anyMatch(range -> inside.stream().anyMatch(range::overlaps))) {
            fault(
                    settings.isGiven(poolPath) ? poolPath : insidePath,
                    "pool and inside prefixes"
                            + " overlap: an address is either external or a subscriber's");
        }
    }

    private void checkPortTimers() {
        String path = "translator.timers.udp-ports";
        var ports = new HashSet<Integer>();
        for (String text : settings.texts(path)) {
            PortTimer timer = ValueKind.PortTime.timer(text).orElseThrow();
            if (timer.idleNs() >= settings.nanos("translator.timers.udp")) {
                fault(path, text + " is not shorter than translator.timers.udp");
            }
            if (!ports.add(timer.port())) {
                fault(path, "port " + timer.port() + " has two times; keep one");
            }
        }
    }

    /** What is in the pool or inside is never passed untranslated, so nobody may think it is. */
    private void checkPassThrough() {
        String path = "translator.pass-through";
        List<String> texts = settings.texts(path);
        if (texts.size() > PassThrough.MAX_ENTRIES) {
            fault(
                    path,
                    texts.size()
                            + " entries are more than the %d that a node may have"
                                    .formatted(PassThrough.MAX_ENTRIES));
        }
        for (String text : texts) {
            AddressRange range = AddressRange.of(PassThrough.parse(text).orElseThrow().prefix());
            if (ranges(POOL + ".addresses").stream().anyMatch(pool -> holds(pool, range))) {
                fault(path, text + " lies in the pool: external addresses are translated always");
            }
            boolean isInside =
                    ranges("translator.inside.prefixes").stream()
                            .anyMatch(inside -> holds(inside, range));
            if (isInside) {
                fault(path, text + " lies inside: subscribers meet by external addresses alone");
            }
        }
    }

    private static boolean holds(AddressRange outer, AddressRange range) {
        return outer.first() <= range.first() && range.last() <= outer.last();
    }

    private void refuseOverlaps(String path, List<AddressRange> ranges) {
        for (int later = 1; later < ranges.size(); later++) {
            AddressRange range = ranges.get(later);
            int index = later;
            OptionalInt earlier =
                    IntStream.range(0, later)
                            .filter(other -> ranges.get(other).overlaps(ranges.get(index)))
                            .findFirst();
            if (earlier.isPresent() && range.size() > 0) {
                List<String> texts = settings.texts(path);
                fault(path, texts.get(later) + " overlaps " + texts.get(earlier.getAsInt()));
            }
        }
    }

    private void checkServices() {
        String minimum = "pcp.lifetime.minimum";
        if (settings.seconds(minimum) > settings.seconds("pcp.lifetime.maximum")) {
            fault(
                    settings.isGiven(minimum) ? minimum : "pcp.lifetime.maximum",
                    "lifetime.minimum is more than lifetime.maximum");
        }
        String listen = "pcp.listen";
        if (settings.texts(listen).isEmpty()) {
            fault(listen, "is empty: nobody could ask for a port");
        }
        Set<PcpAddress> seen = new HashSet<>();
        for (String text : settings.texts(listen).stream().distinct().toList()) {
            PcpAddress address = ValueKind.HostAddress.parse(text).orElseThrow();
            if (!seen.add(address)) {
                fault(listen, text + " is given twice, in another spelling");
            } else if (address.isIpv4()) {
                checkListen(listen, text);
            } else if (address.inetAddress().isMulticastAddress() || address.isAny()) {
                fault(listen, text + NO_HOST);
            } else if (!settings.isTrue("pcp.enabled")) {
                fault(
                        listen,
                        text + " cannot be asked with pcp.enabled: false: NAT-PMP is for IPv4");
            }
        }
        if (!settings.isTrue("pcp.enabled") && !settings.isTrue("pcp.nat-pmp")) {
            fault("pcp.enabled", "pcp.nat-pmp is false too: one of them must be answered");
        }
    }

    private void checkListen(String listen, String text) {
        int ip = Ipv4.of(text);
        if (ip == 0 || ip >>> 28 >= FIRST_MULTICAST_NIBBLE) {
            fault(listen, text + NO_HOST);
        } else if (ranges(POOL + ".addresses").stream().anyMatch(r -> r.contains(ip))) {
            fault(
                    settings.isGiven(listen) ? listen : POOL + ".addresses",
                    "pcp.listen " + text + " is an address of the pool");
        }
    }

    private void checkAdmin() {
        String certificate = "admin.tls.certificate";
        String key = "admin.tls.key";
        if (settings.text(certificate).isEmpty() != settings.text(key).isEmpty()) {
            fault(
                    settings.text(key).isEmpty() ? certificate : key,
                    "certificate and key are given together, or neither");
        }
        for (String device : settings.texts("upnp.interfaces")) {
            if (settings.texts("translator.outside.interfaces").contains(device)) {
                fault("upnp.interfaces", device + " is an outside interface");
            }
        }
    }

    private List<AddressRange> ranges(String path) {
        return settings.texts(path).stream()
                .map(text -> AddressRange.parse(text).orElseThrow())
                .toList();
    }

    private void fault(String path, String allowed) {
        String value = settings.isGiven(path) ? settings.written(path) : "";
        faults.add(new Fault(settings.line(path), path, value, allowed));
    }
}
