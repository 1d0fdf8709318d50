package org.portreeve.control;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.Turn.Wish;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * The one place where requests for ports are decided, whoever asks.
 *
 * <p>A single writer: all methods belong to one event loop and none blocks. Time is passed in,
 * {@code nowNs} from a monotonic clock and {@code wallMillis} since 1970. A mapping is reserved in
 * the translator, made durable, made active, and only then granted; each step holds what its undo
 * needs. {@link #doWork} is to be called whenever shards or the journal may have something, and at
 * {@link #nextDeadlineNs}. RFC 6887 §11 to §16.
 */
public final class PortControl {
    /** Outcomes taken from one shard in one turn of the loop. */
    static final int OUTCOMES = 1024;

    /** Reports, and retries, taken from the journal in one turn. */
    static final int COMPLETIONS = 1024;

    /** Leases of one shard, and resting ports, that end in one turn. */
    static final int EXPIRIES = 256;

    /** Records that a checkpoint or a recovery handles in one turn. */
    static final int SLICE = 1024;

    /** The pause of a loop that has nothing to do but what cannot be done yet. */
    static final long PAUSE_NS = 1_000_000L;

    /** How often the journal gets a mark of time. */
    static final long MARK_NS = 10 * Durations.NS_PER_SECOND;

    /** How often some subscribers are looked at for pairings that nobody needs. */
    static final long SWEEP_NS = Durations.NS_PER_SECOND;

    /** How many. */
    static final int SWEEP = 256;

    private final ControlState state;
    private final Blocks blocks;
    private final Epoch epoch;
    private final Checkpoint checkpoint;
    private final Recovery recovery;
    private final RequestLimiter limiter;
    private final ShardRequests.Events events = new ShardEvents();
    private boolean ready;
    private long nextMarkNs;
    private long nextSweepNs;
    private int sweepSlot;
    private int lastDone;

    /**
     * Port control that begins to put back what the journal kept; {@link #isReady} says when that
     * is done. Packets should not flow before.
     *
     * @param directory this becomes its only writer
     * @param links one for each shard, by index
     * @param found what the journal says, folded
     */
    public PortControl(
            ControlConfig config,
            Directory directory,
            List<ShardLink> links,
            LeaseJournal journal,
            RecoveredState found,
            long nowNs,
            long wallMillis) {
        state = new ControlState(config, directory, links, journal);
        state.at(nowNs, wallMillis);
        blocks = new Blocks(state);
        epoch = new Epoch(nowNs, wallMillis);
        checkpoint = new Checkpoint(state, journal, epoch, blocks);
        recovery = new Recovery(state, found, this::resetEpoch);
        limiter = new RequestLimiter(config.requests(), config.nat().capacity().subscribers());
        nextMarkNs = nowNs + MARK_NS;
        nextSweepNs = nowNs + SWEEP_NS;
        beginEpoch(found);
    }

    /**
     * Whether a request is worth any work: false when its sender sends more than its share, and
     * then it gets no answer either.
     */
    public boolean admits(int clientIp, long nowNs) {
        long key = state.subscribers.keyOf(InternalTuple.DEFAULT_REALM, clientIp);
        boolean admitted =
                limiter.admits(key == Subscribers.UNKNOWN ? ~(long) clientIp : key, nowNs);
        if (!admitted) {
            state.counters.increment(ControlCounter.RATE_LIMITED);
        }
        return admitted;
    }

    /** Whether an internal address belongs to a subscriber. */
    public boolean isSubscriber(int internalIp) {
        long key = state.subscribers.keyOf(InternalTuple.DEFAULT_REALM, internalIp);
        return key != Subscribers.UNKNOWN;
    }

    /**
     * Creates, renews or deletes a mapping. The reply is called exactly once, now or in a later
     * {@link #doWork}; it must not call back.
     */
    public void map(MapCommand command, long nowNs, long wallMillis, Consumer<MapOutcome> reply) {
        state.at(nowNs, wallMillis);
        state.counters.increment(ControlCounter.COMMANDS);
        if (ready) {
            state.turns.request(new Wish(command, reply));
            return;
        }
        MapOutcome outcome =
                new MapOutcome.Refused(Reason.NETWORK_FAILURE, MapRules.SHORT_ERROR_SECONDS);
        state.counters.countAnswer(outcome);
        reply.accept(outcome);
    }

    /** Does a bounded amount of what is due and returns how much that was. */
    public int doWork(long nowNs, long wallMillis) {
        state.at(nowNs, wallMillis);
        int done = state.recorder.drain(COMPLETIONS, nowNs);
        if (recovery.knowsPairings()) {
            done += state.requests.drain(OUTCOMES, events);
        }
        if (ready) {
            done += expireLeases() + endHolds() + mark() + sweep() + checkpoint.advance(SLICE);
        } else {
            done += recover();
        }
        state.counters.publish();
        lastDone = done;
        return done;
    }

    /**
     * When {@link #doWork} has something to do that comes with time alone: at once when it did
     * something now. When {@link #isWaiting}, something comes without time, soon.
     */
    public long nextDeadlineNs() {
        if (lastDone > 0) {
            return state.nowNs;
        }
        long nextNs = state.leases.nextDeadlineNs(Math.min(nextMarkNs, nextSweepNs));
        // What is due but could not be done waits for a place in a shard's mailbox.
        return Math.max(state.nowNs + PAUSE_NS, state.holds.nextDeadlineNs(nextNs));
    }

    /** Whether a shard or the journal owes something. */
    public boolean isWaiting() {
        return state.requests.isWaiting() || state.recorder.isWaiting();
    }

    /** Whether everything found at start is back in the translator. */
    public boolean isReady() {
        return ready;
    }

    /** The epoch that answers carry (RFC 6887 §8.5). */
    public long epochSeconds(long nowNs) {
        return epoch.seconds(nowNs);
    }

    /** What was counted; readable from any thread. */
    public ControlCounters counters() {
        return state.counters;
    }

    /** How much there is. */
    public Sizes sizes() {
        return new Sizes(
                state.leases.size(),
                state.holds.size(),
                state.subscribers.size(),
                state.turns.busyCount());
    }

    private void beginEpoch(RecoveredState found) {
        OptionalLong startMillis = found.epochStartMillis();
        // A clock behind the journal's last time cannot tell how long the node was down.
        boolean believed =
                startMillis.isPresent()
                        && state.wallMillis >= found.lastWallMillis()
                        && state.wallMillis >= startMillis.getAsLong();
        if (believed) {
            epoch.resume(startMillis.getAsLong(), state.nowNs, state.wallMillis);
        } else {
            resetEpoch();
        }
    }

    private void resetEpoch() {
        epoch.reset(state.nowNs, state.wallMillis);
        state.counters.increment(ControlCounter.EPOCH_RESETS);
        recordEpoch();
    }

    private void recordEpoch() {
        state.recorder.insist(_ -> {}, new JournalRecord.EpochStarted(epoch.startMillis()));
    }

    private int recover() {
        int done = recovery.advance(SLICE);
        if (recovery.isDone()) {
            ready = true;
        }
        return done;
    }

    private int expireLeases() {
        int done = 0;
        for (int shard = 0; shard < state.nat.shardCount(); shard++) {
            for (int left = EXPIRIES; left > 0; left--) {
                Optional<Lease> due = state.leases.due(shard, state.nowNs);
                if (due.isEmpty() || !state.turns.expire(due.get())) {
                    break;
                }
                done++;
            }
        }
        return done;
    }

    private int endHolds() {
        int done = 0;
        Optional<Hold> due = state.holds.due(state.nowNs);
        while (due.isPresent() && done < EXPIRIES) {
            state.endHold(due.get());
            done++;
            due = state.holds.due(state.nowNs);
        }
        return done;
    }

    /** Tells the journal the time, and anew what depends on it when the wall clock was stepped. */
    private int mark() {
        if (state.nowNs - nextMarkNs < 0) {
            return 0;
        }
        nextMarkNs = state.nowNs + MARK_NS;
        state.recorder.note(new JournalRecord.TimeMark(state.wallMillis));
        if (epoch.followWallClock(state.nowNs, state.wallMillis)) {
            recordEpoch();
            checkpoint.want();
        }
        return 1;
    }

    /** Finds pairings whose packets never came to anything, some at a time. */
    private int sweep() {
        if (state.nowNs - nextSweepNs < 0) {
            return 0;
        }
        nextSweepNs = state.nowNs + SWEEP_NS;
        int count = Math.min(SWEEP, state.subscribers.slotCount());
        for (int i = 0; i < count; i++) {
            sweepSlot = (sweepSlot + 1) % state.subscribers.slotCount();
            state.subscribers
                    .slot(sweepSlot)
                    .filter(s -> !s.hadPort)
                    .ifPresent(state.pairings::onIdle);
        }
        return 0;
    }

    /**
     * How much port control holds. Immutable.
     *
     * @param leases granted and not ended
     * @param holds external ports that rest
     * @param subscribers with a pairing
     * @param operations under way
     */
    public record Sizes(int leases, int holds, int subscribers, int operations) {}

    /** Hands what shards say to who keeps it. */
    private final class ShardEvents implements ShardRequests.Events {
        @Override
        public void onPairingWanted(int shard, ShardOutcome.PairingWanted wanted) {
            state.pairings.onWanted(shard, wanted);
        }

        @Override
        public void onBlockLeased(int shard, ShardOutcome.BlockLeased leased) {
            blocks.onLeased(shard, leased);
        }

        @Override
        public void onBlockReleased(ShardOutcome.BlockReleased released) {
            blocks.onReleased(released);
        }

        @Override
        public void onSubscriberIdle(ShardOutcome.SubscriberIdle idle) {
            state.pairings.onIdle(state.subscribers.at(idle.subscriber()));
        }
    }
}
