package org.portreeve.pcp.socket;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpFormat;

/**
 * Asks the kernel which device leads to a host: a datagram socket that is connected there, and
 * sends nothing, gets the address of that device. Event loop only.
 */
final class KernelRoutes implements Function<PcpAddress, Optional<String>> {
    private final Map<InetAddress, String> deviceOf = new HashMap<>();

    /** Families in which a device has no address: the kernel lends it one of another device. */
    private final Set<StandardProtocolFamily> borrowed = new HashSet<>();

    /** Looks at the addresses that the inside devices have now. */
    KernelRoutes(List<String> devices) {
        devices.forEach(this::look);
    }

    private void look(String name) {
        try {
            NetworkInterface device = name.isEmpty() ? null : NetworkInterface.getByName(name);
            if (device != null) {
                List<InetAddress> own = device.inetAddresses().map(KernelRoutes::plain).toList();
                own.forEach(address -> deviceOf.put(address, name));
                noteBorrowed(own);
            }
        } catch (SocketException _) {
            // A device that is gone leads nowhere.
        }
    }

    private void noteBorrowed(List<InetAddress> own) {
        if (own.stream().noneMatch(Inet4Address.class::isInstance)) {
            borrowed.add(StandardProtocolFamily.INET);
        }
        // One of the link is of no use for hosts that are further away.
        if (own.stream().noneMatch(a -> a instanceof Inet6Address && !a.isLinkLocalAddress())) {
            borrowed.add(StandardProtocolFamily.INET6);
        }
    }

    /** Without the device that the JDK notes beside an IPv6 address. */
    private static InetAddress plain(InetAddress address) {
        return PcpAddress.of(address).inetAddress();
    }

    @Override
    public Optional<String> apply(PcpAddress address) {
        StandardProtocolFamily family =
                address.isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        InetAddress host = address.inetAddress();
        try (DatagramChannel probe = DatagramChannel.open(family)) {
            probe.connect(new InetSocketAddress(host, PcpFormat.CLIENT_PORT));
            InetSocketAddress own = (InetSocketAddress) probe.getLocalAddress();
            InetAddress plain = plain(own.getAddress());
            Optional<String> inside = Optional.ofNullable(deviceOf.get(plain));
            return inside.isPresent() || borrowed.contains(family) ? inside : other(plain);
        } catch (IOException | UnsupportedOperationException _) {
            // No route: it cannot be told anything.
            return Optional.empty();
        }
    }

    /** A device that is none of the inside's; the loopback device lends its addresses to all. */
    private static Optional<String> other(InetAddress own) throws SocketException {
        return Optional.ofNullable(NetworkInterface.getByInetAddress(own))
                .map(InsideDevice::physical)
                .map(NetworkInterface::getName)
                .filter(name -> !InsideDevice.isLoopback(name));
    }
}
