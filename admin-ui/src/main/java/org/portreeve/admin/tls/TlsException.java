package org.portreeve.admin.tls;

/** A certificate or key that cannot be used; the message tells an operator which and why. */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1;

    TlsException(String message) {
        super(message);
    }

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}
