package org.portreeve.control.journal;

import java.io.IOException;
import java.util.function.LongPredicate;
import org.portreeve.control.counter.Counters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each segment of the journal a second name, so that a start which finds no journal still
 * knows the tuples of before (RFC 6887 §18.3.3). The names are durable before a batch is written,
 * and go after the segments did: they are never less than what the journal needs. What fails here
 * holds up nobody. Owned by the journal thread.
 */
final class LastTuples {
    private static final Logger LOG = LoggerFactory.getLogger(LastTuples.class);

    private final JournalFiles files;
    private final FileLinks links;
    private final Counters<JournalCounter> counters;
    private boolean failing;

    LastTuples(JournalFiles files, Counters<JournalCounter> counters) {
        this.files = files;
        this.links = files.links();
        this.counters = counters;
    }

    /** The highest number that has a name here, 0 for none: no other segment may get it. */
    long highest() {
        try {
            return links.list().stream()
                    .flatMapToLong(name -> SegmentHeader.sequenceOf(name).stream())
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            failed(e);
            return 0;
        }
    }

    /** Names every segment of the journal, those too that it could not name before. */
    void keep() {
        try {
            for (String name : files.list()) {
                if (SegmentHeader.sequenceOf(name).isPresent() && !links.has(name)) {
                    links.link(name);
                }
            }
            // Also what was named before: a kill may have come between.
            links.force();
            if (failing) {
                failing = false;
                LOG.info("Last tuples {}: kept again", links.location());
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Takes the names of these segments away, oldest first. */
    void drop(LongPredicate superfluous) {
        try {
            for (String name : links.list().stream().sorted().toList()) {
                if (SegmentHeader.sequenceOf(name).stream().anyMatch(superfluous)) {
                    links.delete(name);
                }
            }
            links.force();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException reason) {
        counters.add(JournalCounter.LINKS_FAILED, 1);
        if (!failing) {
            failing = true;
            LOG.warn(
                    "Last tuples {}: cannot be kept ({}). The journal works as ever; but if it were"
                            + " lost, nothing would tell which ports were in use",
                    links.location(),
                    reason.toString());
        }
    }
}
