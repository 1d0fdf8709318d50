package org.portreeve.daemon.command;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import org.portreeve.daemon.config.Host;

/** Looks at this machine. Any thread. */
final class HostProbe {
    private static final long FALLBACK_MEMORY_BYTES = 1L << 31;

    private HostProbe() {}

    /** The cores and memory that sizes marked auto follow. */
    static Host thisHost() {
        long memoryBytes =
                ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os
                        ? os.getTotalMemorySize()
                        : FALLBACK_MEMORY_BYTES;
        return new Host(Runtime.getRuntime().availableProcessors(), memoryBytes);
    }
}
