package org.portreeve.daemon.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * The external addresses that named subscribers have for themselves: whose each is, and what
 * contradicts itself in that. Used by one thread, then thrown away.
 */
final class DedicatedReader {
    private static final int SINGLE = 32;

    private final Settings settings;
    private final List<Fault> faults;

    DedicatedReader(Settings settings, List<Fault> faults) {
        this.settings = settings;
        this.faults = faults;
    }

    /** The dedicated address of a subscriber, or {@link SubscriberPlan#SHARED}. */
    int dedicatedIp(String subscriber) {
        String text = settings.text(path(subscriber));
        return text.equals(ValueKind.ExternalAddress.NONE) ? SubscriberPlan.SHARED : Ipv4.of(text);
    }

    /** Adds a fault for each contradiction. */
    void findFaults() {
        Map<Integer, String> owners = new HashMap<>();
        for (int position = 0; position < settings.subscriberCount(); position++) {
            String each = ConfigPath.subscriber(position);
            int ip = dedicatedIp(each);
            if (ip != SubscriberPlan.SHARED) {
                check(each, ip);
                checkOwner(each, ip, owners);
            }
        }
    }

    private void check(String each, int ip) {
        List<String> prefixes = settings.texts(each + ".prefixes");
        if (prefixes.size() != 1 || Prefix.of(prefixes.getFirst()).length() != SINGLE) {
            fault(each, "is for one internal address: prefixes must be a single /32");
        }
        if (isIn(ConfigKeys.POOL + ".addresses", ip)) {
            fault(each, "is an address of the pool, which others share: take it out there");
        }
        if (isIn("translator.inside.prefixes", ip)) {
            fault(each, "is inside: an address is either external or a subscriber's");
        }
        String listen = "pcp.listen";
        boolean isListen =
                settings.texts(listen).stream()
                        .map(text -> ValueKind.HostAddress.parse(text).orElseThrow())
                        .anyMatch(PcpAddress.ofIpv4(ip)::equals);
        if (isListen) {
            fault(each, "is an address of this host, which answers PCP there");
        }
    }

    private void checkOwner(String each, int ip, Map<Integer, String> owners) {
        String before = owners.putIfAbsent(ip, settings.text(each + ".id"));
        if (before != null) {
            fault(each, "is the dedicated address of subscriber " + before + " already");
        } else if (owners.size() == DedicatedAddresses.MAX_ENTRIES + 1) {
            fault(each, "is one more than the %d of a node".formatted(owners.size() - 1));
        }
    }

    private boolean isIn(String path, int ip) {
        return settings.texts(path).stream()
                .map(text -> AddressRange.parse(text).orElseThrow())
                .anyMatch(range -> range.contains(ip));
    }

    private void fault(String each, String allowed) {
        String path = path(each);
        faults.add(new Fault(settings.line(path), path, settings.written(path), allowed));
    }

    private static String path(String each) {
        return each + ".dedicated";
    }
}
