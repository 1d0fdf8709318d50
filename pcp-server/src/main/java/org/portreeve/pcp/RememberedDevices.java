package org.portreeve.pcp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * Which device leads to a client, not asked anew for each datagram: the kernel's answer takes a
 * socket, and clients are told thousands a second, again and again. Bounded by {@link #MOST}; those
 * beyond are asked for each time. Port-control thread only.
 */
final class RememberedDevices implements Function<PcpAddress, Optional<String>> {
    /** Clients whose device is remembered. */
    static final int MOST = 65_536;

    /** How long a route that changes may go unnoticed. */
    static final long KEPT_NS = TimeUnit.SECONDS.toNanos(60);

    private final Function<PcpAddress, Optional<String>> kernel;
    private final Map<PcpAddress, Optional<String>> known = new HashMap<>();
    private long nowNs;
    private long sinceNs;

    RememberedDevices(Function<PcpAddress, Optional<String>> kernel) {
        this.kernel = kernel;
    }

    /** The time that was passed in last. */
    void at(long nowNs) {
        this.nowNs = nowNs;
        if (!known.isEmpty() && nowNs - sinceNs > KEPT_NS) {
            known.clear();
        }
    }

    /** What an address is known to be led to by; empty too when nobody asked for it lately. */
    Optional<String> remembered(PcpAddress host) {
        return known.getOrDefault(host, Optional.empty());
    }

    @Override
    public Optional<String> apply(PcpAddress host) {
        Optional<String> device = known.get(host);
        return device == null ? ask(host) : device;
    }

    private Optional<String> ask(PcpAddress host) {
        Optional<String> device = kernel.apply(host);
        if (known.isEmpty()) {
            sinceNs = nowNs;
        }
        if (known.size() < MOST) {
            known.put(host, device);
        }
        return device;
    }
}
