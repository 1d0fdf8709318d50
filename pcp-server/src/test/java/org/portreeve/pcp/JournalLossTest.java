package org.portreeve.pcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.EPOCH;
import static org.portreeve.pcp.RawRequest.EXTERNAL_ADDRESS;
import static org.portreeve.pcp.RawRequest.EXTERNAL_PORT;
import static org.portreeve.pcp.RawRequest.RESULT;
import static org.portreeve.pcp.RawRequest.UDP;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.nonce;
import static org.portreeve.pcp.RawRequest.preferFailure;
import static org.portreeve.pcp.RawRequest.slice;
import static org.portreeve.pcp.RawRequest.u16;
import static org.portreeve.pcp.RawRequest.u32;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.LostJournal;
import org.portreeve.control.Nonce;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalImage;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.testkit.Conformance;

/** What clients see of a node that lost its journal, but not its last tuples: raw octets. */
@Timeout(60)
class JournalLossTest {
    private static final String OWNER = "127.6.0.1";
    private static final String OTHER = "127.6.0.2";
    private static final int PORT = 4_711;
    private static final int CANNOT_PROVIDE_EXTERNAL = 11;
    private static final int NONCE = 1;
    private static final int FIRST_BLOCK_PORT = 16_384;
    private static final String REMOTE = "203.0.113.9";

    @Test
    @Conformance({"PCP-MIX-009", "NAT-CGN-081"})
    void aFormerPortIsNobodyElsesAndItsOwnersAgain() throws Exception {
        try (var node = started(9);
                var owner = node.client(OWNER);
                var other = node.client(OTHER)) {
            byte[] wanted = map(OTHER, 2, UDP, 6_000, 600, PORT, mapped(PcpNode.EXTERNAL));
            byte[] others = other.ask(0, wanted);
            byte[] again = owner.ask(0, map(OWNER, NONCE, UDP, 7_000, 600));

            assertNotEquals(PORT, u16(others, EXTERNAL_PORT));
            assertEquals(PORT, u16(again, EXTERNAL_PORT));
            assertArrayEquals(mapped(PcpNode.EXTERNAL), externalAddress(again));
        }
    }

    @Test
    @Conformance("NAT-CGN-081")
    void aFormerPortIsGivenToOthersWhenTheGraceTimeIsOverAndNoSooner() throws Exception {
        long graceNs = TimeUnit.SECONDS.toNanos(3);
        long beganNs = System.nanoTime();
        try (var node = started(9, timers(graceNs));
                var other = node.client(OTHER)) {
            byte[] wanted =
                    map(OTHER, 2, UDP, 6_000, 600, PORT, mapped(PcpNode.EXTERNAL), preferFailure());
            int refused = 0;
            while (other.ask(wanted)[RESULT] == CANNOT_PROVIDE_EXTERNAL) {
                refused++;
                assertTrue(other.isSilent(100), "something unasked");
            }

            assertTrue(System.nanoTime() - beganNs >= graceNs, "sooner than that");
            assertTrue(refused > 0);
            assertEquals(PORT, u16(other.ask(0, wanted), EXTERNAL_PORT));
        }
    }

    @Test
    void whoCannotProveThatItWasItsPortGetsAnother() throws Exception {
        try (var node = started(9);
                var owner = node.client(OWNER)) {
            byte[] without = map(OWNER, 3, UDP, 7_000, 600, PORT, mapped(PcpNode.EXTERNAL));

            byte[] answer = owner.ask(0, without);

            assertEquals(0, answer[RESULT]);
            assertNotEquals(PORT, u16(answer, EXTERNAL_PORT));
        }
    }

    @Test
    void ofTwoFormerPortsTheLeasesOneIsHadAgain() throws Exception {
        // It had another nonce once, which it forgot.
        JournalRecord old =
                new JournalRecord.PortHeld(
                        InternalTuple.of(UDP, Ipv4.of(OWNER), 7_000),
                        OWNER,
                        Ipv4.of(PcpNode.EXTERNAL),
                        PORT + 7,
                        Nonce.ZERO,
                        System.currentTimeMillis() + 200_000);
        try (var node = started(9, old);
                var owner = node.client(OWNER);
                var other = node.client(OTHER)) {
            byte[] again = owner.ask(0, map(OWNER, NONCE, UDP, 7_000, 600));
            byte[] wanted = map(OTHER, 2, UDP, 6_000, 600, PORT + 7, mapped(PcpNode.EXTERNAL));

            assertEquals(PORT, u16(again, EXTERNAL_PORT));
            assertNotEquals(PORT + 7, u16(other.ask(0, wanted), EXTERNAL_PORT));
        }
    }

