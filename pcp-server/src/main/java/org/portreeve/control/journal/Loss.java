package org.portreeve.control.journal;

/** What a start found of a journal that had been there before. */
public enum Loss {
    /** It is there, or there was none. */
    NONE,

    /** It is gone, and the last tuples tell what it had. */
    KNOWN,

    /** It is gone, and nothing tells what it had. */
    UNKNOWN
}
