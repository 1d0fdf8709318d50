package org.portreeve.upnp.transport;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jupnp.transport.spi.NetworkAddressFactory;

/**
 * Tells the stack of the chosen inside addresses and of nothing else; what SSDP would ask is
 * answered for form, as discovery is not the stack's. Any thread.
 */
final class InsideAddresses implements NetworkAddressFactory {
    private static final byte[] SSDP_GROUP = {(byte) 239, (byte) 255, (byte) 255, (byte) 250};
    private static final int SSDP_PORT = 1900;

    private final List<NetworkInterface> devices;
    private final List<InetAddress> addresses;
    private final int httpPort;

    InsideAddresses(List<InsideLink> links, int httpPort) {
        // The stack takes addresses out of these lists.
        this.devices = new ArrayList<>(links.stream().map(InsideLink::device).toList());
        this.addresses =
                new ArrayList<>(links.stream().map(link -> (InetAddress) link.address()).toList());
        this.httpPort = httpPort;
    }

    @Override
    public InetAddress getMulticastGroup() {
        try {
            return InetAddress.getByAddress(SSDP_GROUP);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four octets are an address", e);
        }
    }

    @Override
    public int getMulticastPort() {
        return SSDP_PORT;
    }

    @Override
    public int getMulticastResponsePort() {
        return SSDP_PORT;
    }

    @Override
    public int getStreamListenPort() {
        return httpPort;
    }

    @Override
    public Iterator<NetworkInterface> getNetworkInterfaces() {
        return devices.iterator();
    }

    @Override
    public Iterator<InetAddress> getBindAddresses() {
        return addresses.iterator();
    }

    @Override
    public boolean hasUsableNetwork() {
        return !addresses.isEmpty();
    }

    @Override
    public Short getAddressNetworkPrefixLength(InetAddress address) {
        return null;
    }

    @Override
    public byte[] getHardwareAddress(InetAddress address) {
        return null;
    }

    @Override
    public InetAddress getBroadcastAddress(InetAddress address) {
        return null;
    }

    @Override
    public InetAddress getLocalAddress(
            NetworkInterface device, boolean isIpv6, InetAddress remoteAddress) {
        return addresses.getFirst();
    }

    @Override
    public void logInterfaceInformation() {
        // The node logs where the gateway is.
    }
}
