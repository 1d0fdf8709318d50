package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.portreeve.natpmp.RawNatPmp.TCP;
import static org.portreeve.natpmp.RawNatPmp.UDP;
import static org.portreeve.natpmp.RawNatPmp.delete;
import static org.portreeve.natpmp.RawNatPmp.externalPort;
import static org.portreeve.natpmp.RawNatPmp.map;
import static org.portreeve.natpmp.RawNatPmp.result;
import static org.portreeve.natpmp.RawNatPmp.u16;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.RawRequest;
import org.portreeve.testkit.Conformance;

/** The companion of a mapped port is kept for the same host: raw octets over real sockets. */
class CompanionTest {
    private static final String CLIENT = "127.1.0.1";
    private static final String OTHER = "127.1.0.2";

    private static byte[] pcpMap(String ip, int protocol, int port, int suggested) {
        return RawRequest.map(ip, 1, protocol, port, 600, suggested, RawRequest.ANY_IPV4);
    }

    private static PcpNode node(int firstPort, int lastPort, int quota) {
        var nat = PcpNode.nat(List.of(PcpNode.EXTERNAL), new PortRange(firstPort, lastPort), quota);
        return PcpNode.with(
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000)),
                PcpServer.TOTAL);
    }

    @Test
    @Conformance("NPM-037")
    void onlyTheSameHostGetsTheCompanion() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            assertEquals(7000, externalPort(client.ask(map(TCP, 8080, 7000, 600))));

            byte[] foreign = other.ask(map(UDP, 8080, 7000, 600));
            assertEquals(0, result(foreign));
            assertNotEquals(7000, externalPort(foreign));
            byte[] byPcp = other.ask(pcpMap(OTHER, RawRequest.UDP, 8081, 7000));
            assertEquals(0, byPcp[RawRequest.RESULT]);
            assertNotEquals(7000, u16(byPcp, RawRequest.EXTERNAL_PORT));

            assertEquals(7000, externalPort(client.ask(map(UDP, 9000, 7000, 600))));
        }
    }

    @Test
    @Conformance("NPM-037")
    void whoInsistsOnAForeignCompanionIsRefused() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            client.ask(map(TCP, 8080, 7000, 600));

            byte[] answer =
                    other.ask(
                            RawRequest.map(
                                    OTHER,
                                    1,
                                    RawRequest.UDP,
                                    8080,
                                    600,
                                    7000,
                                    RawRequest.ANY_IPV4,
                                    RawRequest.preferFailure()));

            assertEquals(11, answer[RawRequest.RESULT]);
        }
    }

    @Test
    @Conformance("NPM-037")
    void aPortWhoseCompanionIsTakenIsNotGiven() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            other.ask(pcpMap(OTHER, RawRequest.UDP, 8080, 7000));

            byte[] answer = client.ask(map(TCP, 8080, 7000, 600));

            assertEquals(0, result(answer));
            assertNotEquals(7000, externalPort(answer));
        }
    }

    @Test
    @Conformance("NPM-037")
    void aPortWhoseCompanionStaffReservedForAnotherHostIsNotGiven() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            var draft =
                    new ReservationDraft(
                            InternalTuple.of(Protocol.TCP, Ipv4.of(OTHER), 8080),
                            OptionalInt.empty(),
                            7000,
                            "web");
            node.reservations()
                    .create(draft, Resolution.REFUSE, "ada")
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);

            byte[] foreign = client.ask(map(UDP, 8080, 7000, 600));
            byte[] own = other.ask(map(UDP, 8080, 7000, 600));

            assertEquals(0, result(foreign));
            assertNotEquals(7000, externalPort(foreign));
            assertEquals(7000, externalPort(own));
        }
    }

    @Test
    @Conformance("NPM-037")
    void theReservationEndsWithTheMapping() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            client.ask(map(TCP, 8080, 7000, 600));
            client.ask(delete(TCP, 8080));

            byte[] answer = other.ask(pcpMap(OTHER, RawRequest.UDP, 8080, 7000));

            assertEquals(7000, u16(answer, RawRequest.EXTERNAL_PORT));
        }
    }

    @Test
    @Conformance("NPM-037")
    void anUnsuggestedPortIsNeverAForeignCompanion() throws Exception {
        try (var node = node(2000, 2007, 4);
                var client = node.client(CLIENT);
                var other = node.client(OTHER);
                var third = node.client("127.1.0.3")) {
            for (int i = 0; i < 4; i++) {
                assertEquals(2000 + i, externalPort(client.ask(map(TCP, 80 + i, 2000 + i, 600))));
            }
            for (int i = 0; i < 4; i++) {
                byte[] answer = other.ask(pcpMap(OTHER, RawRequest.UDP, 80 + i, 0));
                assertEquals(0, answer[RawRequest.RESULT]);
                int port = u16(answer, RawRequest.EXTERNAL_PORT);
                assertEquals(1, port >>> 2 & 1, () -> "got companion " + port);
            }
            // What is left is kept for the first host.
            byte[] refused = third.ask(pcpMap("127.1.0.3", RawRequest.UDP, 80, 0));
            assertEquals(8, refused[RawRequest.RESULT]);
        }
    }

    @Test
    @Conformance("NPM-038")
    void companionsCostNoQuotaAndAreNoMoreThanTheMappings() throws Exception {
        try (var node = node(1024, 16_383, 4);
                var client = node.client(CLIENT);
                var other = node.client(OTHER)) {
            for (int i = 0; i < 4; i++) {
                assertEquals(7000 + i, externalPort(client.ask(map(TCP, 80 + i, 7000 + i, 600))));
            }
            assertEquals(4, result(client.ask(map(TCP, 84, 7004, 600))));

            // Each is still kept from the others, and nothing next to them is.
            for (int i = 0; i < 3; i++) {
                byte[] answer = other.ask(map(UDP, 80 + i, 7000 + i, 600));
                assertNotEquals(7000 + i, externalPort(answer));
            }
            assertEquals(6999, externalPort(other.ask(map(UDP, 84, 6999, 600))));
            client.ask(delete(TCP, 83));
            assertEquals(7000, externalPort(client.ask(map(UDP, 80, 7000, 600))));
        }
    }
}
