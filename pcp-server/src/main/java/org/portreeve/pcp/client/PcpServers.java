package org.portreeve.pcp.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpFormat;

/** Where a client without a configured server looks for one (RFC 6887 §8.1). Any thread. */
public final class PcpServers {
    private static final int LOCAL_NODE = Ipv4.of("127.0.0.1");

    /** RFC 7723 §4: whichever server is on the way out takes this one. */
    private static final int ANYCAST = Ipv4.of("192.0.0.9");

    private static final Path ROUTE_TABLE = Path.of("/proc/net/route");

    private PcpServers() {}

    /** The candidates of this host. */
    public static List<InetSocketAddress> ofThisHost() throws IOException {
        try (Stream<String> lines = Files.lines(ROUTE_TABLE)) {
            return candidates(lines);
        } catch (NoSuchFileException e) {
            return candidates(Stream.empty());
        }
    }

    /**
     * A node on this host, then the default gateway, then the anycast address.
     *
     * @param routeTable the lines of {@code /proc/net/route}
     */
    public static List<InetSocketAddress> candidates(Stream<String> routeTable) {
        List<InetSocketAddress> candidates = new ArrayList<>();
        candidates.add(server(LOCAL_NODE));
        defaultGateway(routeTable).ifPresent(gateway -> candidates.add(server(gateway)));
        candidates.add(server(ANYCAST));
        return List.copyOf(candidates);
    }

    /** The first candidate that answers; each is asked once, those after it not at all. */
    public static Optional<InetSocketAddress> firstAnswering(
            List<InetSocketAddress> candidates, Predicate<InetSocketAddress> answers) {
        return candidates.stream().filter(answers).findFirst();
    }

    /** The gateway of the default route with the lowest metric, or empty when there is none. */
    static OptionalInt defaultGateway(Stream<String> routeTable) {
        Optional<Route> best =
                routeTable
                        .flatMap(line -> Route.parse(line).stream())
                        .filter(Route::isDefault)
                        .min(Comparator.comparingLong(Route::metric));
        return best.isPresent() ? OptionalInt.of(best.get().gatewayIp()) : OptionalInt.empty();
    }

    private static InetSocketAddress server(int ip) {
        return new InetSocketAddress(PcpAddress.ofIpv4(ip).inetAddress(), PcpFormat.SERVER_PORT);
    }

    /** A line of the kernel's table. */
    private record Route(int destinationIp, int maskIp, int gatewayIp, int flags, long metric) {
        private static final int DESTINATION = 1;
        private static final int GATEWAY = 2;
        private static final int FLAGS = 3;
        private static final int METRIC = 6;
        private static final int MASK = 7;

        /** RTF_UP and RTF_GATEWAY: in use, and through a router. */
        private static final int UP_THROUGH_GATEWAY = 3;

        /** The route, or empty for the heading and for what is not a route. */
        static Optional<Route> parse(String line) {
            String[] columns = line.trim().split("\\s+", -1);
            if (columns.length <= MASK) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        new Route(
                                ip(columns[DESTINATION]),
                                ip(columns[MASK]),
                                ip(columns[GATEWAY]),
                                Integer.parseUnsignedInt(columns[FLAGS], 16),
                                Long.parseLong(columns[METRIC])));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        /** The kernel prints addresses as numbers in the order of its processor. */
        private static int ip(String column) {
            int number = Integer.parseUnsignedInt(column, 16);
            boolean little = ByteOrder.nativeOrder().equals(ByteOrder.LITTLE_ENDIAN);
            return little ? Integer.reverseBytes(number) : number;
        }

        boolean isDefault() {
            boolean usable = (flags & UP_THROUGH_GATEWAY) == UP_THROUGH_GATEWAY;
            return usable && destinationIp == 0 && maskIp == 0 && gatewayIp != 0;
        }
    }
}
