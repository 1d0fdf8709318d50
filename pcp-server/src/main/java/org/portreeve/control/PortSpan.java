package org.portreeve.control;

/**
 * Which internal ports a mapping has that an answer is about (RFC 7753 §4.2); the external ones
 * follow each other in the same way. Immutable.
 *
 * @param internalPort the first
 * @param size how many, at least 1
 */
public record PortSpan(int internalPort, int size) {
    /** The internal port that was asked for, alone. */
    public static final PortSpan ASKED = new PortSpan(0, 1);

    /** Whether an internal port is one of them. */
    public boolean contains(int port) {
        return this.equals(ASKED) || (internalPort <= port && port < internalPort + size);
    }

    /** Whether there are several. */
    public boolean isSet() {
        return size > 1;
    }
}
