package org.portreeve.testkit.host;

import java.util.HexFormat;

/** A received UDP datagram: from where, and its payload in hexadecimal. Immutable. */
public record Datagram(String address, int port, String hex) {
    /** The payload. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }
}
