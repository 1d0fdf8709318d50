package org.portreeve.testkit.lab;

import java.nio.file.Path;

/**
 * The configuration that the lab's node runs with: TUN, the lab's addresses, everything else as the
 * product has it by default. Immutable.
 *
 * @param shards how many shards translate
 * @param minimumLifetimeSeconds the shortest lifetime that is granted
 * @param data where the node keeps its state
 */
public record NodeConfig(int shards, int minimumLifetimeSeconds, Path data) {
    private static final int MINIMUM_LIFETIME_SECONDS = 120;

    /** The product's own lifetimes, and its state in a subdirectory of the lab. */
    public static NodeConfig of(Lab lab, int shards) {
        return new NodeConfig(shards, MINIMUM_LIFETIME_SECONDS, lab.directory().resolve("data"));
    }

    /** The same with shorter leases, so that a test sees them end. */
    public NodeConfig withMinimumLifetime(int seconds) {
        return new NodeConfig(shards, seconds, data);
    }

    /** The configuration file's text. */
    public String yaml() {
        return """
        node: lab
        data: %s
        translator:
          io: tun
          shards: %d
          inside:
            interfaces: [%s]
            prefixes: [%s]
          outside: {interfaces: [%s]}
          pools:
            - name: default
              addresses: [%s]
        pcp:
          listen: [%s]
          lifetime: {minimum: %ds, maximum: 24h}
        """
                .formatted(
                        data,
                        shards,
                        Lab.INSIDE_DEVICE,
                        Lab.SUBSCRIBER_PREFIX,
                        Lab.OUTSIDE_DEVICE,
                        Lab.POOL,
                        Lab.CGN_INSIDE,
                        minimumLifetimeSeconds);
    }
}
