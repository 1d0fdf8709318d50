package org.portreeve.nat.model;

import org.portreeve.nat.counter.NatCounter;

/** What becomes of a packet. */
sealed interface Verdict {
    /** It leaves translated, from the device of a shard. */
    record Sent(int shard, int side, TestPacket packet) implements Verdict {}

    /** It goes no further. */
    record Dropped(NatCounter reason) implements Verdict {}

    /** It waits for a pairing or a block. */
    record Parked() implements Verdict {}
}
