package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.announce;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.testkit.Conformance;

/** What clients hear of a start unasked: raw octets over real sockets. */
@Timeout(60)
class RestartAnnouncementTest {
    private static final int PCP = 2;
    private static final String CLIENT = "127.6.0.1";

    /** How long a stopped node was up. */
    private static final long UP_SECONDS = 5_000;

    @Test
    @Conformance({"PCP-ANN-005", "PCP-ANN-006"})
    void aStartIsAnnouncedToAllOfTheLinkFromTheAddressThatIsAsked() throws Exception {
        try (var host = ListeningHost.of(PCP);
                var node = PcpNode.on("127.81.0.1")) {
            // It hears what comes from the node's own address and port alone.
            byte[] heard = host.hear(node.address());

            assertEquals(24, heard.length);
            assertArrayEquals(
                    new byte[] {2, (byte) 0x80, 0, 0, 0, 0, 0, 0}, slice(heard, 0, EPOCH));
            assertTrue(u32(heard, EPOCH) < 5);
            assertArrayEquals(new byte[12], slice(heard, 12, 24));
        }
    }

    @Test
    @Conformance("PCP-ANN-009")
    void tenCopiesGoOutEachWithTheEpochOfItsTime() throws Exception {
        try (var host = ListeningHost.of(PCP);
                var node = PcpNode.on("127.81.0.2")) {
            host.hear(node.address());
            long[] gapsMillis = {250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000};
            long sinceStart = 0;
            for (long gap : gapsMillis) {
                sinceStart += gap;
                long epoch = u32(host.hearAfter(node, gap), EPOCH);
                assertTrue(epoch >= sinceStart / 1000, "sooner than after the gap");
                assertTrue(node.epochSeconds() - epoch <= 2, "the epoch is not of its time");
            }
            node.skipMillis(1_000_000);
            assertTrue(host.isSilent(node.address()), "an eleventh copy");
        }
    }

    @Test
    void eachListenAddressAnnouncesForItself() throws Exception {
        try (var host = ListeningHost.of(PCP);
                var node = PcpNode.on("127.81.0.3", "127.81.0.4")) {
            host.hear(node.address(0));
            node.announce();
            host.hear(node.address(1));
        }
    }

