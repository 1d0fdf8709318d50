package org.portreeve.upnp.igd;

/** By which version of WANIPConnection an action was called; errors and lists depend on it. */
public enum IgdVersion {
    V1(1),
    V2(2);

    private final int number;

    IgdVersion(int number) {
        this.number = number;
    }

    /** The number at the end of its types. */
    public int number() {
        return number;
    }
}
