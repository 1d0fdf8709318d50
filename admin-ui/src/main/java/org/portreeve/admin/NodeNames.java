package org.portreeve.admin;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the node may be called in a browser. Immutable.
 *
 * @param lasting what it is called as long as nobody changes its configuration
 * @param passing IPv4 addresses of its interfaces, when it listens on all of them; links come and
 *     go
 */
record NodeNames(Set<String> lasting, Set<String> passing) {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    /** Takes copies. */
    NodeNames {
        lasting = Set.copyOf(lasting);
        passing = Set.copyOf(passing);
    }

    /** The names of this machine, listening there; blocks. */
    static NodeNames of(String listenHost) throws IOException {
        String hostName = Files.isReadable(HOST_NAME) ? Files.readString(HOST_NAME).strip() : "";
        InetAddress listen = InetAddress.getByName(listenHost);
        Stream<InetAddress> own =
                NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses);
        return of(hostName, listen, own);
    }

    /** The names of a machine of this name and these addresses, whatever they are. */
    static NodeNames of(String hostName, InetAddress listen, Stream<InetAddress> own) {
        var lasting = new TreeSet<>(Set.of("localhost", "127.0.0.1"));
        if (hostName.matches("[A-Za-z0-9.-]{1,253}")) {
            lasting.add(hostName);
        }
        if (!listen.isAnyLocalAddress()) {
            ipv4(Stream.of(listen)).forEach(lasting::add);
            return new NodeNames(lasting, Set.of());
        }
        return new NodeNames(lasting, ipv4(own).collect(Collectors.toSet()));
    }

    /** It listens on IPv4; an IPv6 address may have a zone too, which no certificate knows. */
    private static Stream<String> ipv4(Stream<InetAddress> addresses) {
        return addresses
                .filter(Inet4Address.class::isInstance)
                .filter(address -> !address.isLinkLocalAddress())
                .map(InetAddress::getHostAddress);
    }

    /** All of them, to add more to. */
    Set<String> all() {
        var all = new TreeSet<>(lasting);
        all.addAll(passing);
        return all;
    }
}
