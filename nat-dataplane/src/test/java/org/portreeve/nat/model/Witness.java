package org.portreeve.nat.model;

import java.util.Optional;

/** Who watches the translator: tells what left it, and is told what ought to have. */
interface Witness {
    /** The source port of the next packet that left a shard's device; empty when none did. */
    Optional<Integer> nextSourcePort(int shard);

    /** What becomes of one packet. */
    void onVerdict(Verdict verdict);
}
