package org.portreeve.testkit.lab;

import java.util.Locale;

/** The three network namespaces of the lab. Immutable. */
public enum Namespace {
    /** The subscribers: 100.64.0.2 and up, and all of 100.72.0.0/16. */
    SUB,
    /** The node: 100.64.0.1 on {@code eth-in}, 203.0.113.1 on {@code eth-out}. */
    CGN,
    /** The Internet: 203.0.113.2 and up. */
    INET;

    /** Its name for {@code ip netns}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
