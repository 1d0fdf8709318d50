package org.portreeve.daemon.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.portreeve.control.policy.Profile;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.port.DeterministicRanges;
import org.portreeve.nat.port.PortLayout;

/** The pool, and what cannot be about its ports. Used by one thread, then thrown away. */
final class PoolReader {
    private static final String POOL = ConfigKeys.POOL;
    private static final String DETERMINISTIC = POOL + ".deterministic";
    private static final String KEPT = POOL + ".kept-incoming";
    private static final String SELECTION = POOL + ".port-selection";

    private final Settings settings;
    private final PortRange ports;
    private final PortRange incoming;
    private final int blockSize;

    PoolReader(Settings settings) {
        this.settings = settings;
        ports = settings.ports(POOL + ".ports");
        boolean isStatic = settings.text(POOL + ".allocation").equals("static");
        boolean isLeftOut = !settings.isGiven(POOL + ".incoming-ports");
        incoming = isStatic && isLeftOut ? Pool.NO_PORTS : settings.ports(POOL + ".incoming-ports");
        blockSize = settings.whole(POOL + ".block.size");
    }

    /** The pool of settings without faults. */
    Pool pool() {
        List<Integer> addresses =
                settings.texts(POOL + ".addresses").stream()
                        .map(text -> AddressRange.parse(text).orElseThrow())
                        .flatMapToLong(range -> LongStream.rangeClosed(range.first(), range.last()))
                        .mapToObj(address -> (int) address)
                        .toList();
        var block =
                new Pool.Block(
                        blockSize,
                        settings.whole(POOL + ".block.max-per-subscriber"),
                        settings.nanos(POOL + ".block.idle-return"));
        return Pool.of(addresses, ports, incoming, block)
                .with(allocation(addresses.size()))
                .without(excluded())
                .with(choice())
                .with(new Pool.Pairing(isSoft(), settings.nanos(POOL + ".pair-idle")))
                .withMaxResting(maxResting())
                .withOverlap(settings.ports(POOL + ".overlap-ports"))
                .with(kept());
    }

    private List<PortRange> excluded() {
        return settings.texts(POOL + ".excluded-ports").stream()
                .map(text -> PortRange.parse(text).orElseThrow())
                .toList();
    }

    private Pool.Kept kept() {
        int perSubscriber = settings.whole(KEPT + ".per-subscriber");
        return perSubscriber == 0
                ? Pool.Kept.NONE
                : new Pool.Kept(perSubscriber, settings.whole(KEPT + ".subscribers"));
    }

    private boolean isSoft() {
        return settings.text(POOL + ".paired").equals("soft");
    }

    private int maxResting() {
        String path = POOL + ".max-resting-ports";
        return settings.isAuto(path) ? Pool.ANY_NUMBER : settings.whole(path);
    }

    private Allocation allocation(int addresses) {
        return switch (settings.text(POOL + ".allocation")) {
            case "dynamic" -> new Allocation.Dynamic();
            case "deterministic", "static" -> deterministic(addresses);
            default -> new Allocation.Blocks();
        };
    }

    private Allocation.Deterministic deterministic(int addresses) {
        String compression = DETERMINISTIC + ".compression";
        String rangePorts = DETERMINISTIC + ".range-ports";
        boolean isStatic = settings.text(POOL + ".allocation").equals("static");
        long wanted = Math.ceilDiv(internalAddresses(), Math.max(1, addresses));
        return new Allocation.Deterministic(
                settings.isAuto(compression)
                        ? (int) Math.min(wanted, Integer.MAX_VALUE >>> 1)
                        : settings.whole(compression),
                isStatic ? 0 : settings.whole(DETERMINISTIC + ".dynamic-factor"),
                settings.isAuto(rangePorts) ? 0 : settings.whole(rangePorts));
    }

    private Pool.Choice choice() {
        return new Pool.Choice(
                settings.whole(SELECTION + ".algorithm"),
                settings.whole(SELECTION + ".table"),
                settings.whole(SELECTION + ".increment"),
                settings.isTrue(SELECTION + ".parity"),
                settings.isTrue(SELECTION + ".preserve"));
    }

    private long internalAddresses() {
        return settings.texts("translator.inside.prefixes").stream()
                .mapToLong(text -> Prefix.of(text).size())
                .sum();
    }

