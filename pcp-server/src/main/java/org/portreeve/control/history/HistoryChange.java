package org.portreeve.control.history;

/** What the loop of port control tells the writer. Immutable; times are wall-clock. */
sealed interface HistoryChange {
    /** Somebody got ports. */
    record Began(Possession possession, long atMillis) implements HistoryChange {}

    /** Somebody has ports, since then or longer. */
    record Present(Possession possession, long atMillis) implements HistoryChange {}

    /** Somebody no longer has ports. */
    record Ended(Possession possession, long atMillis) implements HistoryChange {}

    /** All that is there is about to be told. */
    record RollBegan(long atMillis) implements HistoryChange {}

    /** All that is there was told: what was not among it is over. */
    record RollEnded() implements HistoryChange {}
}
