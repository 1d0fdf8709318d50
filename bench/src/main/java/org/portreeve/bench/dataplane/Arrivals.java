package org.portreeve.bench.dataplane;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.Namespace;

/** Packets that arrive on a lab's Internet: floods end and are counted there. Any thread. */
public final class Arrivals {
    /** Floods go to the discard port and end where they arrive. */
    private static final String SINK =
            """
            table netdev sink {
              chain in {
                type filter hook ingress device %s priority 0
                udp dport 9 drop
              }
            }
            """
                    .formatted(Lab.HOST_DEVICE);

    private static final Pattern RECEIVED_PACKETS =
            Pattern.compile(Lab.HOST_DEVICE + ":\\s*\\d+\\s+(\\d+)");

    private Arrivals() {}

    /** Lets floods end where they arrive. */
    public static void sink(Lab lab) {
        lab.run(Namespace.INET, "nft", SINK).orThrow();
    }

    /** Packets that arrived since the lab was opened. */
    public static long count(Lab lab) {
        String devices = lab.run(Namespace.INET, "cat", "/proc/net/dev").orThrow().output();
        Matcher matcher = RECEIVED_PACKETS.matcher(devices);
        if (!matcher.find()) {
            throw new LabException("no device in " + devices);
        }
        return Long.parseLong(matcher.group(1));
    }
}
