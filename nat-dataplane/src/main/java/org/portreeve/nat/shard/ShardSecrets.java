package org.portreeve.nat.shard;

import java.util.random.RandomGenerator;

/**
 * Keys that make a shard's hash tables and its port choice unpredictable (RFC 6056 §3.3.1). Never
 * stored: a restart has new ones. Immutable.
 */
public record ShardSecrets(long table0, long table1, long port0, long port1) {
    /** Keys from a source of randomness: a secure one in production, a seeded one in tests. */
    public static ShardSecrets of(RandomGenerator random) {
        return new ShardSecrets(
                random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
    }

    @Override
    public String toString() {
        return "ShardSecrets[hidden]";
    }
}
