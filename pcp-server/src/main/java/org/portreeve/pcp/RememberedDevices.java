package org.portreeve.pcp;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Which device leads to a client, not asked anew for each datagram: the kernel's answer takes a
 * socket, and clients are told thousands a second, again and again. Bounded by {@link #MOST}; those
 * beyond are asked for each time. Port-control thread only.
 */
final class RememberedDevices implements IntFunction<Optional<String>> {
    /** Clients whose device is remembered. */
    static final int MOST = 65_536;

    /** How long a route that changes may go unnoticed. */
    static final long KEPT_NS = TimeUnit.SECONDS.toNanos(60);

    private final IntFunction<Optional<String>> kernel;
    private final Map<Integer, Optional<String>> known = new HashMap<>();
    private long nowNs;
    private long sinceNs;

    RememberedDevices(IntFunction<Optional<String>> kernel) {
        this.kernel = kernel;
    }

    /** The time that was passed in last. */
    void at(long nowNs) {
        this.nowNs = nowNs;
        if (!known.isEmpty() && nowNs - sinceNs > KEPT_NS) {
            known.clear();
        }
    }

    @Override
    public Optional<String> apply(int ip) {
        Optional<String> device = known.get(ip);
        return device == null ? ask(ip) : device;
    }

    private Optional<String> ask(int ip) {
        Optional<String> device = kernel.apply(ip);
        if (known.isEmpty()) {
            sinceNs = nowNs;
        }
        if (known.size() < MOST) {
            known.put(ip, device);
        }
        return device;
    }
}
