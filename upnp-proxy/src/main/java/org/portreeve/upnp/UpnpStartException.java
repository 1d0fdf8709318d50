package org.portreeve.upnp;

/** The gateway cannot start; the message says to an operator what is in the way. */
public final class UpnpStartException extends Exception {
    private static final long serialVersionUID = 1;

    UpnpStartException(String message) {
        super(message);
    }

    UpnpStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
