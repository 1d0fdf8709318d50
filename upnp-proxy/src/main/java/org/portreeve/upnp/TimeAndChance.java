package org.portreeve.upnp;

import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Clocks and dice for the gateway. Immutable.
 *
 * @param nowNs a clock that never jumps, for durations
 * @param wallMillis the time of day, for what must rise from run to run
 * @param random delays; not secret
 * @param unguessable names of event subscriptions
 */
public record TimeAndChance(
        LongSupplier nowNs,
        LongSupplier wallMillis,
        RandomGenerator random,
        Supplier<UUID> unguessable) {}
