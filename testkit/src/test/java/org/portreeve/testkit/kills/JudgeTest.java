package org.portreeve.testkit.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JudgeTest {
    private static final Filter FILTER = Filter.CHOICES.getFirst();
    private static final Filter OTHER = Filter.CHOICES.getLast();

    private final Judge judge = new Judge();

    @Test
    void aRenewalWithTheSameTupleIsInOrder() {
        grant(0, "a", "x");
        grant(10, "a", "x");
        assertEquals(List.of(), judge.violations());
    }

    @Test
    void aLiveLeaseThatMovesIsAViolation() {
        grant(0, "a", "x");
        grant(10, "a", "y");
        assertViolation("moved");
    }

    @Test
    void aLeaseThatEndedMayMove() {
        grant(0, "a", "x");
        grant(700, "a", "y");
        assertEquals(List.of(), judge.violations());
    }

    @Test
    void twoHoldersOfOneExternalPortAreAViolation() {
        grant(0, "a", "x");
        grant(1, "b", "x");
        assertViolation("also held");
    }

    @Test
    void aDeletedPortMayHaveAnotherHolder() {
        grant(0, "a", "x");
        judge.read(new Ack(1_000, 1_000, "a", Wish.lifetime(0), 0, 0, 1, "-").line());
        grant(2, "b", "x");
        assertEquals(List.of(), judge.violations());
    }

    @Test
    void anOwnerThatIsRefusedIsAViolation() {
        grant(0, "a", "x");
        judge.read(new Ack(1_000, 1_000, "a", Wish.lifetime(600), 2, 30, 1, "-").line());
        assertViolation("refused");
    }

    @Test
    void aLeaseThatNobodyConfirmsIsAViolation() {
        grant(0, "a", "x");
        grant(0, "b", "y");
        judge.read(Judge.VERIFY_BEGIN);
        grant(1, "a", "x");
        judge.read(Judge.VERIFY_END);
        assertViolation("not confirmed");
        assertEquals(2, judge.verified());
    }

    @Test
    void anEpochThatFallsIsAViolation() {
        grant(100, "a", "x");
        judge.read(new Ack(101_000, 101_000, "b", Wish.lifetime(600), 0, 600, 0, "y").line());
        assertViolation("epoch");
    }

    @Test
    void anEpochThatRunsMuchFasterThanTheClockIsAViolation() {
        grant(100, "a", "x");
        judge.read(new Ack(110_000, 110_000, "b", Wish.lifetime(600), 0, 600, 150, "y").line());
        assertViolation("epoch");
    }

    @Test
    void anEpochIsNotJudgedByTheOrderInWhichLateAnswersAreRead() {
        judge.read(new Ack(40_000, 44_000, "a", Wish.lifetime(600), 0, 600, 43, "x").line());
        judge.read(new Ack(39_000, 44_000, "b", Wish.lifetime(600), 0, 600, 40, "y").line());
        judge.read(new Ack(44_000, 44_100, "c", Wish.lifetime(600), 0, 600, 44, "z").line());
        assertEquals(List.of(), judge.violations());
    }

    @Test
    void aDeletedMappingThatRefusesSomebodyElseIsAViolation() {
        grant(0, "a", "x");
        judge.read(new Ack(1_000, 1_000, "a", Wish.lifetime(0), 0, 0, 1, "-").line());
        judge.read(new Ack(2_000, 2_000, "a", Wish.lifetime(600), 2, 600, 2, "-").line());
        assertViolation("did not last");
    }

    @Test
    void aListingThatSaysWhatWasGrantedIsInOrder() {
        filtered(0, FILTER, "name");
        filtered(1, OTHER, Wish.AS_IS);
        judge.compare(List.of(listed(601, FILTER, OTHER)), 2_000);
        assertEquals(List.of(), judge.violations());
        assertEquals(1, judge.filtersListed());
    }

    @Test
    void aFilterThatIsNotListedIsAViolation() {
        filtered(0, FILTER, "name");
        filtered(1, OTHER, Wish.AS_IS);
        judge.compare(List.of(listed(601, OTHER)), 2_000);
        assertViolation("otherwise than granted");
    }

    @Test
    void aLeaseThatIsListedWithATimeItHadBeforeIsAViolation() {
        filtered(0, FILTER, "name");
        judge.read(new Ack(1_000, 1_000, "a", Wish.lifetime(120), 0, 120, 1, "x").line());
        judge.compare(List.of(listed(600, FILTER)), 2_000);
        assertViolation("otherwise than granted");
    }

    @Test
    void aPortOtherThanTheOneInsistedOnIsAViolation() {
        Wish wish = Wish.lifetime(600).insistingOn(40_000);
        judge.read(new Ack(0, 0, "a", wish, 0, 600, 0, "1.2.3.4/17/40000").line());
        assertEquals(List.of(), judge.violations());
        judge.read(new Ack(0, 0, "b", wish, 0, 600, 0, "1.2.3.4/17/40001").line());
        assertViolation("insisted on");
        assertEquals(2, judge.insistedGranted());
    }

    @Test
    void anOwnerThatInsistsOnItsPortInVainIsAViolation() {
        grant(0, "a", "1.2.3.4/17/40000");
        Wish other = Wish.lifetime(600).insistingOn(40_001);
        judge.read(new Ack(1_000, 1_000, "a", other, 11, 30, 1, "-").line());
        assertEquals(List.of(), judge.violations());
        Wish own = Wish.lifetime(600).insistingOn(40_000);
        judge.read(new Ack(1_000, 1_000, "a", own, 11, 30, 1, "-").line());
        assertViolation("the port that it has");
    }

    @Test
    void aPeerThatLostItsNameIsAViolation() {
        String internal = "100.72.0.1/17/" + Subscriber.PEER_PORT;
        Wish wish = new Wish(600, false, List.of(), "door");
        judge.read(new Ack(0, 0, internal, wish, 0, 600, 0, "x").line());
        judge.compare(List.of(peer(internal, "door, " + Probes.REMOTE_PEER_NAME)), 1_000);
        assertEquals(List.of(), judge.violations());
        assertEquals(1, judge.namedPeersListed());
        judge.compare(List.of(peer(internal, Probes.REMOTE_PEER_NAME)), 1_000);
        assertViolation("otherwise than granted");
    }

    @Test
    void aPortOfASetThatSomebodyElseHoldsIsAViolation() {
        set(0, "a", 40_000, 8);
        grant(1, "b", "1.2.3.4/17/40008");
        assertEquals(List.of(), judge.violations());
        grant(2, "c", "1.2.3.4/17/40007");
        assertViolation("also held");
    }

    @Test
    void aLiveSetThatShrinksIsAViolation() {
        set(0, "a", 40_000, 8);
        set(1, "a", 40_000, 4);
        assertViolation("moved");
    }

    @Test
    void aSetThatIsListedAsOnePortIsAViolation() {
        set(0, "a", 40_000, 8);
        String external = "1.2.3.4/17/40000";
        judge.compare(List.of(new Listed("a", external, "", 600_000, 600_000, 8, Set.of())), 1_000);
        assertEquals(List.of(), judge.violations());
        assertEquals(1, judge.setsListed());
        judge.compare(List.of(new Listed("a", external, "", 600_000, 600_000, 1, Set.of())), 1_000);
        assertViolation("otherwise than granted");
    }

    private void set(long second, String internal, int port, int count) {
        long millis = second * 1000;
        String external = "1.2.3.4/17/" + port;
        Wish wish = Wish.lifetime(600);
        Ack ack = new Ack(millis, millis, internal, wish, 0, 600, second, external, count);
        judge.read(ack.line());
    }

    private static Listed peer(String internal, String name) {
        return new Listed(internal, "x", name, 600_000, 600_000, 1, Set.of());
    }

    @Test
    void aLeaseThatIsNotListedIsAViolation() {
        grant(0, "a", "x");
        judge.compare(List.of(), 1_000);
        assertViolation("not listed");
    }

    @Test
    void aDeletedMappingThatIsListedIsAViolation() {
        filtered(0, FILTER, "name");
        judge.read(new Ack(1_000, 1_000, "a", Wish.lifetime(0), 0, 0, 1, "-").line());
        judge.compare(List.of(listed(600, FILTER)), 2_000);
        assertViolation("a deleted mapping is listed");
    }

    private void filtered(long second, Filter filter, String description) {
        Wish wish = new Wish(600, false, List.of(filter), description);
        judge.read(new Ack(second * 1000, second * 1000, "a", wish, 0, 600, second, "x").line());
    }

    private static Listed listed(long endSecond, Filter... filters) {
        Set<String> texts = Stream.of(filters).map(Filter::toString).collect(Collectors.toSet());
        return new Listed("a", "x", "name", endSecond * 1000, endSecond * 1000, 1, texts);
    }

    private void grant(long second, String internal, String external) {
        judge.read(
                new Ack(
                                second * 1000,
                                second * 1000,
                                internal,
                                Wish.lifetime(600),
                                0,
                                600,
                                second,
                                external)
                        .line());
    }

    private void assertViolation(String words) {
        assertEquals(1, judge.violations().size(), () -> judge.violations().toString());
        assertTrue(judge.violations().getFirst().contains(words), judge.violations()::getFirst);
    }
}
