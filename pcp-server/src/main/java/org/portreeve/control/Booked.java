package org.portreeve.control;

/**
 * What a {@link DeadlineBook} keeps: something that ends at a time. It says itself where the book
 * has it, as there are a million. Event loop only.
 */
abstract class Booked {
    /** The position of what is not there. */
    static final int NONE = -1;

    /** Its slot in the book, which owns this. */
    int slot = NONE;

    /** When it ends, on the monotonic clock. */
    abstract long deadlineNs();
}
