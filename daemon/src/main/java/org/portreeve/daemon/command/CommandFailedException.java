package org.portreeve.daemon.command;

/** A command cannot do its work on this host. The message is one sentence for its user. */
final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailedException(String sentence) {
        super(sentence);
    }

    CommandFailedException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
