package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.DNS;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.QUOTA;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.plan;
import static org.portreeve.control.ControlRig.profile;
import static org.portreeve.control.ControlRig.wish;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.MapOutcome.Refused;
import org.portreeve.control.policy.LifetimeBounds;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.SubscriberPlan;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.PolicyChange;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.testkit.Conformance;

/** What a reload of the configuration does while the node runs. */
class PolicyTest {
    private static final NatConfig NAT = ControlRig.nat(1, new PortRange(1024, 16_383));
    private static final String A = "100.64.0.10/32";
    private static final String B = "100.64.0.11/32";

    private final ControlRig rig = new ControlRig(1, named(plan("ann", "default", A)));
    private final List<MappingEvent> events = new ArrayList<>();

    PolicyTest() {
        rig.control.listen(events::add);
    }

    private static ControlConfig named(SubscriberPlan... plans) {
        return new ControlConfig(NAT, policy(plans));
    }

    private static Policy policy(SubscriberPlan... plans) {
        return ControlRig.policy(NAT, List.of(profile("big", QUOTA + 1)), List.of(plans));
    }

    private static InternalTuple tuple(int port) {
        return InternalTuple.of(Protocol.TCP, HOST_A, port);
    }

    private void fillQuota() {
        for (int port = 1; port <= QUOTA; port++) {
            rig.granted(wish(tuple(port), 600));
        }
    }

    private boolean isPublished(int internalIp) {
        return rig.directory.find(0, internalIp) != Directory.NONE;
    }

