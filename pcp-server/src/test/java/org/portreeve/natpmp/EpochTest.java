package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.UDP;
import static org.portreeve.natpmp.RawNatPmp.address;
import static org.portreeve.natpmp.RawNatPmp.epoch;
import static org.portreeve.natpmp.RawNatPmp.externalPort;
import static org.portreeve.natpmp.RawNatPmp.lifetime;
import static org.portreeve.natpmp.RawNatPmp.map;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.Nonce;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.RawClient;
import org.portreeve.testkit.Conformance;

/** What clients learn of restarts: raw octets over real sockets. */
class EpochTest {
    private static final String CLIENT = "127.1.0.1";
    private static final int PORT = 5000;

    static PcpNode restarted(RecoveredState found) {
        var listen = PcpNode.listen(0, "127.0.0.1");
        var node = new PcpNode(PcpNode.config(), PcpServer.TOTAL, listen, found);
        node.startTranslator();
        PcpNode.await(node.deploy());
        return node;
    }

    /** A journal of a node whose epoch began 5000 s ago, with a lease of 500 s more. */
    static RecoveredState kept(String externalIp) {
        long nowMillis = System.currentTimeMillis();
        var lease =
                new JournalRecord.LeaseGranted(
                        InternalTuple.of(17, Ipv4.of(CLIENT), PORT),
                        CLIENT,
                        Ipv4.of(externalIp),
                        4711,
                        Nonce.ZERO,
                        LeaseOrigin.NAT_PMP,
                        Ipv4.of(CLIENT),
                        40_000,
                        nowMillis + 500_000,
                        "");
        return new RecoveredState(
                List.of(lease),
                List.of(),
                List.of(new JournalRecord.Paired(CLIENT, Ipv4.of(externalIp))),
                List.of(),
                OptionalLong.of(nowMillis - 5_000_000),
                nowMillis - 1000);
    }

    static byte[] onceReady(RawClient client) throws Exception {
        byte[] answer = client.ask(address());
        while (RawNatPmp.result(answer) != 0) {
            answer = client.ask(address());
        }
        return answer;
    }

    @Test
    @Conformance("NPM-084")
    void whenAllIsBackTheEpochGoesOn() throws Exception {
        try (var node = restarted(kept(PcpNode.EXTERNAL));
                var client = node.client(CLIENT)) {
            assertTrue(epoch(onceReady(client)) >= 5000);

            byte[] renewed = client.ask(map(UDP, PORT, 0, 600));
            assertEquals(4711, externalPort(renewed));
            assertEquals(600, lifetime(renewed));
        }
    }

    @Test
    @Conformance({"NPM-080", "NPM-085", "SEED-A-041"})
    void whenALeaseIsLostTheEpochIsSmallAndTheOldPortCanBeHad() throws Exception {
        // The address of the lease is no more in the pool.
        try (var node = restarted(kept("203.0.113.77"));
                var client = node.client(CLIENT)) {
            long epoch = epoch(onceReady(client));
            assertTrue(epoch < 30, () -> "epoch " + epoch);

            byte[] again = client.ask(map(UDP, PORT, 4711, 600));
            assertEquals(4711, externalPort(again));
        }
    }

    @Test
    @Conformance("NPM-080")
    void theEpochCountsSeconds() throws Exception {
        try (var node = PcpNode.on("127.0.0.1");
                var client = node.client(CLIENT)) {
            long first = epoch(client.ask(address()));
            node.skipSeconds(1000);
            long second = epoch(client.ask(address()));

            assertTrue(first < 30);
            assertTrue(second - first >= 1000 && second - first < 1030);
        }
    }
}
