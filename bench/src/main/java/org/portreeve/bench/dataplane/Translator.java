package org.portreeve.bench.dataplane;

/** What stands between the subscribers and the Internet. Immutable. */
public enum Translator {
    /** Nothing: the kernel forwards. */
    FORWARDING("plain forwarding"),
    /** The kernel's NAT, which the others are compared with. */
    KERNEL("kernel NAT (nft)"),
    /** The product. */
    PORTREEVE("Portreeve");

    private final String label;

    Translator(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }
}
