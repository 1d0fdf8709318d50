package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u32;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.Nonce;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.view.DrainMode;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.pcp.client.MappingWish;
import org.portreeve.pcp.client.PcpClient;
import org.portreeve.pcp.client.PcpOutcome;
import org.portreeve.testkit.Conformance;

/** Whose epoch begins anew when an external address leaves: raw octets over real sockets. */
@Timeout(60)
class PoolEpochTest {
    private static final String FIRST = "198.51.100.7";
    private static final String SECOND = "198.51.100.8";
    private static final String CONCERNED = "127.3.0.9";
    private static final String OTHER = "127.3.0.10";
    private static final int LONG_AGO = 5_000;

    private PcpNode node;
    private RawClient concerned;
    private RawClient other;
    private String staying;

    /** Two clients with an address each; the first one's is to leave. */
    @BeforeEach
    void start() throws Exception {
        var nat = PcpNode.nat(List.of(FIRST, SECOND), new PortRange(1024, 16_383), 8);
        var config =
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000));
        node = PcpNode.with(config, PcpServer.TOTAL);
        concerned = node.client(CONCERNED);
        other = node.client(OTHER);
        int leaving = externalIp(concerned.ask(0, map(CONCERNED, 1, UDP, 7000, 86_400)));
        int kept = externalIp(other.ask(0, map(OTHER, 1, UDP, 7000, 86_400)));
        assertNotEquals(leaving, kept);
        staying = Ipv4.format(kept);
        node.skipSeconds(LONG_AGO);
    }

    @AfterEach
    void stop() {
        concerned.close();
        other.close();
        node.close();
    }

    private static int externalIp(byte[] answer) {
        return (int) u32(answer, EXTERNAL_ADDRESS + 12);
    }

    private static long epoch(RawClient client, String ip) throws Exception {
        return u32(client.ask(0, announce(ip)), EPOCH);
    }

    /** The first datagram that is an announcement: an answer on its way has come before it. */
    private static byte[] announced(RawClient client) throws Exception {
        byte[] heard = client.receive();
        while (heard.length != 24) {
            heard = client.receive();
        }
        return heard;
    }

    @Test
    @Conformance("PCP-EPO-003")
    void theClientOfAWithdrawnAddressHearsAndSeesAReset() throws Exception {
        assertTrue(epoch(concerned, CONCERNED) >= LONG_AGO);

        node.usePool(DrainMode.WAIT, staying);

        byte[] heard = announced(concerned);
        assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 0, 0, 0, 0, 0}, slice(heard, 0, EPOCH));
        assertTrue(u32(heard, EPOCH) < 30);
        assertTrue(epoch(concerned, CONCERNED) < 30);
    }

    /** Its lease is of another port of the host; all clients of the host are told. */
    @Test
    @Conformance("PCP-ANN-011")
    void ourOwnClientHearsItWhileItWaits() throws Exception {
        InetAddress host = InetAddress.ofLiteral(CONCERNED);
        try (var client =
                PcpClient.openFrom(
                        host, node.address(), System::nanoTime, new SplittableRandom(1))) {
            var wish = MappingWish.of(new Nonce(7, 7), UDP, 7001, 3600);
            Duration patience = Duration.ofSeconds(10);
            assertInstanceOf(PcpOutcome.Answered.class, client.map(wish, patience));
            assertFalse(client.listen(Duration.ofMillis(50).toNanos()));

            node.usePool(DrainMode.WAIT, staying);

            assertTrue(client.listen(patience.toNanos()));
        }
    }

    @Test
    @Conformance("PCP-EPO-004")
    void nobodyElseSeesAResetNorHearsOfOne() throws Exception {
        try (var host = ListeningHost.of(2)) {
            node.use(new AnnounceSettings(true, true, 1, 5_000));
            // Instead of what is left of the announcement of the start.
            node.announce();
            while (!host.isSilent(node.address())) {
                // Once.
            }
            announced(other);
            announced(concerned);
            node.usePool(DrainMode.WAIT, staying);
            announced(concerned);

            assertTrue(other.isSilent(300));
            assertTrue(epoch(other, OTHER) >= LONG_AGO);
            assertTrue(host.isSilent(node.address()), "told to all of the link");
        }
    }

    @Test
    @Conformance("PCP-EPO-004")
    void whereClientsHaveSeveralEpochsEachIsAnnouncedItsOwn() throws Exception {
        node.usePool(DrainMode.WAIT, staying);
        announced(concerned);
        node.skipSeconds(100);
        while (!concerned.isSilent(300)) {
            // The second copy; the third waits for twice as long a time.
        }
        long toAll = node.counters.value(PcpCounter.ANNOUNCED_LINK);

        node.announce();

        long ofOther = u32(announced(other), EPOCH);
        long ofConcerned = u32(announced(concerned), EPOCH);
        assertTrue(ofOther >= LONG_AGO + 100, () -> "epoch " + ofOther);
        assertTrue(ofConcerned >= 99 && ofConcerned < 150, () -> "epoch " + ofConcerned);
        assertEquals(toAll, node.counters.value(PcpCounter.ANNOUNCED_LINK));
    }

    @Test
    @Conformance("PCP-EPO-008")
    void natPmpTellsTheSameEpochOfOnesOwn() throws Exception {
        node.usePool(DrainMode.WAIT, staying);
        announced(concerned);

        long natPmp = u32(natPmp(concerned), 4);
        assertTrue(natPmp < 30, () -> "epoch " + natPmp);
        assertTrue(u32(natPmp(other), 4) >= LONG_AGO);
    }

    /** The answer to a question for the external address, later copies of announcements apart. */
    private static byte[] natPmp(RawClient client) throws Exception {
        byte[] answer = client.ask(new byte[] {0, 0});
        while (answer[0] != 0) {
            answer = client.receive();
        }
        return answer;
    }
}
