package org.portreeve.nat.io.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Installs and removes what leads packets to the translator: rules, routes and kernel settings
 * ({@link RoutePlan}). Nothing is undone when a node stops: its devices go, its blackholes stay, so
 * that nothing leaves untranslated until {@link #clean}. The thread that starts and stops the node;
 * blocks.
 */
public final class Routes {
    private Routes() {}

    /**
     * Makes the opened devices ready, so that the kernel drops forged sources from here on; packets
     * are not led yet. The message of the exception says what the operator has to do.
     */
    public static void prepare(RouteConfig config) throws IOException {
        prepare(config, installed());
    }

    private static void prepare(RouteConfig config, InstalledRoutes installed) throws IOException {
        refuseOtherNodes(config, installed);
        refusePoolAddressesOfThisHost(config);
        KernelSettings.prepareDevices(config);
    }

    /**
     * Leads packets to the opened devices; what an earlier start left is replaced without a gap.
     * The message of the exception says what the operator has to do.
     */
    public static void install(RouteConfig config) throws IOException {
        InstalledRoutes installed = installed();
        prepare(config, installed);
        IpRoute2.batch(RoutePlan.install(config, installed));
        KernelSettings.forward(config);
    }

    private static void refuseOtherNodes(RouteConfig config, InstalledRoutes installed)
            throws IOException {
        for (String device : installed.devices()) {
            if (!device.equals(config.insideTun()) && !device.equals(config.outsideTun())) {
                throw new IOException(
                        "another node leads packets to " + device + ": stop it, or run clean");
            }
        }
    }

    /**
     * Removes the rules and routes that nodes leave on purpose, and returns how many commands that
     * took: none when nothing was left. Kernel settings stay as they are. Refused while a node
     * runs.
     */
    public static int clean() throws IOException {
        InstalledRoutes installed = installed();
        for (String device : new TreeSet<>(installed.devices())) {
            if (IpRoute2.output("-d", "link", "show", "dev", device).contains("persist off")) {
                throw new IOException(device + " is held by a running node: stop it first");
            }
        }
        List<String> commands = RoutePlan.clean(installed);
        IpRoute2.batch(commands);
        return commands.size();
    }

    private static InstalledRoutes installed() throws IOException {
        return InstalledRoutes.parse(
                IpRoute2.output("-N", "rule", "show"),
                IpRoute2.output(
                        "-N",
                        "route",
                        "show",
                        "table",
                        "all",
                        "protocol",
                        "" + RoutePlan.PROTOCOL));
    }

    /** The kernel delivers them to itself before any rule is asked. */
    private static void refusePoolAddressesOfThisHost(RouteConfig config) throws IOException {
        Set<String> found = new TreeSet<>();
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> isInPool(config, address))
                .forEach(address -> found.add(address.getHostAddress()));
        if (!found.isEmpty()) {
            throw new IOException(
                    "pool addresses are set on an interface of this host, where the translator"
                            + " would never see their packets; remove them: "
                            + String.join(", ", found));
        }
    }

    private static boolean isInPool(RouteConfig config, InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == Integer.BYTES
                && config.pool().stream()
                        .anyMatch(prefix -> prefix.contains(ByteBuffer.wrap(octets).getInt()));
    }
}
