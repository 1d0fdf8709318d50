package org.portreeve.daemon;

/** The node cannot start. The message is one sentence for operators. */
public final class NodeStartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A refusal that has no further cause. */
    public NodeStartException(String sentence) {
        super(sentence);
    }

    /** A refusal by the environment. */
    public NodeStartException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
