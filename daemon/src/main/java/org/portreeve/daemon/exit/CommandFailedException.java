package org.portreeve.daemon.exit;

/** A command cannot do its work on this host. The message is one sentence for its user. */
public final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    public CommandFailedException(String sentence) {
        super(sentence);
    }

    public CommandFailedException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
