package org.portreeve.pcp.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;
import org.portreeve.nat.Ipv4;

/** Finds the network device that a listen address belongs to. Any thread. */
final class InsideDevice {
    private InsideDevice() {}

    /**
     * The device that a control socket of this address announces on, and has to be bound to unless
     * {@link #isLoopback}: the kernel never lets a loopback address in from a wire. Empty when
     * there is no loopback device either.
     *
     * @throws ListenException when no device, or only the loopback device, has the address
     */
    static Optional<String> of(int ip) throws ListenException {
        InetAddress address = InetAddress.ofLiteral(Ipv4.format(ip));
        try {
            if (address.isLoopbackAddress()) {
                return Optional.ofNullable(
                                NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()))
                        .map(NetworkInterface::getName);
            }
            NetworkInterface device = NetworkInterface.getByInetAddress(address);
            if (device == null) {
                throw new ListenException(
                        Ipv4.format(ip) + " cannot be listened on: no device has this address");
            }
            if (device.isLoopback()) {
                // Bound to it the socket would hear this host alone, unbound it would also hear
                // the outside, where anybody can write a subscriber's address into a datagram.
                throw new ListenException(
                        Ipv4.format(ip)
                                + " cannot be listened on: it belongs to the loopback device;"
                                + " give the address to the device that faces the subscribers");
            }
            return Optional.of(physical(device).getName());
        } catch (IOException e) {
            throw new ListenException(
                    Ipv4.format(ip) + " cannot be listened on: its device is not known", e);
        }
    }

    /** Whether this is the loopback device. */
    static boolean isLoopback(String name) {
        try {
            NetworkInterface device = NetworkInterface.getByName(name);
            return device != null && device.isLoopback();
        } catch (SocketException _) {
            // It is gone: to be bound to it is then refused, which says so.
            return false;
        }
    }

    /** The device itself where the JDK shows a labelled address as a device of its own. */
    private static NetworkInterface physical(NetworkInterface device) {
        return device.getParent() == null ? device : device.getParent();
    }
}