    /** Adds a fault for each contradiction. */
    void findFaults(List<Fault> faults) {
        checkOverlap(faults);
        checkKept(faults);
        if (!incoming.equals(Pool.NO_PORTS)
                && (incoming.first() < ports.first() || ports.last() < incoming.last())) {
            String sentence = "incoming-ports " + incoming + " must lie inside ports " + ports;
            fault(faults, given(".incoming-ports", ".ports"), sentence);
            return;
        }
        if (Integer.bitCount(blockSize) != 1) {
            String sentence = "must be a power of two, so that blocks are aligned";
            fault(faults, POOL + ".block.size", sentence);
            return;
        }
        checkIncoming(faults);
        switch (settings.text(POOL + ".allocation")) {
            case "block" -> checkBlocks(faults);
            case "deterministic", "static" -> checkRanges(faults);
            default -> {}
        }
    }

    private void checkOverlap(List<Fault> faults) {
        String path = POOL + ".overlap-ports";
        PortRange shared = settings.ports(path);
        if (shared.equals(Pool.NO_PORTS)) {
            return;
        }
        if (!settings.text(EventKeys.DESTINATIONS).equals(EventKeys.OF_SHARED_PORTS)) {
            fault(
                    faults,
                    path,
                    "needs %s: %s, or nobody could tell later who had such a port (RFC 7857 §3)"
                            .formatted(EventKeys.DESTINATIONS, EventKeys.OF_SHARED_PORTS));
        }
        if (shared.first() <= ports.last() && ports.first() <= shared.last()) {
            fault(
                    faults,
                    path,
                    "must lie outside of ports %s: what is given singly is never shared"
                            .formatted(ports));
        }
    }

    private void checkKept(List<Fault> faults) {
        Pool.Kept kept = kept();
        if (kept.equals(Pool.Kept.NONE)) {
            return;
        }
        long wanted = (long) kept.perSubscriber() * kept.subscribers();
        int there = incoming.equals(Pool.NO_PORTS) ? 0 : incomingUdpPorts();
        if (settings.text(POOL + ".allocation").equals("dynamic")) {
            fault(
                    faults,
                    KEPT + ".per-subscriber",
                    "only 0 in a dynamic pool: traffic gets incoming ports there, too");
        } else if (wanted > there) {
            fault(
                    faults,
                    first(KEPT, ".per-subscriber", ".subscribers"),
                    "%d ports for each of %,d subscribers are %,d, but incoming-ports %s are %,d"
                            .formatted(
                                    kept.perSubscriber(),
                                    kept.subscribers(),
                                    wanted,
                                    there == 0 ? "none" : incoming,
                                    there));
        }
    }

    /** Ports that somebody may get; of UDP, which has fewer. */
    private int incomingUdpPorts() {
        List<PortRange> nobodys = new ArrayList<>(excluded());
        nobodys.add(PortLayout.PCP_PORTS);
        return (int)
                IntStream.rangeClosed(incoming.first(), incoming.last())
                        .filter(port -> nobodys.stream().noneMatch(each -> each.contains(port)))
                        .count();
    }

    private void checkIncoming(List<Fault> faults) {
        boolean isNone = incoming.equals(Pool.NO_PORTS);
        PortRange asked = isNone ? ports : incoming;
        for (String profile : settings.profiles()) {
            checkExplicit(
                    faults,
                    profile,
                    asked,
                    "must share ports with " + (isNone ? "ports " : "incoming-ports ") + asked);
        }
        if (!isNone && settings.text(POOL + ".allocation").equals("static")) {
            fault(
                    faults,
                    POOL + ".incoming-ports",
                    "only none in a static pool: no port outside of a subscriber's range is given");
        }
    }

    private void checkExplicit(
            List<Fault> faults, String profile, PortRange asked, String sentence) {
        String path = ConfigPath.profile(profile) + ".external-ports";
        PortRange explicit = settings.ports(path);
        boolean isApart = explicit.last() < asked.first() || asked.last() < explicit.first();
        if (isApart && (settings.isGiven(path) || profile.equals(Profile.DEFAULT))) {
            fault(faults, path, sentence);
        }
    }

