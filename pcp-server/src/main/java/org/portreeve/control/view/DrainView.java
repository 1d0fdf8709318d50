package org.portreeve.control.view;

/**
 * An external address that new subscribers do not get. Immutable.
 *
 * @param restSeconds how long it rests, when nobody has it any more, before it is used again; 0: it
 *     is not used until somebody says so
 * @param sinceMillis when that was said, since 1970
 * @param subscribers who still have it
 * @param remainingSeconds of its rest; {@link #FOREVER} while that has not begun, or has no end
 */
public record DrainView(
        int externalIp,
        long restSeconds,
        long sinceMillis,
        int subscribers,
        long remainingSeconds) {
    /** No end is known. */
    public static final long FOREVER = -1;
}
