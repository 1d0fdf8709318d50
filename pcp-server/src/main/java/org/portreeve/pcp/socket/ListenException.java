package org.portreeve.pcp.socket;

/** A control socket cannot be opened; the message is a sentence for the operator. */
public final class ListenException extends Exception {
    private static final long serialVersionUID = 1;

    ListenException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    ListenException(String sentence) {
        super(sentence);
    }
}
