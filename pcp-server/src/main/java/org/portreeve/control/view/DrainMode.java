package org.portreeve.control.view;

/** What becomes of what is there when nothing new may be. */
public enum DrainMode {
    /** It ends by its own timers, leases at the end of the lifetime that they have. */
    WAIT,
    /** It ends now. */
    CUT
}
