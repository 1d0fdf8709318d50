package org.portreeve.nat.port;

import java.util.List;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.SubscriberRules;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.table.SubscriberTable;

/** Allocators for four hosts, without a shard around them. */
final class Allocators {
    private Allocators() {}

    /** An allocator of the addresses of a pool. */
    static PortAllocator of(Pool pool, PortRandom random) {
        return of(pool, new BlockTable(layout(pool), pool.addresses().size()), random);
    }

    /** The same, of whose blocks a test decides. */
    static PortAllocator of(Pool pool, BlockTable blocks, PortRandom random) {
        int addresses = pool.addresses().size();
        return new PortAllocator(
                layout(pool),
                pool,
                addresses,
                address -> address,
                new InboundIndex(addresses),
                blocks,
                new SubscriberTable(16),
                random,
                new SubscriberRules(new Directory(), config(pool).rules()));
    }

    static PortLayout layout(Pool pool) {
        return new PortLayout(config(pool));
    }

    private static NatConfig config(Pool pool) {
        return new NatConfig(
                1,
                List.of(Prefix.of("10.0.0.0/30")),
                pool,
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(16, 16, 16),
                Rules.of(
                        new Rules.Quota(1, 1, 1, 1, 1),
                        pool.ports(),
                        new Rules.Eif(1, 1, 1, 1, false)));
    }
}
