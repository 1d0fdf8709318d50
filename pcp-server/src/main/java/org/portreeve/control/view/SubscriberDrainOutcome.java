package org.portreeve.control.view;

/** What became of the wish to drain a subscriber, or to give it mappings again. */
public enum SubscriberDrainOutcome {
    /** It holds, also after a restart. */
    DONE,
    /** Nobody is called so. */
    UNKNOWN_SUBSCRIBER,
    /** As many are drained as may be. */
    TOO_MANY,
    /** The subscriber is not drained. */
    NOT_DRAINED,
    /** The journal does not keep records now; nothing was changed. */
    NOT_RECORDED
}
