package org.portreeve.testkit.kills;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class JudgeTest {
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
        judge.read(new Ack(1_000, 1_000, "a", 0, 0, 0, 1, "-").line());
        grant(2, "b", "x");
        assertEquals(List.of(), judge.violations());
    }

    @Test
    void anOwnerThatIsRefusedIsAViolation() {
        grant(0, "a", "x");
        judge.read(new Ack(1_000, 1_000, "a", 600, 2, 30, 1, "-").line());
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
        judge.read(new Ack(101_000, 101_000, "b", 600, 0, 600, 0, "y").line());
        assertViolation("epoch");
    }

    @Test
    void anEpochThatRunsMuchFasterThanTheClockIsAViolation() {
        grant(100, "a", "x");
        judge.read(new Ack(110_000, 110_000, "b", 600, 0, 600, 150, "y").line());
        assertViolation("epoch");
    }

    @Test
    void anEpochIsNotJudgedByTheOrderInWhichLateAnswersAreRead() {
        judge.read(new Ack(40_000, 44_000, "a", 600, 0, 600, 43, "x").line());
        judge.read(new Ack(39_000, 44_000, "b", 600, 0, 600, 40, "y").line());
        judge.read(new Ack(44_000, 44_100, "c", 600, 0, 600, 44, "z").line());
        assertEquals(List.of(), judge.violations());
    }

    private void grant(long second, String internal, String external) {
        judge.read(
                new Ack(second * 1000, second * 1000, internal, 600, 0, 600, second, external)
                        .line());
    }

    private void assertViolation(String words) {
        assertEquals(1, judge.violations().size(), () -> judge.violations().toString());
        assertTrue(judge.violations().getFirst().contains(words), judge.violations()::getFirst);
    }
}
