package org.portreeve.control;

/** What a {@link DeadlineBook} keeps: something that ends at a time. Event loop only. */
interface Booked {
    /** When it ends, on the monotonic clock. */
    long deadlineNs();

    /** Where the book keeps it; owned by the book. */
    Place place();

    /** Positions inside a book. */
    final class Place {
        /** The position of what is not there. */
        static final int NONE = -1;

        int slot = NONE;
        int heapIndex = NONE;
    }
}
