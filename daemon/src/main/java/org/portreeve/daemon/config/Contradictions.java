package org.portreeve.daemon.config;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;

/**
 * Relations between values, each allowed alone, that cannot hold together. Used by one thread, then
 * thrown away.
 */
final class Contradictions {
    /** External addresses of one node; each has 768 KiB of index. */
    static final int MAX_POOL_ADDRESSES = 4_096;

    /** From 224.0.0.0 on no address is a host's. */
    private static final int FIRST_MULTICAST_NIBBLE = 14;

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
        checkPorts();
        checkServices();
        checkAdmin();
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
        String prefixes = "translator.inside.prefixes";
        if (settings.isGiven(prefixes) && ranges(prefixes).stream().anyMatch(LOOPBACK::overlaps)) {
            fault(prefixes, "loopback addresses are no subscribers when io is tun");
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
        refuseOverlaps(insidePath, inside);
        refuseOverlaps(poolPath, pool);
        if (pool.stream().anyMatch(range -> inside.stream().anyMatch(range::overlaps))) {
            fault(
                    settings.isGiven(poolPath) ? poolPath : insidePath,
                    "pool and inside prefixes"
                            + " overlap: an address is either external or a subscriber's");
        }
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

    private void checkPorts() {
        PortRange ports = settings.ports(POOL + ".ports");
        PortRange incoming = settings.ports(POOL + ".incoming-ports");
        if (incoming.first() < ports.first() || ports.last() < incoming.last()) {
            fault(
                    given(".incoming-ports", ".ports"),
                    "incoming-ports " + incoming + " must lie inside ports " + ports);
            return;
        }
        PortRange explicit = settings.ports(ConfigKeys.PROFILE + ".external-ports");
        if (explicit.last() < incoming.first() || incoming.last() < explicit.first()) {
            fault(
                    ConfigKeys.PROFILE + ".external-ports",
                    "must share ports with incoming-ports " + incoming);
        }
        int size = settings.whole(POOL + ".block.size");
        if (Integer.bitCount(size) != 1) {
            fault(POOL + ".block.size", "must be a power of two, so that blocks are aligned");
            return;
        }
        boolean fits = fits(ports.first(), incoming.first() - 1, size);
        fits &= fits(incoming.last() + 1, ports.last(), size);
        if (!fits) {
            fault(
                    given(".block.size", ".incoming-ports", ".ports"),
                    "blocks of "
                            + size
                            + " ports must fill what incoming-ports "
                            + incoming
                            + " leaves of ports "
                            + ports
                            + ": each part must begin and end at a multiple of the size");
        } else if (incoming.equals(ports)) {
            fault(given(".incoming-ports", ".ports"), "incoming-ports leaves no port for blocks");
        }
    }

    private static boolean fits(int first, int last, int size) {
        return first > last || (first % size == 0 && (last + 1) % size == 0);
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
        for (String text : settings.texts(listen)) {
            int ip = Ipv4.of(text);
            if (ip == 0 || ip >>> 28 >= FIRST_MULTICAST_NIBBLE) {
                fault(listen, text + " is no address of a host: answers leave from it");
            } else if (ranges(POOL + ".addresses").stream().anyMatch(r -> r.contains(ip))) {
                fault(
                        settings.isGiven(listen) ? listen : POOL + ".addresses",
                        "pcp.listen " + text + " is an address of the pool");
            }
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

    /** The first of the pool's keys that the file gives, so that the fault has a line. */
    private String given(String... keys) {
        for (String key : keys) {
            if (settings.isGiven(POOL + key)) {
                return POOL + key;
            }
        }
        return POOL + keys[0];
    }

    private void fault(String path, String allowed) {
        String value = settings.isGiven(path) ? settings.written(path) : "";
        faults.add(new Fault(settings.line(path), path, value, allowed));
    }
}
