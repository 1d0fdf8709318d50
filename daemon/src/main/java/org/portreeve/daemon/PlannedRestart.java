package org.portreeve.daemon;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.portreeve.daemon.config.NodeConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.shard.Translator;
import org.portreeve.nat.snapshot.SnapshotHeader;
import org.portreeve.nat.snapshot.SnapshotReader;
import org.portreeve.nat.snapshot.SnapshotReader.Opened;
import org.portreeve.pcp.socket.Clocks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a planned stop and the start after it do so that sessions go on: a snapshot is written when
 * the shards have stopped, and put back, once, before packets are led to them again. What cannot be
 * used is refused with one line, and the node starts without it. Main thread.
 */
final class PlannedRestart {
    private static final Logger LOG = LoggerFactory.getLogger(PlannedRestart.class);
    private static final List<NatCounter> UNKEPT =
            List.of(
                    NatCounter.UNKEPT_ADDRESS,
                    NatCounter.UNKEPT_UNPAIRED,
                    NatCounter.UNKEPT_PORT,
                    NatCounter.UNKEPT_TUPLE,
                    NatCounter.UNKEPT_TABLE_FULL);

    private final String node;
    private final long keepMillis;
    private final SnapshotFile file;
    private final Clocks clocks;
    private Optional<SnapshotReader> found = Optional.empty();
    private boolean isComplete;
    private long keptSessions;

    PlannedRestart(NodeConfig config, Clocks clocks) {
        this.node = config.node();
        this.keepMillis = TimeUnit.NANOSECONDS.toMillis(config.restartKeepNs());
        this.file = new SnapshotFile(config.data());
        this.clocks = clocks;
    }

    /** Looks for what the last stop left; what is of no use is gone afterwards. */
    void find() {
        try {
            found = keepMillis == 0 ? Optional.empty() : file.read().flatMap(this::usable);
            if (found.isEmpty()) {
                file.delete();
            }
        } catch (IOException e) {
            LOG.warn("The sessions of the last stop are not put back: {}", e.toString());
        }
    }

    private Optional<SnapshotReader> usable(Opened opened) {
        return switch (opened) {
            case Opened.Refused(String why) -> refused(why);
            case Opened.Whole(SnapshotReader snapshot) -> {
                String owner = snapshot.header().node();
                long ageMillis = ageMillis(snapshot);
                if (!owner.equals(node)) {
                    yield refused("is of node %s, this one is %s".formatted(owner, node));
                }
                if (ageMillis < 0) {
                    yield refused("is of a time to come; look at the clock of this host");
                }
                if (ageMillis > keepMillis) {
                    yield refused(
                            "is %d s old, translator.restart.keep allows %d s"
                                    .formatted(ageMillis / 1_000, keepMillis / 1_000));
                }
                yield Optional.of(snapshot);
            }
        };
    }

    private Optional<SnapshotReader> refused(String why) {
        LOG.warn("The sessions of the last stop are not put back: {} {}", file.path(), why);
        return Optional.empty();
    }

    private long ageMillis(SnapshotReader snapshot) {
        return clocks.wallMillis().getAsLong() - snapshot.header().takenAtMillis();
    }

    /** The hosts that had mappings. */
    List<Integer> hosts() {
        return found.map(snapshot -> snapshot.internalIps().boxed().toList()).orElse(List.of());
    }

    /**
     * Puts back what was found, all else being back already. The file goes first, so that no later
     * start ever finds it again; a stop from here on writes another.
     */
    void putBack(Translator translator) throws IOException {
        file.delete();
        if (found.isPresent()) {
            putBack(translator, found.get());
            found = Optional.empty();
        }
        isComplete = true;
    }

    private void putBack(Translator translator, SnapshotReader snapshot) {
        long ageMillis = Math.max(0, ageMillis(snapshot));
        Awaited.answer(translator.restore(snapshot, TimeUnit.MILLISECONDS.toNanos(ageMillis)));
        var counters = translator.counters();
        keptSessions = counters.get(NatCounter.KEPT_SESSIONS);
        LOG.info(
                "Kept over the restart of {} ms: {} of {} sessions, {} of {} mappings; time ran out"
                        + " for {}, {} had to go (metrics nat_unkept_*)",
                ageMillis,
                keptSessions,
                snapshot.sessions(),
                counters.get(NatCounter.KEPT_MAPPINGS),
                snapshot.mappings(),
                counters.get(NatCounter.UNKEPT_EXPIRED),
                UNKEPT.stream().mapToLong(counters::get).sum());
    }

    /** For the line {@code ready}: how many sessions go on; nothing when there are none. */
    String phrase() {
        return keptSessions == 0 ? "" : "; %d sessions kept".formatted(keptSessions);
    }

    /** Writes what the stopped shards have, unless it was never complete or is not wanted. */
    void keep(Translator translator) {
        if (!isComplete || keepMillis == 0) {
            return;
        }
        long beganNs = clocks.nowNs().getAsLong();
        var header = new SnapshotHeader(node, clocks.wallMillis().getAsLong());
        try {
            var written = file.write(header, out -> translator.write(out, beganNs));
            if (written.isEmpty()) {
                LOG.warn("No sessions are kept for the next start: a shard did not stop");
                return;
            }
            long tookMillis = (clocks.nowNs().getAsLong() - beganNs) / 1_000_000;
            LOG.info(
                    "Kept for a start within {} s: {} sessions, {} mappings, in {} ms; {} rows were"
                            + " too many for the file",
                    keepMillis / 1_000,
                    written.get().sessions(),
                    written.get().mappings(),
                    tookMillis,
                    written.get().leftOut());
        } catch (IOException e) {
            LOG.warn("No sessions are kept for the next start: {}", e.toString());
        }
    }
}
