package org.portreeve.daemon;

/** Which version of the product this is. */
public final class Version {
    /** As packages and records carry it. */
    public static final String TEXT = "0.1.0";

    private Version() {}
}
