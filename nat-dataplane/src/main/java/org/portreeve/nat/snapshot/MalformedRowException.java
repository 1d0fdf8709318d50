package org.portreeve.nat.snapshot;

/** A row holds what no node writes. Only met while a snapshot is looked at. */
final class MalformedRowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedRowException(String message) {
        super(message);
    }
}
