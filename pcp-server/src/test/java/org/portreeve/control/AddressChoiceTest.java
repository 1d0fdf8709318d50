package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.at;
import static org.portreeve.control.ControlRig.honouring;
import static org.portreeve.control.ControlRig.plan;
import static org.portreeve.control.ControlRig.wish;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.portreeve.control.LiveRig.Endpoint;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.reservation.Resolution;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.testkit.Conformance;

/** Who gets the external address that it suggests, where the policy lets subscribers choose. */
class AddressChoiceTest {
    private static final int FIRST = Ipv4.of("198.51.100.1");
    private static final int LAST = FIRST + 3;
    private static final int LIFETIME = 600;

    /** How long a UDP port rests whose mapping ended: as long as one may be idle. */
    private static final int HOLD_SECONDS = 300;

    private static final PortRange INCOMING = new PortRange(1024, 16_383);

    private static InternalTuple host(int number) {
        return InternalTuple.of(Protocol.TCP, ControlRig.HOST_A + number, 80);
    }

    private static ControlRig rig(NatConfig nat) {
        ControlConfig usual = ControlConfig.of(nat);
        return new ControlRig(nat.shardCount(), new ControlConfig(nat, honouring(usual.policy())));
    }

    private static NatConfig nat(Pool pool) {
        NatConfig usual = ControlRig.nat(1, INCOMING);
        return new NatConfig(
                1, usual.inside(), pool, usual.timers(), usual.capacity(), usual.rules());
    }

    private static Pool pool() {
        return ControlRig.nat(1, INCOMING).pool();
    }

    private static int granted(ControlRig rig, InternalTuple internal, int suggestedIp) {
        return rig.granted(at(suggestedIp, wish(internal, LIFETIME))).externalIp();
    }

    @Test
    void suggestedAddressIsGivenAndCounted() {
        ControlRig rig = rig(ControlRig.nat(2, INCOMING));

        assertEquals(LAST, granted(rig, host(0), LAST));
        assertEquals(FIRST, granted(rig, host(1), 0));
        InternalTuple later = InternalTuple.of(Protocol.UDP, host(1).internalIp(), 81);
        assertEquals(FIRST, granted(rig, later, LAST));

        assertEquals(1, rig.counted(ControlCounter.PAIRINGS_SUGGESTED));
    }

    @Test
    void hostsOfOneSubscriberHaveTheAddressThatTheFirstOneChose() {
        NatConfig nat = ControlRig.nat(2, INCOMING);
        var named =
                ControlRig.policy(
                        nat, List.of(), List.of(plan("home", "default", "100.64.0.8/29")));
        var rig = new ControlRig(2, new ControlConfig(nat, honouring(named)));

        assertEquals(LAST, granted(rig, host(0), LAST));
        assertEquals(LAST, granted(rig, host(1), FIRST));
    }

    @Test
    void choiceOutlivesAKill() {
        ControlRig rig = rig(ControlRig.nat(2, INCOMING));
        granted(rig, host(0), LAST);

        rig.restart();

        InternalTuple later = InternalTuple.of(Protocol.UDP, host(0).internalIp(), 81);
        assertEquals(LAST, granted(rig, later, FIRST));
    }

    @Test
    void whereAReservationLiesIsNotForItsSubscriberToSay() {
        var staff = new StaffRig(rig(ControlRig.nat(2, INCOMING)));
        InternalTuple reserved = InternalTuple.of(Protocol.TCP, host(0).internalIp(), 443);
        staff.saved(StaffRig.draft(reserved, FIRST + 1, 8443), Resolution.REFUSE);

        assertEquals(FIRST + 1, granted(staff.rig, host(0), LAST));
    }

    @Test
    void computedAddressIsNotForItsSubscriberToSay() {
        ControlRig rig = rig(nat(pool().with(new Pool.Allocation.Deterministic(64, 1, 0))));
        InternalTuple first = InternalTuple.of(Protocol.TCP, Ipv4.of("100.64.0.10"), 80);

        assertEquals(FIRST, granted(rig, first, LAST));
        assertEquals(0, rig.counted(ControlCounter.PAIRINGS_SUGGESTED));
    }

    /** RFC 6887 §11.3: a hint. Else one address would have everybody, and others nobody. */
    @Test
    void addressIsNotChosenByMoreThanItHasIncomingPortsFor() {
        ControlRig rig = rig(nat(pool().with(new Pool.Kept(100, 2))));

        assertEquals(LAST, granted(rig, host(0), LAST));
        assertEquals(LAST, granted(rig, host(1), LAST));

        assertNotEquals(LAST, granted(rig, host(2), LAST));
    }

    @Test
    void addressIsNotChosenByMoreThanItHasBlocksFor() {
        // Of 1,024 ports half are incoming: one block is left.
        Pool small =
                Pool.of(
                        pool().addresses(),
                        new PortRange(1024, 2047),
                        new PortRange(1024, 1535),
                        pool().block());
        ControlRig rig = rig(nat(small));

        assertEquals(LAST, granted(rig, host(0), LAST));

        assertNotEquals(LAST, granted(rig, host(1), LAST));
    }

