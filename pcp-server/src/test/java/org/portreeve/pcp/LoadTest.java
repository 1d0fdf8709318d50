package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.LIFETIME;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.testkit.Conformance;

/** Many requests at once, and too many. */
class LoadTest {
    private static final RequestRate UNLIMITED = new RequestRate(1_000_000, 1_000_000);

    @Test
    @Conformance("PCP-NET-007")
    void eachOfManyPipelinedRequestsIsAnswered() throws Exception {
        try (var node = PcpNode.with(PcpNode.config(UNLIMITED), UNLIMITED);
                var client = node.client("127.4.0.1")) {
            byte[] request = announce(client.ip);
            int window = 128;
            int answered = 0;
            for (int sent = 0; sent < 20_000; sent++) {
                client.send(request);
                if (sent >= window) {
                    assertEquals(24, client.receive().length);
                    answered++;
                }
            }
            while (answered < 20_000) {
                assertEquals(24, client.receive().length);
                answered++;
            }

            assertEquals(20_000, node.counters.value(PcpCounter.RECEIVED));
            assertEquals(20_000, node.counters.value(PcpCounter.ANSWERED_SUCCESS));
        }
    }

    @Test
    @Conformance("PCP-NET-007")
    void eachOfManyMapsOfManySubscribersIsAnswered() throws Exception {
        try (var node = PcpNode.on("127.0.0.1")) {
            Set<Integer> ports = new HashSet<>();
            for (int host = 1; host <= 125; host++) {
                try (var client = node.client("127.4.1." + host)) {
                    for (int port = 1; port <= 8; port++) {
                        client.send(map(client.ip, host, UDP, port, 600));
                    }
                    for (int port = 1; port <= 8; port++) {
                        byte[] answer = client.receive();
                        assertEquals(600, u32(answer, LIFETIME));
                        ports.add(u16(answer, RawRequest.EXTERNAL_PORT));
                    }
                }
            }

            assertEquals(1000, ports.size(), "no external port has two owners");
        }
    }

    @Test
    @Conformance({"PCP-NET-009", "PCP-SRV-005"})
    void aFloodOfOneSubscriberIsDroppedAndTheOthersAreServed() throws Exception {
        var slow = PcpNode.config(new RequestRate(1, 10));
        try (var node = PcpNode.with(slow, UNLIMITED);
                var flooder = node.client("127.4.2.1");
                var other = node.client("127.4.2.2")) {
            for (int i = 0; i < 100; i++) {
                flooder.send(announce(flooder.ip));
            }

            other.ask(0, announce(other.ip));

            // A busy machine may take seconds, each of which brings a token.
            assertTrue(node.counters.value(PcpCounter.RATE_LIMITED_CLIENT) >= 60);
            assertTrue(node.counters.value(PcpCounter.ANSWERED_SUCCESS) >= 11);
        }
    }

    @Test
    @Conformance("PCP-PF-004")
    void whoTriesOnePortAfterAnotherIsSlowedDownAndTheOthersAreServed() throws Exception {
        var slow = PcpNode.config(new RequestRate(1, 10));
        try (var node = PcpNode.with(slow, UNLIMITED);
                var scanner = node.client("127.4.5.1");
                var other = node.client("127.4.5.2")) {
            for (int port = 4_001; port < 4_301; port++) {
                byte[] any = RawRequest.ANY_IPV4;
                scanner.send(map(scanner.ip, 1, UDP, 80, 600, port, any, preferFailure()));
            }

            other.ask(
                    0, map(other.ip, 1, UDP, 80, 600, 4000, RawRequest.ANY_IPV4, preferFailure()));

            // The burst of 10, and one for each second that this takes.
            assertTrue(node.counters.value(PcpCounter.RATE_LIMITED_CLIENT) >= 270);
        }
    }

    @Test
    @Timeout(30)
    @Conformance("PCP-NET-009")
    void aFloodOfAllTogetherIsDropped() throws Exception {
        try (var node = PcpNode.with(PcpNode.config(UNLIMITED), new RequestRate(1, 10));
                var fence = node.client("127.4.3.200")) {
            for (int host = 1; host <= 50; host++) {
                try (var client = node.client("127.4.3." + host)) {
                    client.send(announce(client.ip));
                }
            }
            // Time that passes before the flood is looked at would give it the tokens of the fence.
            while (node.counters.value(PcpCounter.RECEIVED) < 50) {
                Thread.onSpinWait();
            }
            node.skipSeconds(60);
            fence.ask(0, announce(fence.ip));

            assertTrue(node.counters.value(PcpCounter.RATE_LIMITED_TOTAL) >= 20);
        }
    }

    /** What counts all, what was said unasked, and what befell answers. */
    private static final Set<PcpCounter> ABOUT_NO_DATAGRAM =
            EnumSet.of(
                    PcpCounter.RECEIVED,
                    PcpCounter.ANSWER_UNSENT,
                    PcpCounter.ANNOUNCED_LINK,
                    PcpCounter.ANNOUNCED_CLIENT,
                    PcpCounter.UPDATED);

    @Test
    void eachDatagramEndsInOneCounter() throws Exception {
        var slow = PcpNode.config(new RequestRate(1, 20));
        try (var node = PcpNode.with(slow, UNLIMITED);
                var fence = node.client("127.4.4.1");
                var client = node.client("127.4.4.2")) {
            for (int length = 0; length < 100; length++) {
                client.send(Arrays.copyOf(map(client.ip, 1, UDP, 80, 600), length));
            }
            fence.ask(0, map(fence.ip, 1, UDP, 80, 600));
            fence.ask(0, announce(fence.ip));

            long ended =
                    Arrays.stream(PcpCounter.values())
                            .filter(c -> !ABOUT_NO_DATAGRAM.contains(c))
                            .mapToLong(node.counters::value)
                            .sum();
            assertEquals(102, node.counters.value(PcpCounter.RECEIVED));
            assertEquals(102, ended);
        }
    }
}
