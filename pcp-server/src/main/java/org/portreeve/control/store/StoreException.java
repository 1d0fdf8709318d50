package org.portreeve.control.store;

/**
 * The store could not do what was asked, and nothing was changed; unless that {@link #isUnknown}.
 * The message is for an operator.
 */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean isUnknown;

    private StoreException(String message, Throwable cause, boolean isUnknown) {
        super(message, cause);
        this.isUnknown = isUnknown;
    }

    /** With what went wrong beneath. */
    public StoreException(String message, Throwable cause) {
        this(message, cause, false);
    }

    /** The store was told to keep a change and did not say whether it does. */
    public static StoreException unknown(String message, Throwable cause) {
        return new StoreException(message, cause, true);
    }

    /** Whether the change may have been made; looking tells. */
    public boolean isUnknown() {
        return isUnknown;
    }

    /** For a fault that was found by looking. */
    public StoreException(String message) {
        super(message);
        this.isUnknown = false;
    }
}
