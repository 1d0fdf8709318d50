package org.portreeve.nat.io.linux;

import org.portreeve.nat.memory.Memory;

/**
 * Tells the kernel which queue an address belongs to, and seldom twice: packets that are on their
 * way already still come to the old one. Shard thread.
 */
final class Steerer {
    private static final int RECENT = 1_024;

    /** Calls of a turn: more packets than that are handed over first. */
    private static final int CALLS_PER_TURN = 32;

    /** The kernel may have dropped what it was told: now and then it is told again. */
    private static final int AGAIN = 256;

    // Odd, and its upper bits are mixed well: addresses that follow one another spread.
    private static final int SPREAD = 0x9e37_79b1;
    private static final int INDEX_SHIFT = Integer.SIZE - Integer.numberOfTrailingZeros(RECENT);

    private static final int KEY = Bpf.ATTRIBUTE_BYTES;
    private static final int VALUE = KEY + Integer.BYTES;

    private final SteeringMap map;
    private final Libc libc;
    private final long memory = Memory.allocate(Bpf.ATTRIBUTE_BYTES + 2L * Integer.BYTES);
    private final long[] recent = new long[RECENT];
    private int repeated;
    private int calls;

    Steerer(SteeringMap map, Libc libc) {
        this.map = map;
        this.libc = libc;
    }

    /** Another turn of the duty cycle begins. */
    void begin() {
        calls = 0;
    }

    /** Leads packets of an address to a queue. */
    void lead(int ip, int queue) {
        int index = (ip * SPREAD) >>> INDEX_SHIFT;
        long told = (long) ip << Integer.SIZE | (queue + 1);
        boolean isTold = recent[index] == told && ++repeated % AGAIN != 0;
        if (isTold || calls++ >= CALLS_PER_TURN) {
            return;
        }
        recent[index] = told;
        Memory.putInt(memory + KEY, ip);
        Memory.putInt(memory + VALUE, queue);
        map.put(libc, memory, memory + KEY, memory + VALUE);
    }
}
