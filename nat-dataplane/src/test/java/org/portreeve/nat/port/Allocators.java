package org.portreeve.nat.port;

import java.util.List;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.SubscriberRules;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.table.SubscriberTable;

/** An allocator of one external address, for four hosts, without a shard around it. */
final class Allocators {
    private Allocators() {}

    static PortAllocator of(Pool pool, PortRandom random) {
        var config =
                new NatConfig(
                        1,
                        List.of(Prefix.of("10.0.0.0/30")),
                        pool,
                        NatConfig.Timers.defaults(),
                        new NatConfig.Capacity(16, 16, 16),
                        Rules.of(
                                new Rules.Quota(1, 1, 1, 1, 1),
                                pool.ports(),
                                new Rules.Eif(1, 1, 1, 1, false)));
        var layout = new PortLayout(config);
        return new PortAllocator(
                layout,
                pool,
                1,
                address -> address,
                new InboundIndex(1),
                new BlockTable(layout, 1),
                new SubscriberTable(16),
                random,
                new SubscriberRules(new Directory(), config.rules()));
    }
}
