package org.portreeve.upnp.xml;

/** The body of a request is not XML that we read; for the shell, which answers 400. */
public final class BadXmlException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadXmlException(Throwable cause) {
        super("a request body could not be read as XML", cause);
    }
}
