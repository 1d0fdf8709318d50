package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.natpmp.RawNatPmp.EXTERNAL_ADDRESS;
import static org.portreeve.natpmp.RawNatPmp.address;
import static org.portreeve.natpmp.RawNatPmp.epoch;
import static org.portreeve.natpmp.RawNatPmp.u32;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.pcp.ListeningHost;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.PcpServer;
import org.portreeve.testkit.Conformance;

/** What the hosts of a link hear unasked, at 224.0.0.1 port 5350 of the loopback device. */
class AnnouncementTest {
    private static final int NAT_PMP = 0;
    private static final List<String> POOL = List.of("198.51.100.1", "198.51.100.2");

    @Test
    @Conformance({"NPM-081", "NPM-020"})
    void aStartIsAnnouncedWithinASecond() throws Exception {
        try (var host = ListeningHost.of(NAT_PMP);
                var node = PcpNode.on("127.79.0.1")) {
            byte[] heard = host.hear(node.address());

            assertEquals(12, heard.length);
            assertArrayEquals(new byte[] {0, (byte) 128, 0, 0}, Arrays.copyOf(heard, 4));
            assertTrue(epoch(heard) < 10);
            assertArrayEquals(
                    new byte[] {(byte) 198, 51, 100, 7},
                    Arrays.copyOfRange(heard, EXTERNAL_ADDRESS, 12));
        }
    }

    @Test
    @Conformance("NPM-082")
    void tenCopiesGoOutEachWithTheEpochOfItsTime() throws Exception {
        try (var host = ListeningHost.of(NAT_PMP);
                var node = PcpNode.on("127.79.0.2")) {
            host.hear(node.address());
            long[] gapsMillis = {250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000};
            long sinceStart = 0;
            for (long gap : gapsMillis) {
                sinceStart += gap;
                // One that came too early would have an epoch of before the skip.
                long epoch = epoch(host.hearAfter(node, gap));
                assertTrue(epoch >= sinceStart / 1000, "sooner than after the gap");
                assertTrue(node.epochSeconds() - epoch <= 2, "the epoch is not of its time");
            }
            node.skipMillis(1_000_000);
            assertTrue(host.isSilent(node.address()), "an eleventh copy");
        }
    }

    @Test
    @Conformance("NPM-083")
    void eachLinkHearsItsOwnSubscribersAddress() throws Exception {
        var nat = PcpNode.nat(POOL, new PortRange(1024, 16_383), 8);
        try (var host = ListeningHost.of(NAT_PMP);
                var node =
                        PcpNode.started(
                                named(nat),
                                PcpServer.TOTAL,
                                PcpNode.listen(0, "127.80.1.1", "127.80.2.1"));
                var one = node.client("127.80.1.7");
                var two = node.client("127.80.2.7")) {
            byte[] onOne = host.hear(node.address(0));
            byte[] onTwo = host.hear(node.address(1));

            one.sendTo(node.address(0), address());
            two.sendTo(node.address(1), address());
            assertEquals(u32(one.receive(), EXTERNAL_ADDRESS), u32(onOne, EXTERNAL_ADDRESS));
            assertEquals(u32(two.receive(), EXTERNAL_ADDRESS), u32(onTwo, EXTERNAL_ADDRESS));
            assertNotEquals(u32(onOne, EXTERNAL_ADDRESS), u32(onTwo, EXTERNAL_ADDRESS));
        }
    }

    private static ControlConfig named(NatConfig nat) {
        var requests = new RequestRate(1000, 1000);
        return new ControlConfig(
                nat,
                new Policy(
                        Map.of(
                                Profile.DEFAULT,
                                new Profile(Profile.DEFAULT, nat.rules(), requests)),
                        List.of(
                                new SubscriberPlan(
                                        "one", List.of(Prefix.of("127.80.1.0/24")), "default"),
                                new SubscriberPlan(
                                        "two", List.of(Prefix.of("127.80.2.0/24")), "default")),
                        new LifetimeBounds(120, 86_400)));
    }

    @Test
    @Conformance("NPM-083")
    void aSharedLinkWithoutAnAddressInCommonHearsNoneThatIsWrong() throws Exception {
        var nat = PcpNode.nat(POOL, new PortRange(1024, 16_383), 8);
        var config =
                ControlConfig.of(nat, new LifetimeBounds(120, 86_400), new RequestRate(1000, 1000));
        try (var host = ListeningHost.of(NAT_PMP);
                var node =
                        PcpNode.started(config, PcpServer.TOTAL, PcpNode.listen(0, "127.79.0.3"))) {
            while (node.natPmpCounters.value(NatPmpCounter.NOT_ANNOUNCED) == 0) {
                LockSupport.parkNanos(1_000_000);
            }
            assertTrue(host.isSilent(node.address()));
        }
    }

    @Test
    @Conformance("NPM-010")
    void switchedOffNothingIsAnnounced() throws Exception {
        try (var host = ListeningHost.of(NAT_PMP);
                var node = PcpNode.on("127.79.0.4")) {
            host.hear(node.address());
            node.offerNatPmp(false);
            node.announce();
            assertTrue(host.isSilent(node.address()));

            node.offerNatPmp(true);
            node.announce();
            assertEquals(12, host.hear(node.address()).length);
        }
    }
}
