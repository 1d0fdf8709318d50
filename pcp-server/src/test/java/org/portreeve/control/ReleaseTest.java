package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.control.LiveRig.Endpoint;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;

/** An internal address that its subscriber gave up, with the real translator. */
class ReleaseTest {
    private static final int HOST = Ipv4.of("100.64.0.10");
    private static final int SIBLING = HOST + 1;
    private static final InternalTuple WEB = InternalTuple.of(Protocol.TCP, HOST, 80);
    private static final InternalTuple BROWSER = InternalTuple.of(Protocol.TCP, HOST, 4000);
    private static final InternalTuple SIBLINGS = InternalTuple.of(Protocol.TCP, SIBLING, 4000);

    /** Both hosts are one subscriber's. */
    private static LiveRig rig(int shards) {
        NatConfig nat = ControlRig.nat(shards, new PortRange(1024, 2047));
        var profile = new Profile(Profile.DEFAULT, nat.rules(), new RequestRate(20, 100));
        return new LiveRig(
                new ControlConfig(
                        nat,
                        new Policy(
                                Map.of(Profile.DEFAULT, profile),
                                List.of(ControlRig.plan("home", "default", "100.64.0.10/31")),
                                new LifetimeBounds(120, 86_400))));
    }

    private static int release(LiveRig rig, int internalIp) {
        return rig.answer((now, wall, reply) -> rig.control.release(internalIp, now, wall, reply));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void leasesAndWhatTrafficKeepsEndTogether(int shards) {
        LiveRig rig = rig(shards);
        Granted lease = (Granted) rig.map(ControlRig.wish(WEB, 600));
        Endpoint session = rig.connect(BROWSER, 80);
        Endpoint siblings = rig.connect(SIBLINGS, 80);
        var mapped = new Endpoint(lease.externalIp(), lease.externalPort());
        assertTrue(rig.reply(0, mapped, 1000, LiveRig.SYN).isPresent());

        assertEquals(1, release(rig, HOST));

        assertEquals(Optional.empty(), rig.reply(0, mapped, 1001, LiveRig.SYN));
        assertEquals(Optional.empty(), rig.reply(0, mapped, 1000, LiveRig.ACK));
        assertEquals(Optional.empty(), rig.reply(0, session, 80, LiveRig.ACK));
        assertEquals(
                Optional.of(new Endpoint(SIBLING, 4000)), rig.reply(0, siblings, 80, LiveRig.ACK));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anAddressWithoutAnythingIsReleasedToo(int shards) {
        LiveRig rig = rig(shards);

        assertEquals(0, release(rig, HOST));
        assertEquals(0, release(rig, Ipv4.of("192.0.2.1")));
        rig.connect(SIBLINGS, 80);
        assertEquals(0, release(rig, HOST));
        assertTrue(rig.datagram(0, InternalTuple.of(Protocol.UDP, HOST, 9), 53).isPresent());
    }
}
