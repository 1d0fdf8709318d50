package org.portreeve.pcp;

/**
 * When the copies of an announcement go out: the first at once, each gap twice the one before. Both
 * protocols want it so (RFC 6886 §3.2.1, RFC 6887 §14.1.3). Port-control thread only.
 */
final class Announcing {
    /** Copies of one announcement, the last about 128 s after the first. */
    static final int COPIES = 10;

    private static final long FIRST_GAP_NS = 250_000_000L;

    private int leftCount;
    private long nextNs;
    private long gapNs;

    /** Begins anew; what is left of an earlier announcement is not sent. */
    void begin(long nowNs) {
        leftCount = COPIES;
        nextNs = nowNs;
        gapNs = FIRST_GAP_NS;
    }

    /** Whether a copy is to go out now; it is then taken as sent. */
    boolean poll(long nowNs) {
        if (leftCount == 0 || nowNs - nextNs < 0) {
            return false;
        }
        leftCount--;
        nextNs += gapNs;
        gapNs *= 2;
        return true;
    }
}
