package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.control.LiveRig.Endpoint;
import org.portreeve.control.view.DrainMode;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.io.PacketPort;

/** A subscriber of whom nothing is left is forgotten, however it came to its pairing. */
class PairingEndTest {
    private static final int FIRST = Ipv4.of("198.51.100.1");
    private static final InternalTuple BROWSER =
            InternalTuple.of(Protocol.TCP, Ipv4.of("100.64.0.10"), 4000);

    /** Longer than anything stays. */
    private static final long SILENCE = 4 * 3_600;

    private final LiveRig rig = new LiveRig(nat());

    @Test
    void movedSubscriberThatSaysNothingMoreIsForgotten() {
        Endpoint old = rig.connect(BROWSER, 80);
        List<Integer> other = List.of(old.ip() == FIRST ? FIRST + 1 : FIRST);
        rig.control.pool().use(other, DrainMode.WAIT, _ -> {});
        rig.settle();
        rig.pass(3);
        assertEquals(1, rig.control.counters().value(ControlCounter.PAIRINGS_MOVED));
        rig.pass(SILENCE);
        assertEquals(0, rig.control.sizes().subscribers());
    }

    /** Its lease is at an address of another shard than the one that it is paired with. */
    @Test
    void subscriberOfWhomAnotherShardHasSomethingAtTheStartIsForgottenAfterThat() {
        var lease =
                assertInstanceOf(MapOutcome.Granted.class, rig.map(ControlRig.wish(BROWSER, 600)));
        List<Integer> other = List.of(lease.externalIp() == FIRST ? FIRST + 1 : FIRST);
        rig.control.pool().use(other, DrainMode.WAIT, _ -> {});
        rig.settle();
        rig.pass(3);
        rig.restart();
        assertEquals(1, rig.control.counters().value(ControlCounter.RESTORED_LEASES));
        rig.pass(SILENCE);
        assertEquals(0, rig.control.sizes().subscribers());
    }

    /** Its packet comes by another shard while its own is asked whether anything is left. */
    @Test
    void subscriberPairedAnewWhileItIsForgottenIsForgottenToo() {
        Endpoint at = rig.connect(BROWSER, 80);
        int own = at.ip() == FIRST ? 0 : 1;
        while (!isForgetting()) {
            rig.nowNs += Durations.NS_PER_SECOND;
            rig.wallMillis += 1_000;
            rig.shards.forEach(shard -> shard.run(rig.nowNs));
            rig.journal.force(true, Integer.MAX_VALUE);
            assertTrue(rig.nowNs < 100_000_000_000_000L, "never");
        }
        PacketShard stranger = rig.shards.get(1 - own);
        byte[] segment =
                PacketShard.packet(Protocol.TCP, BROWSER.internalIp(), 4001, LiveRig.PEER, 80);
        // Of no session, and it makes none.
        segment[33] = LiveRig.ACK;
        stranger.inject(PacketPort.INSIDE, segment);
        stranger.run(rig.nowNs);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.settle();
        assertEquals(2, rig.control.counters().value(ControlCounter.PAIRINGS_MADE));
        rig.pass(SILENCE);
        assertEquals(0, rig.control.sizes().subscribers());
    }

    /** Whether port control has just asked a shard for something. */
    private boolean isForgetting() {
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        return rig.links.stream().mapToInt(link -> link.openRequests()).sum() > 0;
    }

    private static NatConfig nat() {
        NatConfig usual = ControlRig.nat(2, new PortRange(1024, 2047));
        List<Integer> ips = IntStream.range(0, 2).mapToObj(i -> FIRST + i).toList();
        var capacity = new NatConfig.Capacity(1024, 1024, 64, 4);
        return new NatConfig(
                usual.shardCount(),
                usual.inside(),
                usual.pool().withAddresses(ips),
                usual.timers(),
                capacity,
                usual.rules());
    }
}
