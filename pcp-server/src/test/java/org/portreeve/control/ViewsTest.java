package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.DNS;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.HOST_B;
import static org.portreeve.control.ControlRig.QUOTA;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.natPmp;
import static org.portreeve.control.ControlRig.plan;
import static org.portreeve.control.ControlRig.wish;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.portreeve.control.MapOutcome.Granted;
import org.portreeve.control.view.BlockEvent;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.SubscriberQuery;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.rules.Rules;
import org.portreeve.testkit.Conformance;

/** What staff and applications ask of port control, and what they hear of it. */
class ViewsTest {
    private static final MappingQuery ALL = MappingQuery.all(1000);
    private static final InternalTuple OF_B = InternalTuple.of(Protocol.TCP, HOST_B, 80);

    private final ControlRig rig = new ControlRig(1);
    private final List<MappingEvent> events = new ArrayList<>();

    ViewsTest() {
        rig.control.listen(events::add);
    }

    private static MappingQuery text(String text) {
        return query(OptionalInt.empty(), Set.of(), text, 0, 1000);
    }

    private static MappingQuery query(
            OptionalInt protocol, Set<MappingOrigin> origins, String text, int offset, int limit) {
        return new MappingQuery(
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                protocol,
                origins,
                text,
                offset,
                limit);
    }

    private Listing<MappingView> ask(MappingQuery query) {
        return rig.answer((now, wall, reply) -> rig.control.mappings(query, now, wall, reply));
    }

    private List<InternalTuple> found(MappingQuery query) {
        return ask(query).items().stream().map(MappingView::internal).toList();
    }

    private Listing<SubscriberView> subscribers(String text, int offset, int limit) {
        SubscriberQuery query = new SubscriberQuery(text, offset, limit);
        return rig.answer((now, wall, reply) -> rig.control.subscribers(query, now, wall, reply));
    }

    private OptionalInt externalIp(int internalIp) {
        return rig.answer(
                (now, wall, reply) -> rig.control.externalIp(internalIp, now, wall, reply));
    }

    private boolean drop(InternalTuple internal) {
        return rig.answer((now, wall, reply) -> rig.control.drop(internal, now, wall, reply));
    }

    @Test
    void aViewSaysWhatWasGranted() {
        Granted granted = rig.granted(wish(WEB, 600));
        rig.advance(100);

        assertEquals(
                List.of(
                        new MappingView(
                                WEB,
                                "100.64.0.10",
                                granted.externalIp(),
                                granted.externalPort(),
                                MappingOrigin.PCP,
                                "",
                                500,
                                HOST_A,
                                List.of())),
                ask(ALL).items());
    }

    @Test
    void mappingsComeInTheOrderOfInternalAddressProtocolAndPort() {
        InternalTuple high = InternalTuple.of(Protocol.TCP, Ipv4.of("100.127.0.1"), 1);
        for (InternalTuple internal : List.of(high, DNS, OF_B, WEB)) {
            rig.granted(wish(internal, 600));
        }

        assertEquals(List.of(WEB, DNS, OF_B, high), found(ALL));
        assertEquals(List.of(DNS, OF_B), found(query(OptionalInt.empty(), Set.of(), "", 1, 2)));
        assertEquals(4, ask(query(OptionalInt.empty(), Set.of(), "", 1, 2)).total());
        assertEquals(List.of(), found(query(OptionalInt.empty(), Set.of(), "", 4, 2)));
    }

    @Test
    void conditionsLeaveOutWhatDoesNotMatch() {
        Granted web = rig.granted(wish(WEB, 600));
        rig.granted(wish(OF_B, 600));
        rig.granted(natPmp(DNS, 0, 600));

        assertEquals(List.of(WEB, DNS), found(MappingQuery.ofInternalIp(HOST_A)));
        assertEquals(List.of(DNS), found(query(OptionalInt.of(Protocol.UDP), Set.of(), "", 0, 9)));
        Set<MappingOrigin> natPmp = Set.of(MappingOrigin.NAT_PMP);
        assertEquals(List.of(DNS), found(query(OptionalInt.empty(), natPmp, "", 0, 9)));
        assertEquals(List.of(OF_B), found(text("64.0.11")));
        assertEquals(List.of(WEB), found(text("8080")));
        assertEquals(
                List.of(WEB),
                found(
                        new MappingQuery(
                                Optional.of("100.64.0.10"),
                                OptionalInt.empty(),
                                OptionalInt.of(web.externalPort()),
                                OptionalInt.empty(),
                                Set.of(),
                                "",
                                0,
                                1)));
        assertEquals(List.of(), found(text("nothing like that")));
    }

