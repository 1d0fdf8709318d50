package org.portreeve.testkit.lab;

/**
 * The lab could not do what was asked: the machine, not the product, is at fault, or a wait ended.
 */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure told in a sentence for the person who started the lab. */
    public LabException(String message) {
        super(message);
    }

    /** A failure with what caused it. */
    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
