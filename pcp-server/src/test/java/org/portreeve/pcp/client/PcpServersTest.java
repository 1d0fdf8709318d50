package org.portreeve.pcp.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a client looks for its server, from routing tables as the kernel prints them. */
class PcpServersTest {
    private static final String HEADING =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
    private static final String LINK = "eth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0";
    private static final String DEFAULT_METRIC_100 =
            "eth0\t00000000\t0102000A\t0003\t0\t0\t100\t00000000\t0\t0\t0";
    private static final String DEFAULT_METRIC_50 =
            "wlan0\t00000000\tFE01A8C0\t0003\t0\t0\t50\t00000000\t0\t0\t0";
    private static final String DEFAULT_DOWN =
            "eth1\t00000000\t0101A8C0\t0002\t0\t0\t1\t00000000\t0\t0\t0";
    private static final String DEFAULT_WITHOUT_GATEWAY =
            "ppp0\t00000000\t00000000\t0001\t0\t0\t1\t00000000\t0\t0\t0";
    private static final String HALF_OF_EVERYTHING =
            "tun0\t00000000\t0101A8C0\t0003\t0\t0\t1\t00000080\t0\t0\t0";

    @BeforeEach
    void tablesAreOfALittleEndianMachine() {
        assumeTrue(ByteOrder.nativeOrder().equals(ByteOrder.LITTLE_ENDIAN), "big-endian machine");
    }

    @Test
    void localNodeComesFirstThenTheGatewayThenAnycast() {
        assertEquals(
                List.of("127.0.0.1:5351", "10.0.2.1:5351", "192.0.0.9:5351"),
                candidates(HEADING, LINK, DEFAULT_METRIC_100));
    }

    @Test
    void hostWithoutADefaultRouteAsksAnycastAfterTheLocalNode() {
        List<String> expected = List.of("127.0.0.1:5351", "192.0.0.9:5351");

        assertEquals(expected, candidates(HEADING, LINK));
        assertEquals(expected, candidates());
        assertEquals(expected, candidates("", "x", "eth0 zz zz zz 0 0 zz zz"));
    }

    @Test
    void gatewayOfTheLowestMetricIsTaken() {
        assertEquals(
                "192.168.1.254:5351",
                candidates(HEADING, DEFAULT_METRIC_100, DEFAULT_METRIC_50).get(1));
    }

    @Test
    void onlyWholeUsableDefaultRoutesCount() {
        assertEquals(
                "10.0.2.1:5351",
                candidates(
                                DEFAULT_DOWN,
                                DEFAULT_WITHOUT_GATEWAY,
                                HALF_OF_EVERYTHING,
                                DEFAULT_METRIC_100)
                        .get(1));
    }

    @Test
    void candidatesAfterTheFirstThatAnswersAreNotAsked() {
        List<InetSocketAddress> all = PcpServers.candidates(Stream.of(DEFAULT_METRIC_100));
        List<InetSocketAddress> asked = new ArrayList<>();

        Optional<InetSocketAddress> found =
                PcpServers.firstAnswering(
                        all,
                        server -> {
                            asked.add(server);
                            return server.equals(all.get(1));
                        });

        assertEquals(all.get(1), found.orElseThrow());
        assertEquals(all.subList(0, 2), asked);
        assertTrue(PcpServers.firstAnswering(all, _ -> false).isEmpty());
    }

    private static List<String> candidates(String... routeTable) {
        return PcpServers.candidates(Stream.of(routeTable)).stream()
                .map(server -> server.getAddress().getHostAddress() + ":" + server.getPort())
                .toList();
    }
}