    @Test
    void whatAPeerKeptIsItsTuplesAgain() throws Exception {
        int external = Ipv4.of(PcpNode.EXTERNAL);
        int port = FIRST_BLOCK_PORT + 16;
        var block = new JournalRecord.BlockLeased(OWNER, external, FIRST_BLOCK_PORT, 512);
        try (var node = started(9, block, peer(7_100, port, NONCE));
                var owner = node.client(OWNER)) {
            // RFC 6887 §12.1: a MAP's data, then the remote port and address.
            byte[] again = map(OWNER, NONCE, UDP, 7_100, 600);
            again[1] = 2;
            byte[] remote = join(new byte[] {443 >> 8, (byte) 443, 0, 0}, mapped(REMOTE));

            assertEquals(port, u16(owner.ask(0, join(again, remote)), EXTERNAL_PORT));
        }
    }

    /** D-PCP-14: a MAP and a PEER of one tuple may have different nonces. */
    @Test
    @Conformance("PCP-MIX-009")
    void theOwnerOfAMapHasItsPortAgainThoughAPeerKeptItToo() throws Exception {
        try (var node = started(9, peer(7_000, PORT, 5));
                var owner = node.client(OWNER)) {
            byte[] again = owner.ask(0, map(OWNER, NONCE, UDP, 7_000, 600));

            assertEquals(PORT, u16(again, EXTERNAL_PORT));
        }
    }

    private static JournalRecord peer(int internalPort, int externalPort, int nonce) {
        return new JournalRecord.PeerGranted(
                InternalTuple.of(UDP, Ipv4.of(OWNER), internalPort),
                Ipv4.of(REMOTE),
                443,
                OWNER,
                Ipv4.of(PcpNode.EXTERNAL),
                externalPort,
                Nonce.of(nonce(nonce)),
                Ipv4.of(OWNER),
                9,
                System.currentTimeMillis() + 500_000);
    }

    @Test
    @Conformance("PCP-ANN-008")
    void theFormerClientIsToldAtItsPort() throws Exception {
        try (var client = new RawClient(OWNER, new InetSocketAddress(0));
                var node = started(client.port())) {
            byte[] heard = client.receive();

            assertEquals(24, heard.length);
            assertArrayEquals(new byte[] {2, (byte) 0x80, 0, 0}, slice(heard, 0, 4));
            assertTrue(u32(heard, EPOCH) < 5, () -> "epoch " + u32(heard, EPOCH));
            assertEquals(0, node.restoredCount());
        }
    }

    private static byte[] externalAddress(byte[] answer) {
        return slice(answer, EXTERNAL_ADDRESS, EXTERNAL_ADDRESS + 16);
    }

    private static NatConfig.Timers timers(long holdDownNs) {
        var usual = NatConfig.Timers.defaults();
        return new NatConfig.Timers(
                usual.udpIdleNs(),
                usual.icmpIdleNs(),
                usual.tcpEstablishedIdleNs(),
                usual.tcpOpeningIdleNs(),
                usual.tcpClosingIdleNs(),
                holdDownNs);
    }

    /** A node whose journal, with one lease and more, is gone. */
    private static PcpNode started(int clientPort, JournalRecord... more) {
        return started(clientPort, NatConfig.Timers.defaults(), more);
    }

    private static PcpNode started(int clientPort, NatConfig.Timers timers, JournalRecord... more) {
        long wallMillis = System.currentTimeMillis();
        var config = PcpNode.config();
        var journal = new LostJournal(timers, wallMillis);
        var lost = new JournalImage();
        Stream.concat(
                        Stream.of(more),
                        Stream.of(
                                new JournalRecord.EpochStarted(wallMillis - 5_000_000),
                                new JournalRecord.Paired(OWNER, Ipv4.of(PcpNode.EXTERNAL)),
                                lease(clientPort, wallMillis + 500_000)))
                .forEach(lost::apply);
        JournalImage taken = journal.of(lost, new JournalImage());
        var found =
                new RecoveredState(
                        List.copyOf(taken.leases()),
                        List.copyOf(taken.holds()),
                        List.copyOf(taken.pairings()),
                        List.copyOf(taken.blocks()),
                        taken.epochStartMillis(),
                        taken.lastWallMillis().orElseThrow());
        var node = new PcpNode(config, PcpServer.TOTAL, PcpNode.listen(0, "127.0.0.1"), found);
        node.lost(journal);
        node.startTranslator();
        PcpNode.await(node.deploy());
        node.awaitReady();
        return node;
    }

    private static JournalRecord.LeaseGranted lease(int clientPort, long deadlineMillis) {
        return new JournalRecord.LeaseGranted(
                InternalTuple.of(UDP, Ipv4.of(OWNER), 7_000),
                OWNER,
                Ipv4.of(PcpNode.EXTERNAL),
                PORT,
                Nonce.of(nonce(NONCE)),
                LeaseOrigin.PCP,
                Ipv4.of(OWNER),
                clientPort,
                deadlineMillis,
                "");
    }
}