    /** NAT-APP-005: whoever was told its address has it for a time. */
    @Test
    void addressThatWasToldStays() {
        ControlRig rig = rig(ControlRig.nat(2, INCOMING));
        OptionalInt told =
                rig.answer((now, wall, reply) ->
                        rig.control.externalIp(host(0).internalIp(), now, wall, reply));

        assertEquals(told.orElseThrow(), granted(rig, host(0), LAST));
        assertNotEquals(LAST, told.orElseThrow());
    }

    /** The shard of the other address has it from the first packet on. */
    @Test
    void packetsLeaveByAnAddressOfAnotherShard() {
        LiveRig rig = live();
        Granted granted = (Granted) rig.map(at(FIRST + 1, wish(host(0), LIFETIME)));

        assertEquals(FIRST + 1, granted.externalIp());
        InternalTuple browser = InternalTuple.of(Protocol.TCP, host(0).internalIp(), 4000);
        assertEquals(FIRST + 1, rig.connect(browser, 80).ip());
        Endpoint mapped = new Endpoint(granted.externalIp(), granted.externalPort());
        Endpoint inside = rig.reply(0, mapped, 7, LiveRig.SYN).orElseThrow();
        assertEquals(new Endpoint(host(0).internalIp(), 80), inside);
    }

    /** A packet that came to nothing paired it; its shard has nothing to tell the end of. */
    @Test
    void whoHasNothingAtItsAddressGetsWhatItSuggests() {
        LiveRig rig = live();
        InternalTuple browser = InternalTuple.of(Protocol.TCP, host(0).internalIp(), 4000);
        assertTrue(rig.segment(0, browser, 80, LiveRig.ACK).isEmpty());
        assertEquals(1, rig.control.counters().value(ControlCounter.PAIRINGS_MADE));

        Granted granted = (Granted) rig.map(at(FIRST + 1, wish(host(0), LIFETIME)));

        assertEquals(FIRST + 1, granted.externalIp());
        assertEquals(FIRST + 1, rig.connect(browser, 80).ip());
    }

    @Test
    void whoHasASessionAtItsAddressKeepsIt() {
        LiveRig rig = live();
        InternalTuple browser = InternalTuple.of(Protocol.TCP, host(0).internalIp(), 4000);
        Endpoint at = rig.connect(browser, 80);
        assertEquals(FIRST, at.ip());

        Granted granted = (Granted) rig.map(at(FIRST + 1, wish(host(0), LIFETIME)));

        assertEquals(FIRST, granted.externalIp());
        assertEquals(at, rig.segment(0, browser, 80, LiveRig.ACK).orElseThrow());
    }

    /** RFC 6887 §10: the first mapping after the last one ended may have another address. */
    @Test
    @Conformance("PCP-MAP-034")
    void whoseLastMappingEndedAndRestedMayChooseAgain() {
        NatConfig nat = ControlRig.nat(1, INCOMING);
        var rig = new PeerRig(new ControlConfig(nat, honouring(ControlConfig.of(nat).policy())));
        RawPeer web = RawPeer.of(PeerRig.HOST, Protocol.UDP, 80, LIFETIME);
        assertEquals(LAST, assigned(rig, web.suggesting(0, RawPeer.mapped(LAST))));
        rig.ask(PeerRig.HOST, web.lifetime(0).map());
        rig.advance(HOLD_SECONDS + 2);

        int other = FIRST + 1;
        assertEquals(other, assigned(rig, web.suggesting(0, RawPeer.mapped(other))));

        RawPeer game = RawPeer.of(PeerRig.HOST, Protocol.UDP, 81, LIFETIME);
        assertEquals(other, assigned(rig, game.suggesting(0, RawPeer.mapped(LAST))));
        byte[] packet = PeerRig.udp(PeerRig.HOST, 5000, PeerRig.REMOTE, 53);
        assertEquals(other, (int) RawPeer.u32(rig.outbound(packet).orElseThrow(), 12));
    }

    private static int assigned(PeerRig rig, RawPeer wish) {
        byte[] answer = rig.ask(wish.clientIp(), wish.map());
        assertEquals(0, answer[RawPeer.RESULT]);
        return (int) RawPeer.u32(answer, RawPeer.EXTERNAL_ADDRESS + 12);
    }

    /** Two shards with an address each. */
    private static LiveRig live() {
        NatConfig usual = ControlRig.nat(2, new PortRange(1024, 2047));
        NatConfig nat =
                new NatConfig(
                        2,
                        usual.inside(),
                        usual.pool().withAddresses(List.of(FIRST, FIRST + 1)),
                        usual.timers(),
                        new NatConfig.Capacity(1024, 1024, 64, 4),
                        usual.rules());
        return new LiveRig(new ControlConfig(nat, honouring(ControlConfig.of(nat).policy())));
    }
}
