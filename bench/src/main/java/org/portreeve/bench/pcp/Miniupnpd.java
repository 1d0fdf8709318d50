package org.portreeve.bench.pcp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.portreeve.testkit.lab.Commands;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.lab.LabException;
import org.portreeve.testkit.lab.Namespace;

/** miniupnpd with nftables, as a router would run it. Main thread. */
public final class Miniupnpd {
    /** Beyond it, hours would pass until they are there. */
    static final long MOST_MAPPINGS = 5_000;

    private static final String PROGRAM = "miniupnpd";

    /** An external address that it does not take for a private one; it has a single one. */
    private static final String EXTERNAL = "11.0.0.1";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int START_MILLIS = 500;

    private static final String CONFIG =
            """
            ext_ifname=%s
            ext_ip=%s
            listening_ip=%s
            http_port=0
            enable_natpmp=yes
            enable_upnp=no
            min_lifetime=120
            max_lifetime=86400
            upnp_table_name=filter
            upnp_nat_table_name=filter
            upnp_forward_chain=forward_upnp
            upnp_nat_chain=prerouting_upnp
            upnp_nat_postrouting_chain=postrouting_upnp
            uuid=5f2e8c52-0b7c-4f4e-9c3a-6d1d1f0a7b11
            allow 1024-65535 0.0.0.0/0 1024-65535
            """
                    .formatted(Lab.OUTSIDE_DEVICE, EXTERNAL, Lab.INSIDE_DEVICE);

    private static final String RULES =
            """
            table inet filter {
              chain forward {
                type filter hook forward priority 0; policy accept
                jump forward_upnp
              }
              chain prerouting {
                type nat hook prerouting priority dstnat
                jump prerouting_upnp
              }
              chain postrouting {
                type nat hook postrouting priority srcnat
                jump postrouting_upnp
                oifname %s masquerade
              }
              chain forward_upnp {}
              chain prerouting_upnp {}
              chain postrouting_upnp {}
            }
            """
                    .formatted(Lab.OUTSIDE_DEVICE);

    private Miniupnpd() {}

    /** Why it cannot run here; empty when it can. */
    public static Optional<String> missing() {
        return Commands.exist(PROGRAM)
                ? Optional.empty()
                : Optional.of("not installed (Debian: apt install miniupnpd-nftables)");
    }

    /** Its name and version. */
    public static String version() {
        String[] words =
                Commands.run(List.of(PROGRAM, "--version"), PATIENCE).output().split("\\s+", 3);
        return words[0] + " " + words[1];
    }

    /** Starts it beside the kernel's NAT; it goes with the lab. */
    public static void start(Lab lab) {
        Path config = lab.directory().resolve("miniupnpd.conf");
        try {
            Files.writeString(config, CONFIG);
        } catch (IOException e) {
            throw new LabException("cannot write " + config + ": " + e.getMessage(), e);
        }
        lab.run(Namespace.CGN, "nft", RULES).orThrow();
        lab.run(Namespace.CGN, PROGRAM, "-f", config.toString()).orThrow();
        Pauses.sleep(START_MILLIS);
    }
}
