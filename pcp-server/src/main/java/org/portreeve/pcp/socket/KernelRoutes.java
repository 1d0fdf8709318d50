package org.portreeve.pcp.socket;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpFormat;

/**
 * Asks the kernel which of some devices leads to a host: a datagram socket that is connected there,
 * and sends nothing, gets the address of that device. Event loop only.
 */
final class KernelRoutes implements IntFunction<Optional<String>> {
    private final Map<SocketAddress, String> deviceOf = new HashMap<>();

    /** Looks at the addresses that the devices have now. */
    KernelRoutes(List<String> devices) {
        devices.forEach(this::look);
    }

    private void look(String name) {
        try {
            NetworkInterface device = name.isEmpty() ? null : NetworkInterface.getByName(name);
            if (device != null) {
                device.inetAddresses()
                        .filter(Inet4Address.class::isInstance)
                        .forEach(address -> deviceOf.put(key(address), name));
            }
        } catch (SocketException _) {
            // A device that is gone leads nowhere.
        }
    }

    private static SocketAddress key(InetAddress address) {
        return new InetSocketAddress(address, 0);
    }

    @Override
    public Optional<String> apply(int ip) {
        InetAddress host = PcpAddress.ofIpv4(ip).inetAddress();
        try (DatagramChannel probe = DatagramChannel.open(StandardProtocolFamily.INET)) {
            probe.connect(new InetSocketAddress(host, PcpFormat.CLIENT_PORT));
            InetSocketAddress own = (InetSocketAddress) probe.getLocalAddress();
            return Optional.ofNullable(deviceOf.get(key(own.getAddress())));
        } catch (IOException _) {
            // No route: it cannot be told anything.
            return Optional.empty();
        }
    }
}