    @Test
    void aRaisedQuotaLetsTheNextRequestSucceed() {
        fillQuota();
        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), rig.map(wish(tuple(9), 600)));

        rig.apply(policy(plan("ann", "big", A)));

        assertInstanceOf(Granted.class, rig.map(wish(tuple(9), 600)));
        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), rig.map(wish(tuple(10), 600)));
        assertEquals(QUOTA + 1, rig.active().size());
    }

    @Test
    void aLoweredQuotaCutsNothingAndRefusesWhatIsNew() {
        rig.apply(policy(plan("ann", "big", A)));
        fillQuota();
        rig.granted(wish(tuple(9), 600));

        PolicyChange change = rig.apply(policy(plan("ann", "default", A)));
        rig.settle();

        assertEquals(new PolicyChange(0, 0, List.of()), change);
        assertEquals(QUOTA + 1, rig.active().size());
        assertInstanceOf(Granted.class, rig.map(wish(tuple(9), 900)));
        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), rig.map(wish(tuple(10), 600)));
    }

    @Test
    void aPolicyForWhichThereIsNoMemoryChangesNothing() {
        var isFull = new AtomicBoolean();
        rig.directory.beforeRules(_ -> {
            if (isFull.get()) {
                throw new OutOfMemoryError("as if");
            }
        });
        ProfileRules before = rig.directory.rules();
        fillQuota();
        isFull.set(true);

        assertFalse(rig.control.prepare(policy(plan("ann", "big", A))));

        assertSame(before, rig.directory.rules());
        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), rig.map(wish(tuple(9), 600)));
        isFull.set(false);
        assertTrue(rig.control.prepare(policy(plan("ann", "big", A))));
        assertSame(before, rig.directory.rules());
        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), rig.map(wish(tuple(9), 600)));
        rig.apply(policy(plan("ann", "big", A)));
        assertInstanceOf(Granted.class, rig.map(wish(tuple(9), 600)));
    }

    @Test
    void anAddedSubscriberIsServedAtOnce() {
        InternalTuple ofB = InternalTuple.of(Protocol.TCP, HOST_B, 80);
        assertEquals(new Refused(Reason.NOT_AUTHORIZED, 1800), rig.map(wish(ofB, 600)));
        Granted kept = rig.granted(wish(WEB, 600));

        PolicyChange change =
                rig.apply(policy(plan("ann", "default", A), plan("bob", "default", B)));

        assertEquals(new PolicyChange(1, 0, List.of()), change);
        assertInstanceOf(Granted.class, rig.map(wish(ofB, 600)));
        assertTrue(rig.forwards(WEB, kept));
        assertTrue(rig.subscriber("bob").isPresent());
    }

    @Test
    void theLeasesOfARemovedSubscriberEndAndTheirPortsRest() {
        Granted granted = rig.granted(wish(WEB, 600));
        assertTrue(isPublished(HOST_A));

        PolicyChange change = rig.apply(policy(plan("bob", "default", B)));
        rig.settle();

        assertEquals(new PolicyChange(1, 1, List.of()), change);
        assertFalse(rig.forwards(WEB, granted));
        assertEquals(Map.of(), rig.journal.durable().leases);
        assertEquals(1, rig.journal.durable().holds.size());
        assertTrue(rig.shards.getFirst().rests(Protocol.TCP, 0, granted.externalPort()));
        MappingEvent.Ended ended = (MappingEvent.Ended) events.getLast();
        assertEquals(MappingEvent.Cause.STAFF, ended.cause());
        assertEquals("ann", ended.mapping().subscriber());
        assertEquals(1, rig.counted(ControlCounter.LEASES_EVICTED));
    }

    @Test
    void packetsOfARemovedSubscriberAreNotPairedAnyMore() {
        rig.outbound(DNS);
        assertTrue(isPublished(HOST_A));

        rig.apply(policy(plan("bob", "default", B)));
        rig.settle();
        assertFalse(isPublished(HOST_A));
        rig.outbound(DNS);

        assertFalse(isPublished(HOST_A));
        assertEquals(new Refused(Reason.NOT_AUTHORIZED, 1800), rig.map(wish(DNS, 600)));
    }

    @Test
    void aRemovedSubscriberIsForgottenOnceItsPortsHaveRested() {
        rig.granted(wish(WEB, 600));
        rig.apply(policy(plan("bob", "default", B)));
        rig.settle();
        assertTrue(rig.subscriber("ann").isPresent());

        rig.advance(8000);
        rig.settle();

        assertTrue(rig.subscriber("ann").isEmpty());
        assertEquals(0, rig.control.sizes().subscribers());
        assertEquals(Map.of(), rig.journal.durable().pairings);
    }

    @Test
    void aSubscriberThatComesBackHasWhatRestedOfIt() {
        rig.granted(wish(WEB, 600));
        int externalIp = rig.subscriber("ann").orElseThrow().externalIp().orElseThrow();
        rig.apply(policy(plan("bob", "default", B)));
        rig.settle();

        rig.apply(policy(plan("ann", "default", A)));

        assertEquals(1, rig.subscriber("ann").orElseThrow().holds());
        assertEquals(externalIp, rig.granted(wish(WEB, 600)).externalIp());
        assertEquals(0, rig.subscriber("ann").orElseThrow().holds());
    }

    @Test
    void aMovedAddressIsPairedAnewUnderItsNewOwner() {
        Granted before = rig.granted(wish(WEB, 600));
        rig.apply(policy(plan("ann", "default", B), plan("cyn", "default", A)));
        rig.settle();
        assertFalse(rig.forwards(WEB, before));
        assertFalse(isPublished(HOST_A));

        rig.outbound(DNS);

        int externalIp = rig.subscriber("cyn").orElseThrow().externalIp().orElseThrow();
        assertNotEquals(before.externalIp(), externalIp);
        long pairing = rig.directory.find(0, HOST_A);
        assertEquals(externalIp, NAT.pool().addresses().get(Directory.addressIndex(pairing)));
        Granted after = rig.granted(wish(WEB, 600));
        assertEquals(externalIp, after.externalIp());
        assertEquals(Set.of("cyn"), owners());
    }

    @Test
    void aPairingThatIsGivenUpWithThatOfAFormerOwnerLeavesTheDirectory() {
        rig.outbound(DNS);
        rig.apply(policy(plan("ann", "default", B), plan("bob", "default", A)));
        rig.settle();
        rig.outbound(InternalTuple.of(Protocol.UDP, HOST_A, 54));
        assertTrue(isPublished(HOST_A));

        for (int minute = 0; minute < 20; minute++) {
            rig.advance(60);
            rig.settle();
        }

        assertEquals(0, rig.control.sizes().subscribers());
        assertFalse(isPublished(HOST_A));
    }

    @Test
    void theLongestPrefixTakesAnAddressFromAWiderOne() {
        rig.apply(policy(plan("wide", "default", "100.64.0.0/24")));
        rig.settle();
        Granted granted = rig.granted(wish(WEB, 600));
        Granted other = rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_B, 80), 600));

        rig.apply(policy(plan("wide", "default", "100.64.0.0/24"), plan("ann", "default", A)));
        rig.settle();

        assertFalse(rig.forwards(WEB, granted));
        assertTrue(rig.forwards(InternalTuple.of(Protocol.TCP, HOST_B, 80), other));
        rig.granted(wish(WEB, 600));
        assertEquals(Set.of("wide", "ann"), owners());
    }

    @Test
    void aGrantUnderWayForAnAddressThatMovesIsRefusedAndUndone() {
        List<MapOutcome> answers = rig.ask(wish(WEB, 600));
        rig.shards.getFirst().run(10, rig.nowNs);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        assertEquals(List.of(), answers);

        rig.apply(policy(plan("bob", "default", A)));
        rig.settle();

        assertEquals(List.of(new Refused(Reason.NO_RESOURCES, 30)), answers);
        assertEquals(0, rig.control.sizes().leases());
        assertEquals(Map.of(), rig.journal.durable().leases);
        assertFalse(isPublished(HOST_A));
    }

    @Test
    void aPortIsNobodyElsesBeforeTheRecordOfARefusedLeaseIsUndone() {
        Policy both = policy(plan("ann", "default", A, B));
        InternalTuple ofB = InternalTuple.of(Protocol.TCP, HOST_B, 80);
        rig.apply(both);
        rig.granted(wish(DNS, 600));
        List<MapOutcome> answers = rig.ask(wish(WEB, ControlRig.NONCE, 2000, false, 600));
        rig.shards.getFirst().run(10, rig.nowNs);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        rig.apply(policy(plan("ann", "default", B)));
        rig.journal.force(true, Integer.MAX_VALUE);
        for (int turn = 0; turn < 3; turn++) {
            rig.control.doWork(rig.nowNs, rig.wallMillis);
            rig.shards.getFirst().run(10, rig.nowNs);
            rig.journal.force(false, Integer.MAX_VALUE);
        }
        assertEquals(List.of(new Refused(Reason.NO_RESOURCES, 30)), answers);
        Granted other = rig.granted(wish(ofB, ControlRig.NONCE, 2000, false, 600));
        rig.apply(both);

        rig.start(1, rig.journal.durable().state());
        rig.settle();

        assertEquals(0, rig.counted(ControlCounter.LOST_AT_RESTORE));
        assertTrue(rig.forwards(ofB, other));
    }

    @Test
    void aPolicyWithoutNamesMakesEveryAddressASubscriber() {
        Granted before = rig.granted(wish(WEB, 600));

        rig.apply(ControlConfig.of(NAT).policy());
        rig.settle();

        assertFalse(rig.forwards(WEB, before));
        rig.granted(wish(WEB, 600));
        assertEquals(Set.of("100.64.0.10"), owners());
    }

    @Test
    void newBoundsOfLifetimesHoldForWhatIsAskedFromThenOn() {
        rig.granted(wish(WEB, 86_400));
        Policy before = rig.config.policy();

        rig.apply(
                new Policy(before.profiles(), before.subscribers(), new LifetimeBounds(300, 3600)));
        rig.settle();

        assertEquals(86_400, rig.listed().getFirst().remainingSeconds());
        assertEquals(300, rig.granted(wish(DNS, 1)).lifetimeSeconds());
        assertEquals(3600, rig.granted(wish(WEB, 86_400)).lifetimeSeconds());
    }

    @Test
    void whatTheNextReloadTakesBackAtOnceIsNotCut() {
        rig.apply(policy(plan("ann", "big", A)));
        fillQuota();
        rig.apply(policy(plan("bob", "default", B)));
        assertEquals(QUOTA, rig.control.sizes().leases());

        // A second reload before the first one was looked through.
        rig.apply(policy(plan("ann", "default", A)));
        rig.settle();

        assertEquals(QUOTA, rig.control.sizes().leases());
        assertEquals(QUOTA, rig.active().size());
    }

    @Test
    void shardsHearOfLimitsAndOfEachSubscribersProfile() {
        rig.granted(wish(WEB, 600));
        int index = Directory.subscriber(rig.directory.find(0, HOST_A));
        int before = rig.directory.profile(index);
        assertEquals(QUOTA, rig.directory.rules().mappings(before));

        rig.apply(policy(plan("ann", "big", A)));
        rig.settle();

        int after = rig.directory.profile(index);
        assertEquals(QUOTA + 1, rig.directory.rules().mappings(after));
        assertEquals(QUOTA, rig.directory.rules().mappings(before));
    }

    @Test
    void aProfileKeepsItsIndexAndAChangedOneIsNamed() {
        rig.apply(policy(plan("ann", "big", A)));
        rig.granted(wish(WEB, 600));
        int index = Directory.subscriber(rig.directory.find(0, HOST_A));
        int profile = rig.directory.profile(index);

        PolicyChange change =
                rig.apply(
                        ControlRig.policy(
                                NAT,
                                List.of(profile("alpha", 1), profile("big", 40)),
                                List.of(plan("ann", "big", A))));

        assertEquals(List.of("big"), change.profilesChanged());
        assertEquals(profile, rig.directory.profile(index));
        assertEquals(40, rig.directory.rules().mappings(profile));
    }

    @Test
    @Conformance("PCP-MAP-036")
    void portsThatRestCountAgainstWhoReleasedThem() {
        rig.apply(policy(plan("ann", "default", A), plan("bob", "default", B)));
        List<MapOutcome> outcomes = new ArrayList<>();
        for (int port = 1; port <= 2 * QUOTA + 1; port++) {
            outcomes.add(rig.map(wish(tuple(port), 600)));
            rig.map(wish(tuple(port), 0));
        }

        assertEquals(new Refused(Reason.USER_EX_QUOTA, 30), outcomes.getLast());
        InternalTuple ofB = InternalTuple.of(Protocol.TCP, HOST_B, 80);
        assertInstanceOf(Granted.class, rig.map(wish(ofB, 600)));
    }

    @Test
    void requestsAreAdmittedByTheProfileOfTheSubscriber() {
        Profile slow = new Profile("slow", NAT.rules(), new RequestRate(1, 2));
        Policy policy =
                ControlRig.policy(
                        NAT,
                        List.of(slow),
                        List.of(plan("ann", "slow", A), plan("bob", "default", B)));
        rig.apply(policy);

        assertEquals(2, admitted(HOST_A));
        assertEquals(100, admitted(HOST_B));
        assertEquals(0, admitted(HOST_A));

        rig.apply(policy(plan("ann", "default", A), plan("bob", "default", B)));
        assertEquals(0, admitted(HOST_A));
        rig.advance(1);
        assertEquals(20, admitted(HOST_A));
    }

    @Test
    void aStrangersRequestsAreNoSubscribers() {
        int subscriber = Ipv4.of("100.100.100.100");
        rig.apply(ControlConfig.of(NAT).policy());

        // All its bits are the other ones.
        admitted(Ipv4.of("155.155.155.155"));

        assertEquals(100, admitted(subscriber));
    }

    @Test
    void anIndexIsNotUsedAgainWhileSomebodyMayHaveIt() {
        Profile one = ControlRig.profile("one", 1);
        rig.apply(ControlRig.policy(NAT, List.of(one), List.of(plan("ann", "one", A))));
        rig.granted(wish(WEB, 600));
        int before = rig.directory.profile(indexOf(HOST_A));

        Profile two = ControlRig.profile("two", 2);
        rig.apply(policy(plan("ann", "default", A)));
        // Nothing has run: shards still know the subscriber by the index of the first profile.
        rig.apply(ControlRig.policy(NAT, List.of(two), List.of(plan("ann", "two", A))));

        assertNotEquals(2, rig.directory.rules().mappings(before));
        rig.settle();
        assertEquals(2, rig.directory.rules().mappings(rig.directory.profile(indexOf(HOST_A))));
    }

    private int indexOf(int internalIp) {
        return Directory.subscriber(rig.directory.find(0, internalIp));
    }

    private int admitted(int host) {
        int admitted = 0;
        for (int i = 0; i < 1000; i++) {
            admitted += rig.control.admission().admits(host, rig.nowNs) ? 1 : 0;
        }
        return admitted;
    }

    private Set<String> owners() {
        return rig.listed().stream().map(MappingView::subscriber).collect(Collectors.toSet());
    }
}
