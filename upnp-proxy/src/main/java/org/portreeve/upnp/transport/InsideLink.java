package org.portreeve.upnp.transport;

import java.net.Inet4Address;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.portreeve.nat.Prefix;

/**
 * An inside interface with the address that the gateway has there. Immutable.
 *
 * @param onLink the addresses of hosts on the link
 */
public record InsideLink(NetworkInterface device, Inet4Address address, Prefix onLink) {
    /** The link of an interface, or empty when there is none of this name with an IPv4 address. */
    public static Optional<InsideLink> named(String name) {
        try {
            NetworkInterface device = NetworkInterface.getByName(name);
            return device == null
                    ? Optional.empty()
                    : device.getInterfaceAddresses().stream()
                            .filter(address -> address.getAddress() instanceof Inet4Address)
                            .findFirst()
                            .map(address -> of(device, address));
        } catch (SocketException e) {
            return Optional.empty();
        }
    }

    /** Its address as dotted quads. */
    public String host() {
        return address.getHostAddress();
    }

    private static InsideLink of(NetworkInterface device, InterfaceAddress address) {
        var own = (Inet4Address) address.getAddress();
        int length = address.getNetworkPrefixLength();
        int mask = length == 0 ? 0 : -1 << (32 - length);
        int network = ByteBuffer.wrap(own.getAddress()).getInt() & mask;
        return new InsideLink(device, own, new Prefix(network, length));
    }
}
