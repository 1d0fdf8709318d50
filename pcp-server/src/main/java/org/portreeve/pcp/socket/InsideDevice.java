package org.portreeve.pcp.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.portreeve.pcp.wire.PcpAddress;

/** Finds the network devices that a listen address is listened on at. Any thread. */
final class InsideDevice {
    private InsideDevice() {}

    /**
     * The devices that control sockets of this address announce on, and have to be bound to unless
     * {@link #isLoopback}: the kernel never lets a loopback address in from a wire. That is the one
     * that has the address, or, when the loopback device has it, each that faces subscribers. Empty
     * when there is no loopback device either.
     *
     * @throws ListenException when no device has the address, or only the loopback device and none
     *     is known to face subscribers
     */
    static List<String> of(PcpAddress listen, List<String> inside) throws ListenException {
        InetAddress address = listen.inetAddress();
        try {
            if (address.isLoopbackAddress()) {
                NetworkInterface loopback =
                        NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
                return loopback == null ? List.of() : List.of(loopback.getName());
            }
            NetworkInterface device = NetworkInterface.getByInetAddress(address);
            if (device == null) {
                throw new ListenException(
                        listen + " cannot be listened on: no device has this address");
            }
            return device.isLoopback()
                    ? facingSubscribers(listen, inside)
                    : List.of(physical(device).getName());
        } catch (IOException e) {
            throw new ListenException(
                    listen + " cannot be listened on: its device is not known", e);
        }
    }

    private static List<String> facingSubscribers(PcpAddress listen, List<String> inside)
            throws ListenException, SocketException {
        if (inside.isEmpty()) {
            // Bound to it the socket would hear this host alone, unbound it would also hear
            // the outside, where anybody can write a subscriber's address into a datagram.
            throw new ListenException(
                    listen
                            + " cannot be listened on: it belongs to the loopback device;"
                            + " give the address to the device that faces the subscribers, or"
                            + " name that in translator.inside.interfaces");
        }
        List<String> names = new ArrayList<>();
        for (String name : inside) {
            if (NetworkInterface.getByName(name) == null) {
                throw new ListenException(
                        listen + " cannot be listened on at " + name + ": there is no such device");
            }
            names.add(name);
        }
        return names;
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
    static NetworkInterface physical(NetworkInterface device) {
        return device.getParent() == null ? device : device.getParent();
    }
}