    @Test
    void aTextIsFoundInADescriptionWhateverItsCase() {
        MapCommand plain = wish(WEB, 600);
        rig.granted(
                new MapCommand(
                        WEB,
                        plain.nonce(),
                        LeaseOrigin.UPNP,
                        0,
                        0,
                        false,
                        600,
                        HOST_A,
                        0,
                        "Torrent Box"));

        assertEquals(List.of(WEB), found(text("torrent b")));
        assertEquals("Torrent Box", ask(ALL).items().getFirst().description());
    }

    @Test
    void aLongBookIsWalkedInSlicesAndTooManyQuestionsAreRefused() {
        int leases = 2 * PortControl.SLICE + 1;
        ControlRig big = rigWithQuota(leases);
        for (int port = 0; port < leases; port++) {
            InternalTuple internal = InternalTuple.of(Protocol.TCP, HOST_A, 1 + port);
            big.granted(wish(internal, ControlRig.NONCE, 2000 + port, false, 86_400));
        }
        List<Listing<MappingView>> answers = new ArrayList<>();
        for (int i = 0; i < Questions.MAX_UNDER_WAY; i++) {
            assertTrue(big.control.mappings(ALL, big.nowNs, big.wallMillis, answers::add));
        }
        assertFalse(big.control.mappings(ALL, big.nowNs, big.wallMillis, answers::add));
        assertEquals(List.of(), answers);

        int turns = 0;
        while (big.control.doWork(big.nowNs, big.wallMillis) > 0) {
            turns++;
        }

        assertEquals(Questions.MAX_UNDER_WAY, answers.size());
        assertEquals(leases, answers.getLast().total());
        assertTrue(turns > Questions.MAX_UNDER_WAY, "turns: " + turns);
        assertEquals(1, big.counted(ControlCounter.QUESTIONS_REFUSED));
    }

