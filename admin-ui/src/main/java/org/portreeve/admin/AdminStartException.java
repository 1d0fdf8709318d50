package org.portreeve.admin;

/** The admin server or the control socket cannot start; the message tells an operator why. */
public final class AdminStartException extends Exception {
    private static final long serialVersionUID = 1;

    AdminStartException(String message, Throwable cause) {
        super(message, cause);
    }

    AdminStartException(String message) {
        super(message);
    }
}
