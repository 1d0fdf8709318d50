package org.portreeve.pcp;

/**
 * When the copies of an announcement go out: the first at once, each gap twice the one before. Both
 * protocols want it so (RFC 6886 §3.2.1, RFC 6887 §14.1.3). Port-control thread only.
 */
final class Announcing {
    private static final long FIRST_GAP_NS = 250_000_000L;

    private int leftCount;
    private boolean isFirst;

    /** Whether a copy went out in a turn of the loop that may not have been over yet. */
    private boolean isLeaving;

    private long sentNs;
    private long sentBeforeNs;
    private long nextNs;

    /** Begins anew; what is left of an earlier announcement is not sent. Ten take about 128 s. */
    void begin(int copies, long nowNs) {
        leftCount = copies;
        isFirst = true;
        isLeaving = false;
        nextNs = nowNs;
    }

    /**
     * Whether a copy is to go out now; it is then taken as sent. To be asked once in each turn of
     * the loop.
     */
    boolean poll(long nowNs) {
        if (isLeaving) {
            left(nowNs);
        }
        if (leftCount == 0 || nowNs - nextNs < 0) {
            return false;
        }
        leftCount--;
        sentBeforeNs = sentNs;
        sentNs = nowNs;
        isLeaving = true;
        return true;
    }

    /**
     * A copy left between the turn that sent it and this one: a busy loop must neither shorten the
     * next gap nor let it be less than twice the one before.
     */
    private void left(long nowNs) {
        nextNs = nowNs + (isFirst ? FIRST_GAP_NS : 2 * (nowNs - sentBeforeNs));
        isFirst = false;
        isLeaving = false;
    }
}