    @Test
    void aWalkCountsEachMappingOnceWhileOthersComeAndGo() {
        int leases = PortControl.SLICE + 200;
        ControlRig big = rigWithQuota(2 * leases);
        for (int port = 0; port < leases; port++) {
            InternalTuple internal = InternalTuple.of(Protocol.TCP, HOST_A, 1000 + port);
            big.granted(wish(internal, ControlRig.NONCE, 2000 + port, false, 86_400));
        }
        List<Listing<MappingView>> answers = new ArrayList<>();
        assertTrue(big.control.mappings(ALL, big.nowNs, big.wallMillis, answers::add));
        big.map(wish(InternalTuple.of(Protocol.TCP, HOST_A, 1000), 0));
        big.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A, 1), 600));

        assertEquals(leases, answers.getFirst().total());
    }

    @Test
    void ofOneSubscriberOnlyItsOwnPartOfTheBookIsWalked() {
        ControlRig big = rigWithLeases(2 * PortControl.SLICE);
        big.granted(wish(OF_B, 600));
        List<Listing<MappingView>> answers = new ArrayList<>();

        assertTrue(
                big.control.mappings(
                        ofSubscriber("100.64.0.11"), big.nowNs, big.wallMillis, answers::add));
        assertTrue(
                big.control.mappings(
                        ofSubscriber("nobody"), big.nowNs, big.wallMillis, answers::add));

        // Without a turn of the loop.
        assertEquals(List.of(1, 0), answers.stream().map(Listing::total).toList());
        assertEquals(OF_B, answers.getFirst().items().getFirst().internal());
    }

    @Test
    void subscriberOfManyPrefixesIsListedInOrderAndEachMappingOnce() {
        InternalTuple high = InternalTuple.of(Protocol.TCP, Ipv4.of("100.66.0.1"), 1);
        InternalTuple between = InternalTuple.of(Protocol.TCP, Ipv4.of("100.65.0.1"), 1);
        rig.apply(
                ControlRig.policy(
                        rig.config.nat(),
                        List.of(),
                        List.of(
                                plan(
                                        "office",
                                        "default",
                                        "100.66.0.0/16",
                                        "100.64.0.10/32",
                                        "100.64.0.0/24"),
                                plan("ann", "default", "100.65.0.0/16"))));
        for (InternalTuple internal : List.of(high, between, WEB, OF_B)) {
            rig.granted(wish(internal, 600));
        }

        assertEquals(List.of(WEB, OF_B, high), found(ofSubscriber("office")));
        assertEquals(3, ask(ofSubscriber("office")).total());
        assertEquals(List.of(between), found(ofSubscriber("ann")));
        assertEquals(Optional.of("office"), rig.control.subscriberOf(HOST_B));
        assertEquals(Optional.empty(), rig.control.subscriberOf(Ipv4.of("100.70.0.1")));
    }

    @Test
    void hostsHavePlacesForQuestionsOfTheirOwn() {
        ControlRig big = rigWithLeases(PortControl.SLICE + 1);
        List<Listing<MappingView>> answers = new ArrayList<>();
        for (int i = 0; i < Questions.MAX_UNDER_WAY_OF_HOSTS; i++) {
            assertTrue(big.control.mappingsForHost(ALL, big.nowNs, big.wallMillis, answers::add));
        }

        assertFalse(big.control.mappingsForHost(ALL, big.nowNs, big.wallMillis, answers::add));
        assertTrue(big.control.mappings(ALL, big.nowNs, big.wallMillis, answers::add));
        big.settle();

        assertEquals(Questions.MAX_UNDER_WAY_OF_HOSTS + 1, answers.size());
        assertEquals(1, big.counted(ControlCounter.HOST_QUESTIONS_REFUSED));
        assertEquals(0, big.counted(ControlCounter.QUESTIONS_REFUSED));
    }

    private static MappingQuery ofSubscriber(String id) {
        return new MappingQuery(
                Optional.of(id),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Set.of(),
                "",
                0,
                1000);
    }

    /** One shard that holds so many mappings of the first host. */
    private static ControlRig rigWithLeases(int leases) {
        ControlRig big = rigWithQuota(leases);
        for (int port = 0; port < leases; port++) {
            InternalTuple internal = InternalTuple.of(Protocol.TCP, HOST_A, 1 + port);
            big.granted(wish(internal, ControlRig.NONCE, 2000 + port, false, 86_400));
        }
        return big;
    }

    /** One shard with room for many mappings of one host. */
    private static ControlRig rigWithQuota(int mappings) {
        NatConfig nat = ControlRig.nat(1, new PortRange(1024, 16_383));
        return new ControlRig(
                1,
                ControlConfig.of(
                        new NatConfig(
                                1,
                                nat.inside(),
                                Pool.of(
                                        nat.pool().addresses(),
                                        nat.pool().ports(),
                                        nat.pool().incomingPorts(),
                                        nat.pool().block()),
                                nat.timers(),
                                new NatConfig.Capacity(1024, 65_536, 64),
                                Rules.of(
                                        new Rules.Quota(mappings, 65_536, 4096, 200, 2000),
                                        nat.rules().explicitPorts(),
                                        nat.rules().eif()))));
    }

    @Test
    void aSubscriberIsSeenWithItsLimitsAndWhatItUses() {
        rig.outbound(InternalTuple.of(Protocol.UDP, HOST_A, 9));
        Granted granted = rig.granted(wish(WEB, 600));
        rig.granted(wish(DNS, 600));
        rig.map(wish(DNS, 0));

        SubscriberView view = rig.subscriber("100.64.0.10").orElseThrow();

        assertEquals(List.of("100.64.0.10/32"), view.prefixes());
        assertEquals(OptionalInt.of(granted.externalIp()), view.externalIp());
        assertEquals(QUOTA, view.profile().quota().mappings());
        assertEquals(1, view.leases());
        assertEquals(1, view.holds());
        assertEquals(3, view.ports());
        assertEquals(1, view.blocks().size());
        assertTrue(rig.subscriber("ann").isEmpty());
        assertEquals(0, rig.subscriber("100.64.9.9").orElseThrow().leases());
    }

    @Test
    void namedSubscribersAreListedByIdEvenWhenTheyHaveNothing() {
        rig.apply(
                ControlRig.policy(
                        rig.config.nat(),
                        List.of(ControlRig.profile("big", 9)),
                        List.of(
                                plan("Office", "big", "100.64.0.0/24"),
                                plan("ann", "default", "100.65.0.0/16"),
                                plan("school", "default", "100.66.0.0/16"))));
        rig.granted(wish(WEB, 600));

        assertEquals(List.of("Office", "ann", "school"), ids(subscribers("", 0, 200)));
        assertEquals(List.of("ann"), ids(subscribers("", 1, 1)));
        assertEquals(3, subscribers("", 1, 1).total());
        assertEquals(List.of("Office"), ids(subscribers("office", 0, 200)));
        assertEquals(List.of("Office"), ids(subscribers("BIG", 0, 200)));
        assertEquals(List.of("school"), ids(subscribers("100.66.1.2", 0, 200)));
        assertEquals(1, subscribers("office", 0, 200).items().getFirst().leases());
    }

    private static List<String> ids(Listing<SubscriberView> listing) {
        return listing.items().stream().map(SubscriberView::id).toList();
    }

    @Test
    void aSubscriberIsSeenEvenWhenItsShardHasNoPlaceForAWhile() {
        rig.granted(wish(WEB, 600));
        for (int i = 0; i < ControlRig.PLACES; i++) {
            rig.ask(wish(InternalTuple.of(Protocol.TCP, HOST_B, 1 + i), 600));
        }

        assertEquals(1, rig.subscriber("100.64.0.10").orElseThrow().leases());
    }

    @Test
    void staffDropALeaseWhoeverOwnsItAndItsPortRests() {
        Granted granted = rig.granted(wish(WEB, 600));
        rig.outbound(WEB);

        assertTrue(drop(WEB));

        assertFalse(rig.forwards(WEB, granted));
        assertTrue(rig.journal.durable().leases.isEmpty());
        assertEquals(1, rig.control.sizes().holds());
        MappingEvent.Ended ended = (MappingEvent.Ended) events.getLast();
        assertEquals(MappingEvent.Cause.STAFF, ended.cause());
        assertFalse(drop(WEB));
    }

    @Test
    void aDropWaitsForWhatIsUnderWayWithTheTuple() {
        rig.granted(wish(WEB, 600));
        List<MapOutcome> renewal = rig.ask(wish(WEB, 900));

        assertTrue(drop(WEB));

        assertEquals(1, renewal.size());
        assertTrue(rig.active(WEB).isEmpty());
    }

    @Test
    void theEndOfADroppedLeaseIsDurableBeforeStaffHearOfIt() {
        rig.granted(wish(WEB, 600));
        List<Boolean> replies = new ArrayList<>();
        assertTrue(rig.control.drop(WEB, rig.nowNs, rig.wallMillis, replies::add));
        for (int i = 0; i < 5; i++) {
            rig.shards.getFirst().run(10, rig.nowNs);
            rig.control.doWork(rig.nowNs, rig.wallMillis);
        }

        assertEquals(List.of(), replies);
        rig.settle();
        assertEquals(List.of(true), replies);
    }

    @Test
    void aReleaseEndsAllLeasesOfOneAddress() {
        for (int port = 1; port <= QUOTA; port++) {
            rig.granted(wish(InternalTuple.of(Protocol.TCP, HOST_A, port), 600));
        }
        rig.granted(wish(OF_B, 600));

        int released =
                rig.answer((now, wall, reply) -> rig.control.release(HOST_A, now, wall, reply));

        assertEquals(QUOTA, released);
        assertEquals(List.of(OF_B), found(ALL));
    }

    @Test
    void aReleaseEndsWhatIsGrantedMeanwhileToo() {
        List<MapOutcome> answers = rig.ask(wish(WEB, 600));

        int released =
                rig.answer((now, wall, reply) -> rig.control.release(HOST_A, now, wall, reply));

        assertInstanceOf(MapOutcome.Granted.class, answers.getFirst());
        assertEquals(1, released);
        assertTrue(rig.active(WEB).isEmpty());
    }

    @Test
    void tooManyDropsAtOnceAreRefused() {
        rig.granted(wish(WEB, 600));
        List<Boolean> replies = new ArrayList<>();
        for (int i = 0; i < Evictions.MAX_UNDER_WAY; i++) {
            assertTrue(rig.control.drop(WEB, rig.nowNs, rig.wallMillis, replies::add));
        }
        assertFalse(rig.control.drop(WEB, rig.nowNs, rig.wallMillis, replies::add));
        rig.settle();

        assertEquals(Evictions.MAX_UNDER_WAY, replies.size());
        assertEquals(1, replies.stream().filter(dropped -> dropped).count());
    }

    @Test
    void listenersHearOfBlocksOnceTheyAreDurable() {
        List<BlockEvent> events = new ArrayList<>();
        rig.control.listenBlocks(events::add);
        rig.journal.full = true;
        rig.outbound(WEB);
        assertEquals(List.of(), events);

        rig.journal.full = false;
        rig.outbound(WEB);

        BlockView block = events.getFirst().block();
        assertEquals(List.of(new BlockEvent.Leased(block)), events);
        assertEquals("100.64.0.10", block.subscriber());
        assertEquals(512, block.portCount());
    }

    @Test
    void aRollCallTellsOfEachMappingAndBlockOnceHoweverOftenItHasToWait() {
        rig.granted(wish(WEB, 600));
        rig.granted(wish(OF_B, 600));
        rig.outbound(DNS);
        List<InternalTuple> mappings = new ArrayList<>();
        List<BlockView> blocks = new ArrayList<>();
        List<String> over = new ArrayList<>();
        var random = new SplittableRandom(1);

        rig.control.callRoll(
                view -> random.nextBoolean() && mappings.add(view.internal()),
                block -> random.nextBoolean() && blocks.add(block),
                () -> over.add("over"));
        for (int i = 0; i < 100; i++) {
            rig.settle();
        }

        assertEquals(List.of(WEB, OF_B), mappings);
        assertEquals(1, blocks.size());
        assertEquals(List.of("over"), over);
    }

    @Test
    void listenersHearOfEveryChangeAndWhy() {
        rig.granted(wish(WEB, 600));
        rig.granted(wish(WEB, 900));
        rig.map(wish(WEB, 0));
        rig.granted(wish(DNS, 120));
        rig.advance(120);
        rig.settle();

        assertEquals(
                List.of("Made 600", "Changed 900", "DELETED", "Made 120", "EXPIRED"),
                events.stream().map(ViewsTest::word).toList());
    }

    private static String word(MappingEvent event) {
        return switch (event) {
            case MappingEvent.Made made -> "Made " + made.mapping().remainingSeconds();
            case MappingEvent.Changed changed -> "Changed " + changed.mapping().remainingSeconds();
            case MappingEvent.Ended ended -> ended.cause().name();
        };
    }

    @Test
    @Conformance("NPM-022")
    void askingForTheExternalAddressPairsAndMappingsAgree() {
        int externalIp = externalIp(HOST_A).orElseThrow();

        assertEquals(externalIp, rig.granted(wish(WEB, 600)).externalIp());
        assertEquals(externalIp, externalIp(HOST_A).orElseThrow());
        assertEquals(OptionalInt.empty(), externalIp(Ipv4.of("10.0.0.1")));
    }

    @Test
    void anAddressIsNotToldBeforeItsPairingIsDurable() {
        List<OptionalInt> replies = new ArrayList<>();
        rig.control.externalIp(HOST_A, rig.nowNs, rig.wallMillis, replies::add);
        rig.control.externalIp(HOST_A, rig.nowNs, rig.wallMillis, replies::add);
        rig.control.doWork(rig.nowNs, rig.wallMillis);
        assertEquals(List.of(), replies);

        rig.settle();

        assertEquals(2, replies.size());
        assertTrue(replies.getFirst().isPresent());
        assertEquals(1, rig.journal.durable().pairings.size());
    }

    @Test
    void withoutAJournalNoAddressIsTold() {
        rig.journal.full = true;
        assertEquals(OptionalInt.empty(), externalIp(HOST_A));
        assertEquals(0, rig.control.sizes().subscribers());
    }

    @Test
    @Conformance("NAT-APP-005")
    void aPairingThatWasOnlyAskedForStaysForFiveMinutesAfterTheLastQuestion() {
        externalIp(HOST_A);
        rig.advance(200);
        externalIp(HOST_A);
        for (int second = 0; second < 299; second++) {
            rig.advance(1);
            rig.settle();
        }
        assertEquals(1, rig.journal.durable().pairings.size());

        for (int second = 0; second < 4; second++) {
            rig.advance(1);
            rig.settle();
        }

        assertEquals(0, rig.journal.durable().pairings.size());
        assertEquals(0, rig.control.sizes().subscribers());
    }
}
