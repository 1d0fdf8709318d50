package org.portreeve.control.view;

/** What became of the wish to drain an external address, or to use it again. */
public enum DrainOutcome {
    /** It holds, also after a restart. */
    DONE,
    /** The address is not in the pool. */
    UNKNOWN_ADDRESS,
    /** New subscribers would have no address left. */
    LAST_ADDRESS,
    /** A reload is changing the pool; ask again. */
    POOL_CHANGING,
    /** The address is not drained. */
    NOT_DRAINED,
    /** The journal does not keep records now; nothing was changed. */
    NOT_RECORDED
}
