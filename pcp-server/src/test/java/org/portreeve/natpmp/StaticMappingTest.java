package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.INTERNAL_PORT;
import static org.portreeve.natpmp.RawNatPmp.TCP;
import static org.portreeve.natpmp.RawNatPmp.UDP;
import static org.portreeve.natpmp.RawNatPmp.delete;
import static org.portreeve.natpmp.RawNatPmp.externalPort;
import static org.portreeve.natpmp.RawNatPmp.lifetime;
import static org.portreeve.natpmp.RawNatPmp.map;
import static org.portreeve.natpmp.RawNatPmp.result;
import static org.portreeve.natpmp.RawNatPmp.u16;

import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.portreeve.control.reservation.ReservationDraft;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.RawClient;
import org.portreeve.testkit.Conformance;

/** NAT-PMP against a static forward: raw octets over real sockets. */
class StaticMappingTest {
    private static final String CLIENT = "127.1.0.1";
    private static final int PORT = 8080;
    private static final int EXTERNAL = 443;

    private PcpNode node;
    private RawClient client;

    @BeforeEach
    void start() throws Exception {
        node = PcpNode.on("127.0.0.1");
        client = node.client(CLIENT);
        var draft =
                new ReservationDraft(
                        InternalTuple.of(Protocol.TCP, Ipv4.of(CLIENT), PORT),
                        OptionalInt.empty(),
                        EXTERNAL,
                        "web");
        ReservationOutcome outcome =
                node.reservations()
                        .create(draft, Resolution.REFUSE, "ada")
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS);
        assertInstanceOf(ReservationOutcome.Saved.class, outcome);
    }

    @AfterEach
    void stop() {
        client.close();
        node.close();
    }

    @Test
    @Conformance("NPM-041")
    void theLifetimeOfAStaticMappingIsTheOneThatWasAsked() throws Exception {
        for (long seconds : new long[] {60, 3600}) {
            byte[] answer = client.ask(map(TCP, PORT, 9999, seconds));

            assertEquals(0, result(answer));
            assertEquals(PORT, u16(answer, INTERNAL_PORT));
            assertEquals(EXTERNAL, externalPort(answer));
            assertEquals(seconds, lifetime(answer));
        }
    }

    @Test
    @Conformance("NPM-063")
    void aStaticMappingIsNotDeleted() throws Exception {
        byte[] answer = client.ask(delete(TCP, PORT));

        assertEquals(2, result(answer));
        assertEquals(0, lifetime(answer));
        assertEquals(PORT, u16(answer, INTERNAL_PORT));
        assertEquals(EXTERNAL, externalPort(answer));
        int witness = externalPort(client.ask(map(UDP, 9, 0, 86_400)));
        assertTrue(new Inbound(node, witness).arrives(Inbound.TCP, EXTERNAL, CLIENT, PORT));
    }

    @Test
    @Conformance({"NPM-039", "NPM-041"})
    void theLifetimeOfAStaticMappingIsCapped() throws Exception {
        byte[] answer = client.ask(map(TCP, PORT, 9999, 1_000_000_000));

        assertEquals(EXTERNAL, externalPort(answer));
        assertEquals(86_400, lifetime(answer));
    }

    @Test
    @Conformance({"NPM-063", "NPM-066"})
    void aStaticMappingIsWhatIsLeftOfAllThatIsDeleted() throws Exception {
        int witness = externalPort(client.ask(map(RawNatPmp.UDP, 9, 0, 86_400)));
        var inbound = new Inbound(node, witness);
        client.ask(map(TCP, 5001, 7001, 600));
        client.ask(map(TCP, 5002, 7002, 600));

        byte[] answer = client.ask(delete(TCP, 0));

        assertEquals(2, result(answer));
        assertEquals(0, u16(answer, INTERNAL_PORT));
        assertEquals(0, lifetime(answer));
        assertFalse(inbound.arrives(Inbound.TCP, 7001, CLIENT, 5001));
        assertFalse(inbound.arrives(Inbound.TCP, 7002, CLIENT, 5002));
        assertTrue(inbound.arrives(Inbound.TCP, EXTERNAL, CLIENT, PORT));
    }
}
