package org.portreeve.testkit.lab;

import java.nio.file.Path;

/**
 * The configuration that the lab's node runs with: TUN, the lab's addresses, everything else as the
 * product has it by default. Immutable.
 *
 * @param shards how many shards translate
 * @param minimumLifetimeSeconds the shortest lifetime that is granted
 * @param data where the node keeps its state
 * @param pool its external addresses
 * @param listen the addresses that answer PCP
 * @param natPmp whether it answers NAT-PMP too
 * @param more further keys of the top of the file, YAML
 */
public record NodeConfig(
        int shards,
        int minimumLifetimeSeconds,
        Path data,
        String pool,
        String listen,
        boolean natPmp,
        String more) {
    private static final int MINIMUM_LIFETIME_SECONDS = 120;

    /** The product's own lifetimes, and its state in a subdirectory of the lab. */
    public static NodeConfig of(Lab lab, int shards) {
        Path data = lab.directory().resolve("data");
        return new NodeConfig(
                shards, MINIMUM_LIFETIME_SECONDS, data, Lab.POOL, Lab.CGN_INSIDE, true, "");
    }

    /** The same with shorter leases, so that a test sees them end. */
    public NodeConfig withMinimumLifetime(int seconds) {
        return new NodeConfig(shards, seconds, data, pool, listen, natPmp, more);
    }

    /** The same with other external addresses. */
    public NodeConfig withPool(String addresses) {
        return new NodeConfig(
                shards, minimumLifetimeSeconds, data, addresses, listen, natPmp, more);
    }

    /** The same answering PCP at these addresses, divided by commas. */
    public NodeConfig withListen(String addresses) {
        return new NodeConfig(shards, minimumLifetimeSeconds, data, pool, addresses, natPmp, more);
    }

    /** The same without NAT-PMP. */
    public NodeConfig withoutNatPmp() {
        return new NodeConfig(shards, minimumLifetimeSeconds, data, pool, listen, false, more);
    }

    /** The same with further keys, after those given before. */
    public NodeConfig with(String yaml) {
        return new NodeConfig(
                shards, minimumLifetimeSeconds, data, pool, listen, natPmp, more + yaml);
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
          nat-pmp: %b
          lifetime: {minimum: %ds, maximum: 24h}
        %s
        """
                .formatted(
                        data,
                        shards,
                        Lab.INSIDE_DEVICE,
                        Lab.SUBSCRIBER_PREFIX,
                        Lab.OUTSIDE_DEVICE,
                        pool,
                        listen,
                        natPmp,
                        minimumLifetimeSeconds,
                        more);
    }
}
