package org.portreeve.bench.traffic;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** IPv4 addresses as numbers. */
final class Octets {
    private Octets() {}

    /** The number of a dotted address. */
    static int ipv4(String dotted) {
        return ByteBuffer.wrap(address(dotted).getAddress()).getInt();
    }

    /** The address so many after another. */
    static InetAddress after(String dotted, int count) {
        byte[] octets = ByteBuffer.allocate(Integer.BYTES).putInt(ipv4(dotted) + count).array();
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("four octets are an address", e);
        }
    }

    private static InetAddress address(String dotted) {
        return InetAddress.ofLiteral(dotted);
    }
}