    private void checkBlocks(List<Fault> faults) {
        if (incoming.equals(Pool.NO_PORTS)) {
            fault(
                    faults,
                    POOL + ".incoming-ports",
                    "a range in a pool of blocks: who has no block yet could not open a port");
            return;
        }
        boolean fits = fits(ports.first(), incoming.first() - 1);
        fits &= fits(incoming.last() + 1, ports.last());
        if (!fits) {
            fault(
                    faults,
                    given(".block.size", ".incoming-ports", ".ports"),
                    "blocks of %d ports must fill what incoming-ports %s leaves of ports %s: each part must begin and end at a multiple of the size"
                            .formatted(blockSize, incoming, ports));
        } else if (incoming.equals(ports)) {
            String sentence = "incoming-ports leaves no port for blocks";
            fault(faults, given(".incoming-ports", ".ports"), sentence);
        }
    }

    private boolean fits(int first, int last) {
        return first > last || (first % blockSize == 0 && (last + 1) % blockSize == 0);
    }

    private void checkRanges(List<Fault> faults) {
        if (isSoft()) {
            String sentence = "only hard where the address of a subscriber is computed";
            fault(faults, POOL + ".paired", sentence);
        }
        boolean isAtAnEnd =
                incoming.equals(Pool.NO_PORTS)
                        || incoming.first() == ports.first()
                        || incoming.last() == ports.last();
        if (!isAtAnEnd || incoming.equals(ports)) {
            fault(
                    faults,
                    given(".incoming-ports", ".ports"),
                    "incoming-ports %s must lie at one end of ports %s and leave some: ranges are in one piece"
                            .formatted(incoming, ports));
            return;
        }
        Pool pool = pool();
        if (pool.addresses().isEmpty()) {
            return;
        }
        PortRange shared = DeterministicRanges.sharedPorts(pool);
        checkSizes(deterministic(pool.addresses().size()), pool.addresses().size(), shared, faults);
    }

    private void checkSizes(
            Allocation.Deterministic given, int addresses, PortRange shared, List<Fault> faults) {
        long served = (long) given.compression() * addresses;
        if (served < internalAddresses()) {
            fault(
                    faults,
                    DETERMINISTIC + ".compression",
                    "%d internal addresses for each of %d external ones are %,d, but the inside prefixes have %,d"
                            .formatted(
                                    given.compression(), addresses, served, internalAddresses()));
            return;
        }
        long rangePorts = DeterministicRanges.rangePorts(given, shared);
        if (rangePorts == 0 || rangePorts * given.compression() > shared.size()) {
            fault(
                    faults,
                    first(DETERMINISTIC, ".range-ports", ".compression", ".dynamic-factor"),
                    "%d ports for each of %,d internal addresses do not fit in the %,d ports %s of an external address"
                            .formatted(
                                    Math.max(1, rangePorts),
                                    given.compression(),
                                    shared.size(),
                                    shared));
            return;
        }
        int overflow = shared.first() + (int) rangePorts * given.compression();
        int firstBlock = Math.ceilDiv(overflow, blockSize) * blockSize;
        if (given.dynamicFactor() > 0 && firstBlock + blockSize - 1 > shared.last()) {
            fault(
                    faults,
                    first(DETERMINISTIC, ".dynamic-factor", ".range-ports", ".compression"),
                    "the ranges of %,d internal addresses leave %d ports, which hold no block of %d: make block.size smaller or dynamic-factor 0"
                            .formatted(
                                    given.compression(),
                                    Math.max(0, shared.last() + 1 - overflow),
                                    blockSize));
        }
    }

    /** The first of the pool's keys that the file gives, so that the fault has a line. */
    private String given(String... keys) {
        return first(POOL, keys);
    }

    private String first(String stem, String... keys) {
        for (String key : keys) {
            if (settings.isGiven(stem + key)) {
                return stem + key;
            }
        }
        return settings.isGiven(POOL + ".allocation") && stem.equals(DETERMINISTIC)
                ? POOL + ".allocation"
                : stem + keys[0];
    }

    private void fault(List<Fault> faults, String path, String allowed) {
        String value = settings.isGiven(path) ? settings.written(path) : "";
        faults.add(new Fault(settings.line(path), path, value, allowed));
    }
}
