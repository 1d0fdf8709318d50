package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.io.PacketPort;

/** How long subscribers keep their external address, through the real translator. */
class PairingTest {
    private static final int FIRST = Ipv4.of("100.64.0.10");
    private static final int SECOND = Ipv4.of("100.64.0.11");
    private static final NatConfig NAT = ControlRig.nat(2, new PortRange(1024, 2047));

    private final LiveRig rig =
            new LiveRig(
                    ControlRig.config(
                            NAT,
                            List.of(),
                            List.of(ControlRig.plan("home", "default", "100.64.0.10/31"))));

    /** Its shard has no port to take back then, and so never says that nothing is left. */
    @Test
    void aPacketThatCameToNothingWhileThePairingWasGivenUpDoesNotKeepTheNext() {
        assertTrue(rig.datagram(0, InternalTuple.of(Protocol.UDP, FIRST, 2000), 53).isPresent());
        int other = passUntilGivenUp();
        byte[] late = LiveRig.segment(SECOND, 4000, LiveRig.PEER, 80, LiveRig.ACK);

        rig.shards.get(other).inject(PacketPort.INSIDE, late);
        rig.shards.get(other).run(rig.nowNs);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.settle();
        assertEquals(1, rig.control.sizes().subscribers());
        rig.pass(30);

        assertEquals(0, rig.control.sizes().subscribers());
    }

    /** Stops when the shard is asked whether it has nothing; returns another shard. */
    private int passUntilGivenUp() {
        for (int seconds = 0; seconds < 2000; seconds++) {
            rig.nowNs += Durations.NS_PER_SECOND;
            rig.wallMillis += 1_000;
            rig.shards.forEach(shard -> shard.run(rig.nowNs));
            rig.control.doWork(rig.nowNs, rig.wallMillis);
            for (int shard = 0; shard < 2; shard++) {
                if (rig.links.get(shard).openRequests() > 0) {
                    return 1 - shard;
                }
            }
            rig.settle();
        }
        throw new AssertionError("the pairing was never given up");
    }
}
