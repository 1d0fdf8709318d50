package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.portreeve.control.LiveRig.Endpoint;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapOutcome.Refused;
import org.portreeve.control.event.NodeEvent;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.SubscriberDrainOutcome;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.event.EventKind;

/** Subscribers that staff let have nothing new, through the real translator. */
class SubscriberDrainTest {
    private static final int HOST = Ipv4.of("100.64.0.10");
    private static final String ID = "100.64.0.10";
    private static final InternalTuple WEB = InternalTuple.of(Protocol.TCP, HOST, 80);
    private static final InternalTuple BROWSER = InternalTuple.of(Protocol.TCP, HOST, 4000);

    private final LiveRig rig = new LiveRig(ControlRig.nat(2, new PortRange(1024, 2047)));

    @Test
    void drainedSubscriberGetsNoNewMappingAndKeepsWhatItHas() {
        Endpoint session = rig.connect(BROWSER, 80);
        Granted lease = granted();
        assertEquals(SubscriberDrainOutcome.DONE, drain(DrainMode.WAIT));

        assertEquals(Optional.empty(), rig.datagram(0, udp(2000), 53));
        assertEquals(
                new Refused(Reason.USER_EX_QUOTA, MapRules.SHORT_ERROR_SECONDS),
                rig.map(ControlRig.wish(InternalTuple.of(Protocol.TCP, HOST, 81), 600)));
        assertEquals(Optional.of(session), rig.segment(0, BROWSER, 80, LiveRig.ACK));
        // Another session of a mapping that is there is none of its own.
        assertEquals(Optional.of(session), rig.segment(0, BROWSER, 443, LiveRig.SYN));
        assertTrue(rig.reply(0, endpoint(lease), 1000, LiveRig.SYN).isPresent());
        // Others are as they were.
        InternalTuple other = InternalTuple.of(Protocol.UDP, HOST + 1, 2000);
        assertTrue(rig.datagram(0, other, 53).isPresent());

        assertEquals(SubscriberDrainOutcome.DONE, end());
        assertTrue(rig.datagram(0, udp(2000), 53).isPresent());
        assertInstanceOf(Granted.class, rig.map(ControlRig.wish(WEB, 600)));
    }

    @Test
    void leaseOfADrainedSubscriberIsNotProlonged() {
        Granted lease = granted();
        drain(DrainMode.WAIT);
        rig.pass(100);
        assertEquals(lease.lifetimeSeconds() - 100, granted().lifetimeSeconds());
        rig.pass(lease.lifetimeSeconds() - 99);
        assertInstanceOf(Refused.class, rig.map(ControlRig.wish(WEB, 600)));
    }

    @Test
    void portThatRestsIsNotUsedAgainByTraffic() {
        rig.datagram(0, udp(2000), 53);
        rig.pass(310);
        drain(DrainMode.WAIT);
        assertEquals(Optional.empty(), rig.datagram(0, udp(2000), 53));
    }

    @Test
    void cutEndsLeasesAndSessionsNow() {
        Endpoint session = rig.connect(BROWSER, 80);
        Granted lease = granted();
        rig.datagram(0, udp(2000), 53);
        assertEquals(SubscriberDrainOutcome.DONE, drain(DrainMode.CUT));
        rig.pass(1);
        assertEquals(Optional.empty(), rig.segment(0, BROWSER, 80, LiveRig.ACK));
        assertEquals(Optional.empty(), rig.reply(0, session, 80, LiveRig.ACK));
        assertEquals(Optional.empty(), rig.reply(0, endpoint(lease), 1000, LiveRig.SYN));
        SubscriberView view = view();
        assertEquals(0, view.leases());
        assertEquals(0, view.sessions());
        assertTrue(view.isDrained());
        assertEquals(0, rig.links.stream().mapToInt(l -> l.openRequests()).sum());
    }

    @Test
    void drainIsThereAfterRestartsAndCheckpointsUntilItEnds() {
        Granted lease = granted();
        drain(DrainMode.WAIT);
        rig.restart();
        assertEquals(ID, rig.control.subscriberDrains().list().getFirst().subscriber());
        assertEquals(1, rig.control.subscriberDrains().list().getFirst().leases());
        assertTrue(rig.reply(0, endpoint(lease), 1000, LiveRig.SYN).isPresent());
        assertEquals(Optional.empty(), rig.datagram(0, udp(2000), 53));
        rig.journal.wantsCheckpoint = true;
        rig.settle();
        assertEquals(1, rig.journal.checkpoints);
        rig.restart();
        assertEquals(Optional.empty(), rig.datagram(0, udp(2000), 53));
        assertEquals(SubscriberDrainOutcome.DONE, end());
        rig.restart();
        assertEquals(List.of(), rig.control.subscriberDrains().list());
        assertTrue(rig.datagram(0, udp(2000), 53).isPresent());
    }

    @Test
    void subscriberWithNothingHereCanBeDrainedToo() {
        List<NodeEvent> told = new ArrayList<>();
        rig.control.events().listen(told::add);
        assertEquals(SubscriberDrainOutcome.DONE, drain(DrainMode.WAIT));
        assertEquals(Optional.empty(), rig.datagram(0, udp(2000), 53));
        assertInstanceOf(Refused.class, rig.map(ControlRig.wish(WEB, 600)));
        assertEquals(SubscriberDrainOutcome.DONE, end());
        assertEquals(SubscriberDrainOutcome.NOT_DRAINED, end());
        assertEquals(
                List.of(EventKind.SUBSCRIBER_DRAIN_BEGUN, EventKind.SUBSCRIBER_DRAIN_ENDED),
                told.stream().map(NodeEvent::kind).toList());
        assertEquals(SubscriberDrainOutcome.UNKNOWN_SUBSCRIBER, drain("x", DrainMode.WAIT));
    }

    @Test
    void wishThatIsNotRecordedChangesNothing() {
        rig.journal.full = true;
        assertEquals(SubscriberDrainOutcome.NOT_RECORDED, drain(DrainMode.CUT));
        rig.journal.full = false;
        assertTrue(rig.datagram(0, udp(2000), 53).isPresent());
    }

    private Granted granted() {
        return (Granted) rig.map(ControlRig.wish(WEB, 600));
    }

    private SubscriberView view() {
        return rig.<Optional<SubscriberView>>answer(
                        (now, wall, r) -> rig.control.subscriber(ID, now, wall, r))
                .orElseThrow();
    }

    private SubscriberDrainOutcome drain(DrainMode mode) {
        return drain(ID, mode);
    }

    private SubscriberDrainOutcome drain(String id, DrainMode mode) {
        return rig.answer((_, _, r) -> rig.control.subscriberDrains().drain(id, mode, r));
    }

    private SubscriberDrainOutcome end() {
        return rig.answer((_, _, r) -> rig.control.subscriberDrains().end(ID, r));
    }

    private static Endpoint endpoint(Granted granted) {
        return new Endpoint(granted.externalIp(), granted.externalPort());
    }

    private static InternalTuple udp(int port) {
        return InternalTuple.of(Protocol.UDP, HOST, port);
    }
}
