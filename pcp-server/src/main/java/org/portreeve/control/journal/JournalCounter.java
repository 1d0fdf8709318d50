package org.portreeve.control.journal;

import java.util.Locale;
import org.portreeve.control.counter.Counter;

/** What the journal counts. */
public enum JournalCounter implements Counter {
    RECORDS_DURABLE("Changes of leases, pairings and port blocks that were made durable"),
    RECORDS_REFUSED(
            "Changes refused because the journal's queue was full: the disk is slower than the"
                    + " requests; clients were told to ask again"),
    RECORDS_LOST(
            "Changes that could not be made durable and were undone: look at free space and the"
                    + " disk; clients were told to ask again"),
    BATCHES_FORCED("Writes that were forced to the disk; records per batch tell how busy it is"),
    WRITES_FAILED("Writes or forces that failed: look at free space and the disk"),
    SEGMENTS_FAILED("New journal files that could not be made: look at free space and the disk"),
    CHECKPOINTS_ENDED("Checkpoints after which older journal files could go"),
    CHECKPOINTS_BROKEN("Checkpoints without effect because a record of theirs was lost"),
    DELETIONS_FAILED(
            "Superfluous journal files that could not be deleted; the next checkpoint or start"
                    + " tries again"),
    LINKS_FAILED(
            "Names of journal files in last-tuples that could not be made or removed: after a loss"
                    + " of the journal nothing would tell which ports were in use");

    private final String help;

    JournalCounter(String help) {
        this.help = help;
    }

    @Override
    public String help() {
        return help;
    }

    @Override
    public String metricName() {
        return "journal_" + name().toLowerCase(Locale.ROOT) + "_total";
    }
}