    @Test
    @Conformance("PCP-EPO-005")
    void theClientOfAKeptLeaseHearsAnEpochThatGoesOn() throws Exception {
        try (var client = new RawClient(CLIENT, new InetSocketAddress(0));
                var node = restarted(journalOf(PcpNode.EXTERNAL, LeaseOrigin.PCP, client.port()))) {
            byte[] heard = client.receive();

            assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 0}, slice(heard, 0, 4));
            long epoch = u32(heard, EPOCH);
            assertTrue(epoch >= UP_SECONDS && epoch < UP_SECONDS + 30, () -> "epoch " + epoch);
            assertTrue(node.restoredCount() == 1);
        }
    }

    @Test
    @Conformance({"PCP-ANN-004", "PCP-ANN-008", "PCP-EPO-002"})
    void theClientOfALostLeaseIsToldAtItsPortAgainAndAgain() throws Exception {
        // The address of the lease is no more in the pool.
        RecoveredState found;
        try (var client = new RawClient(CLIENT, new InetSocketAddress(0))) {
            found = journalOf("203.0.113.77", LeaseOrigin.PCP, client.port());
            try (var node = restarted(found)) {
                client.receive();
                long[] gapsMillis = {250, 500, 1000};
                long last = 0;
                for (long gap : gapsMillis) {
                    assertTrue(client.isSilent(100), "sooner than after the gap");
                    node.skipMillis(gap - 150);
                    long epoch = epochOfNext(client, node, gap);
                    assertTrue(epoch - last >= gap / 1000, "sooner than after the gap");
                    last = epoch;
                }
                // The pause after one that came so late is too long.
                node.skipMillis(1_000_000);
                client.receiveWithin(300);
                node.skipMillis(1_000_000);
                assertTrue(client.isSilent(300), "a copy when nobody waits for it any more");
            }
        }
    }

    @Test
    @Conformance("SEED-A-143")
    void whoLostAMappingHearsOfItAndHasItAgainWithinSeconds() throws Exception {
        try (var lost = new RawClient(CLIENT, new InetSocketAddress(0))) {
            RecoveredState found = journalOf("203.0.113.77", LeaseOrigin.PCP, lost.port());
            long startNs = System.nanoTime();
            try (var node = restarted(found);
                    var client = node.client(CLIENT)) {
                byte[] heard = lost.receive();
                assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 0}, slice(heard, 0, 4));
                assertTrue(u32(heard, EPOCH) < 30, () -> "epoch " + u32(heard, EPOCH));

                byte[] anew = map(CLIENT, 1, UDP, 7000, 600, 4711, mapped("203.0.113.77"));
                byte[] again = client.ask(0, anew);

                assertEquals(4711, u16(again, EXTERNAL_PORT));
                assertTrue(System.nanoTime() - startNs < TimeUnit.SECONDS.toNanos(10));
            }
        }
    }

    /** The clock is moved on to the next copy, which is late when the one before was. */
    private static long epochOfNext(RawClient client, PcpNode node, long gapMillis)
            throws Exception {
        long stepMillis = gapMillis / 4;
        Optional<byte[]> next = client.receiveWithin(150);
        while (next.isEmpty()) {
            node.skipMillis(stepMillis);
            stepMillis *= 2;
            next = client.receiveWithin(150);
        }
        return u32(next.get(), EPOCH);
    }

    @Test
    @Conformance("PCP-EPO-005")
    void aClockBehindTheJournalBeginsAnEpochAndSaysSo() throws Exception {
        try (var client = new RawClient(CLIENT, new InetSocketAddress(0))) {
            RecoveredState found =
                    journalOf(PcpNode.EXTERNAL, LeaseOrigin.PCP, client.port(), 3_600_000);
            try (var node = restarted(found)) {
                byte[] heard = client.receive();

                assertTrue(u32(heard, EPOCH) < 5);
                assertEquals(1, node.restoredCount());
            }
        }
    }

    @Test
    @Conformance("PCP-EPO-008")
    void bothProtocolsTellTheSameEpoch() throws Exception {
        try (var node = restarted(journalOf(PcpNode.EXTERNAL, LeaseOrigin.NAT_PMP, 9));
                var client = node.client(CLIENT)) {
            long pcp = u32(client.ask(0, announce(CLIENT)), EPOCH);
            long natPmp = u32(client.ask(new byte[] {0, 0}), 4);

            assertTrue(pcp >= UP_SECONDS);
            assertTrue(Math.abs(natPmp - pcp) <= 1, () -> pcp + " and " + natPmp);
        }
    }

    @Test
    void ownersByNatPmpAreNotToldOneByOne() throws Exception {
        try (var client = new RawClient(CLIENT, new InetSocketAddress(0));
                var node =
                        restarted(
                                journalOf(PcpNode.EXTERNAL, LeaseOrigin.NAT_PMP, client.port()))) {
            node.skipMillis(1_000);

            assertTrue(client.isSilent(300));
            assertEquals(0, node.counters.value(PcpCounter.ANNOUNCED_CLIENT));
        }
    }

    @Test
    void whoAskedAfterTheStartIsNotTold() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            client.ask(0, RawRequest.map(CLIENT, 1, UDP, 7000, 600));
            node.skipMillis(10_000);

            assertTrue(client.isSilent(300));
        }
    }

    @Test
    void switchedOffNobodyIsTold() throws Exception {
        try (var host = ListeningHost.of(PCP);
                var node = PcpNode.on("127.81.0.5");
                var client = node.client(CLIENT)) {
            host.hear(node.address());
            client.ask(0, RawRequest.map(CLIENT, 1, UDP, 7000, 600));
            node.use(new AnnounceSettings(false, false, 10, 5_000));
            node.announce();
            assertTrue(client.isSilent(100));

            node.use(new AnnounceSettings(false, true, 1, 5_000));
            node.announce();
            client.receive();
            node.skipMillis(10_000);
            assertTrue(client.isSilent(200), "one copy was configured");
        }
    }

    @Test
    @Conformance("PCP-ANN-010")
    void manyClientsAreToldNoFasterThanConfigured() throws Exception {
        int clients = 300;
        int perSecond = 200;
        // One socket stands for all: it hears what is sent to any loopback address.
        try (var crowd = new DatagramSocket(new InetSocketAddress("0.0.0.0", 0))) {
            var node =
                    new PcpNode(
                            PcpNode.config(),
                            PcpServer.TOTAL,
                            PcpNode.listen(0, "127.0.0.1"),
                            crowd(clients, crowd.getLocalPort()));
            try (node) {
                node.startTranslator();
                PcpNode.await(node.deploy());
                node.use(new AnnounceSettings(false, true, 1, perSecond));
                forgetWhatCame(crowd);
                crowd.setSoTimeout(10_000);
                long beganNs = System.nanoTime();
                node.announce();
                List<Long> atNs = new ArrayList<>();
                Set<Integer> lengths = new HashSet<>();
                for (int i = 0; i < clients; i++) {
                    var packet = new DatagramPacket(new byte[100], 100);
                    crowd.receive(packet);
                    lengths.add(packet.getLength());
                    atNs.add(System.nanoTime() - beganNs);
                }
                assertEquals(Set.of(24), lengths);
                long tookMillis = TimeUnit.NANOSECONDS.toMillis(atNs.getLast());
                assertTrue(tookMillis >= 1_400, () -> clients + " in " + tookMillis + " ms");
            }
        }
    }

    /** The start itself was announced at the usual rate. */
    private static void forgetWhatCame(DatagramSocket crowd) throws IOException {
        crowd.setSoTimeout(1);
        try {
            while (true) {
                crowd.receive(new DatagramPacket(new byte[100], 100));
            }
        } catch (SocketTimeoutException e) {
            // Nothing is left: what comes from now on comes at the configured rate.
        }
    }

    @Test
    void announceIsAnsweredWithin250MillisOfTheStartWhateverIsRestored() throws Exception {
        // The machine may be busy: one of three starts has to do.
        long bestMillis = Long.MAX_VALUE;
        for (int start = 0; start < 3; start++) {
            bestMillis = Math.min(bestMillis, millisUntilAnnounceIsAnswered());
        }
        assertTrue(bestMillis < 250, bestMillis + " ms");
    }

    private static long millisUntilAnnounceIsAnswered() throws Exception {
        try (var node =
                new PcpNode(
                        PcpNode.config(),
                        PcpServer.TOTAL,
                        PcpNode.listen(0, "127.0.0.1"),
                        crowd(500, 9))) {
            PcpNode.await(node.deploy());
            long openNs = System.nanoTime();
            try (var client = node.client("127.7.0.1")) {
                byte[] answer = client.ask(0, announce("127.7.0.1"));
                long tookNs = System.nanoTime() - openNs;

                // The shards do not even run: nothing was put back.
                assertEquals(0, node.restoredCount());
                assertTrue(u32(answer, EPOCH) >= UP_SECONDS);
                return TimeUnit.NANOSECONDS.toMillis(tookNs);
            }
        }
    }

    private static PcpNode restarted(RecoveredState found) {
        var listen = PcpNode.listen(0, "127.0.0.1");
        var node = new PcpNode(PcpNode.config(), PcpServer.TOTAL, listen, found);
        node.startTranslator();
        PcpNode.await(node.deploy());
        return node;
    }

    private static RecoveredState journalOf(String externalIp, LeaseOrigin origin, int port) {
        return journalOf(externalIp, origin, port, -1_000);
    }

    /** The same of a node whose clock showed so much more at its end than ours does now. */
    private static RecoveredState journalOf(
            String externalIp, LeaseOrigin origin, int port, long aheadMillis) {
        return state(
                List.of(lease(CLIENT, externalIp, origin, port, 4711)),
                List.of(new JournalRecord.Paired(CLIENT, Ipv4.of(externalIp))),
                aheadMillis);
    }

    /** Each host of 127.6.0.0 and up with a lease, and all at the same port of theirs. */
    private static RecoveredState crowd(int count, int clientPort) {
        List<String> hosts =
                IntStream.range(0, count).mapToObj(i -> Ipv4.format(Ipv4.of(CLIENT) + i)).toList();
        return state(
                IntStream.range(0, count)
                        .mapToObj(i ->
                                lease(
                                        hosts.get(i),
                                        PcpNode.EXTERNAL,
                                        LeaseOrigin.PCP,
                                        clientPort,
                                        2_000 + i))
                        .toList(),
                hosts.stream()
                        .map(host -> new JournalRecord.Paired(host, Ipv4.of(PcpNode.EXTERNAL)))
                        .toList(),
                -1_000);
    }

    private static JournalRecord.LeaseGranted lease(
            String host, String externalIp, LeaseOrigin origin, int clientPort, int externalPort) {
        return new JournalRecord.LeaseGranted(
                InternalTuple.of(UDP, Ipv4.of(host), 7000),
                host,
                Ipv4.of(externalIp),
                externalPort,
                Nonce.ZERO,
                origin,
                Ipv4.of(host),
                clientPort,
                System.currentTimeMillis() + 500_000,
                "");
    }

    private static RecoveredState state(
            List<JournalRecord.LeaseGranted> leases,
            List<JournalRecord.Paired> pairings,
            long aheadMillis) {
        long nowMillis = System.currentTimeMillis();
        return new RecoveredState(
                leases,
                List.of(),
                pairings,
                List.of(),
                OptionalLong.of(nowMillis - UP_SECONDS * 1_000),
                nowMillis + aheadMillis);
    }
}
