package org.portreeve.control.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.control.history.HistoryChange.Began;
import org.portreeve.control.history.HistoryChange.Ended;
import org.portreeve.control.history.HistoryChange.Present;
import org.portreeve.control.history.HistoryChange.RollBegan;
import org.portreeve.control.history.HistoryChange.RollEnded;
import org.portreeve.control.store.HistoryEntry;
import org.portreeve.testkit.Conformance;

class OpenEntriesTest {
    private static final Possession PORT = new Possession(0, "ann", 6, 1, 5000, 1);
    private static final Possession BLOCK = new Possession(0, "ann", 0, 1, 2048, 512);

    private final OpenEntries open = new OpenEntries();

    private List<HistoryEntry> took(HistoryChange... changes) {
        return List.of(changes).stream().flatMap(change -> open.take(change).stream()).toList();
    }

    private static HistoryEntry ongoing(Possession possession, long fromMillis) {
        return possession.during(fromMillis, HistoryEntry.ONGOING);
    }

    @Test
    void anEndCarriesItsBeginning() {
        assertEquals(
                List.of(ongoing(PORT, 10), PORT.during(10, 20)),
                took(new Began(PORT, 10), new Ended(PORT, 20)));
    }

    @Test
    @Conformance("SEED-B-054")
    void connectionsAtASharedPortAreTakenDownEachAndRollsPassThemBy() {
        var one = new Possession(0, "ann", 6, 1, 700, 1, 7);
        var other = new Possession(0, "bob", 6, 1, 700, 1, 8);
        assertEquals(
                List.of(ongoing(one, 10), ongoing(other, 11)),
                took(new Began(one, 10), new Began(other, 11)));
        assertEquals(List.of(), took(new RollBegan(20), new RollEnded()));
        assertEquals(List.of(one.during(10, 30)), took(new Ended(one, 30)));
    }

    @Test
    void whoHasASharedPortNextEndsWhatNobodyHeardTheEndOf() {
        var ann = new Possession(0, "ann", 6, 1, 700, 1, 7);
        var bob = new Possession(0, "bob", 6, 1, 700, 1, 7);
        assertEquals(
                List.of(ongoing(ann, 10), ann.during(10, 50), ongoing(bob, 50)),
                took(new Began(ann, 10), new Began(bob, 50)));
        assertEquals(
                List.of(bob.during(50, 60), ongoing(ann, 60), ann.during(60, 70), ongoing(ann, 70)),
                took(new Began(ann, 60), new Began(ann, 70)));
        assertEquals(List.of(ann.during(70, 80)), took(new Ended(ann, 80)));
    }

    @Test
    void connectionsAtASharedPortDoNotOutliveTheProcess() {
        var old = new Possession(0, "ann", 6, 1, 700, 1, 7);
        open.load(List.of(ongoing(old, 10)));
        assertEquals(List.of(ongoing(old, 50)), took(new Began(old, 50)));
        assertEquals(List.of(old.during(10, 60)), took(new RollBegan(60), new RollEnded()));
        assertEquals(List.of(old.during(50, 70)), took(new Ended(old, 70)));
    }

    @Test
    void whatTheStoreHasAlreadyIsNotWrittenTwiceAndKeepsItsBeginning() {
        open.load(List.of(ongoing(PORT, 10)));

        assertEquals(
                List.of(), took(new RollBegan(100), new Present(PORT, 100), new Began(PORT, 101)));
        assertEquals(List.of(), took(new RollEnded()));
        assertEquals(List.of(PORT.during(10, 200)), took(new Ended(PORT, 200)));
    }

    @Test
    void whatIsGoneAfterARestartEndedWithIt() {
        open.load(List.of(ongoing(PORT, 10), ongoing(BLOCK, 11)));

        assertEquals(
                List.of(PORT.during(10, 100)),
                took(new RollBegan(100), new Present(BLOCK, 105), new RollEnded()));
    }

    @Test
    void whatIsThereWithoutHavingBegunBeginsWithTheRoll() {
        assertEquals(
                List.of(ongoing(BLOCK, 105)),
                took(new RollBegan(100), new Present(BLOCK, 105), new RollEnded()));
    }

    @Test
    void whatBeginsDuringARollIsNotTakenAsGone() {
        assertEquals(
                List.of(ongoing(PORT, 101)),
                took(new RollBegan(100), new Began(PORT, 101), new RollEnded()));
    }

    @Test
    void ofAnEndWithoutABeginningOneMomentIsKnown() {
        assertEquals(List.of(PORT.during(20, 20)), took(new Ended(PORT, 20)));
    }

    @Test
    void aClockThatIsSetBackMakesNoEndBeforeTheBeginning() {
        assertEquals(PORT.during(20, 20), took(new Began(PORT, 20), new Ended(PORT, 5)).getLast());
    }

    @Test
    void whoHasPortsNextEndsWhatNobodyHeardTheEndOf() {
        var next = new Possession(0, "bob", 6, 1, 5000, 1);
        assertEquals(
                List.of(ongoing(PORT, 10), PORT.during(10, 50), ongoing(next, 50)),
                took(new Began(PORT, 10), new Began(next, 50)));
        assertEquals(List.of(PORT.during(60, 60)), took(new Ended(PORT, 60)));
        assertEquals(List.of(next.during(50, 70)), took(new Ended(next, 70)));
    }

    @Test
    void ofTwoThatTheStoreHasAtOnePlaceTheOneThatIsThereGoesOn() {
        var gone = new Possession(0, "bob", 6, 1, 5000, 1);
        open.load(List.of(ongoing(PORT, 10), ongoing(gone, 5)));
        assertEquals(
                List.of(gone.during(5, 60)),
                took(new RollBegan(60), new Present(PORT, 60), new RollEnded()));
        assertEquals(List.of(PORT.during(10, 70)), took(new Ended(PORT, 70)));
    }
}
