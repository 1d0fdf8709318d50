package org.portreeve.control;

import java.util.List;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;

/**
 * Writes everything live anew, in slices, so that the journal can drop its older segments.
 *
 * <p>What is written must be what is durable, and nothing may be missed: the walk begins when all
 * records of the older segments are settled in the books, it waits at an entry whose change is on
 * its way, and new entries write themselves into the new segment. Older segments go only when
 * everything written is durable; after a loss it begins again. Event loop only.
 */
final class Checkpoint {
    private final ControlState state;
    private final LeaseJournal journal;
    private final EpochRecord epoch;
    private final ClientEpochs epochs;
    private final Blocks blocks;
    private final DrainControl drains;
    private final SubscriberDrains subscriberDrains;
    private Phase phase = Phase.IDLE;
    private boolean wanted;
    private long throughPosition;
    private long sliceThrough;
    private long lossesBefore;
    private int slot;
    private List<JournalRecord.ClientEpochStarted> ofClients = List.of();

    Checkpoint(
            ControlState state,
            LeaseJournal journal,
            EpochRecord epoch,
            ClientEpochs epochs,
            Blocks blocks,
            DrainControl drains,
            SubscriberDrains subscriberDrains) {
        this.state = state;
        this.journal = journal;
        this.epoch = epoch;
        this.epochs = epochs;
        this.blocks = blocks;
        this.drains = drains;
        this.subscriberDrains = subscriberDrains;
    }

    /** Wall-clock times in the journal are wrong by a step of the clock: write them anew. */
    void want() {
        wanted = true;
    }

    /**
     * Goes on, with at most so many records, when those of the last time are settled: what clients
     * wait for comes behind that many, however large the checkpoint is. Returns the work done.
     */
    int advance(int limit) {
        if (state.recorder.settledPosition() < sliceThrough) {
            return 0;
        }
        long before = state.recorder.lastPosition();
        int done = 0;
        while (done < limit && step()) {
            done++;
        }
        long after = state.recorder.lastPosition();
        sliceThrough = after == before ? sliceThrough : after;
        return done;
    }

    private boolean step() {
        return switch (phase) {
            case IDLE -> begin();
            case SETTLING -> settled() && enter(Phase.EPOCH);
            case EPOCH -> epoch();
            case CLIENT_EPOCHS -> walk(ofClients.size(), Phase.PAIRINGS);
            case PAIRINGS -> walk(state.subscribers.slotCount(), Phase.BLOCKS);
            case BLOCKS -> walk(state.blocks.slotCount(), Phase.LEASES);
            case LEASES -> walk(state.leases.slotCount(), Phase.PEERS);
            case PEERS -> walk(state.peers.slotCount(), Phase.HOLDS);
            case HOLDS -> walk(state.holds.slotCount(), Phase.CONFIRMING);
            case CONFIRMING -> settled() && end();
        };
    }

    private boolean begin() {
        boolean begins = wanted ? journal.mayBeginCheckpoint() : journal.wantsCheckpoint();
        if (!begins) {
            return false;
        }
        wanted = false;
        journal.beginCheckpoint();
        return enter(Phase.SETTLING);
    }

    private boolean enter(Phase next) {
        phase = next;
        slot = 0;
        throughPosition = state.recorder.lastPosition();
        if (next == Phase.EPOCH) {
            lossesBefore = state.recorder.losses();
        }
        return true;
    }

    private boolean settled() {
        return state.recorder.settledPosition() >= throughPosition;
    }

    private boolean epoch() {
        ofClients = epochs.records();
        return write(epoch.started())
                && write(new JournalRecord.TimeMark(state.wallMillis))
                && drains.write(state.recorder)
                && subscriberDrains.write(state.recorder)
                && enter(Phase.CLIENT_EPOCHS);
    }

    private boolean walk(int slotCount, Phase next) {
        if (slot >= slotCount) {
            return enter(next);
        }
        if (!writeSlot()) {
            return false;
        }
        slot++;
        return true;
    }

    /** Returns false when the slot must be tried again later. */
    private boolean writeSlot() {
        return switch (phase) {
            case CLIENT_EPOCHS -> writeClientEpoch(ofClients.get(slot));
            case PAIRINGS -> state.subscribers.slot(slot).map(this::writePairing).orElse(true);
            case BLOCKS -> writeBlock();
            case LEASES -> state.leases.at(slot).map(this::writeLease).orElse(true);
            case PEERS -> state.peers.at(slot).map(this::writePeer).orElse(true);
            case HOLDS -> state.holds.at(slot).map(h -> write(state.held(h))).orElse(true);
            case IDLE, SETTLING, EPOCH, CONFIRMING -> throw new AssertionError("nothing to walk");
        };
    }

    /** Not when all began anew meanwhile, which the journal already knows. */
    private boolean writeClientEpoch(JournalRecord.ClientEpochStarted started) {
        return !epochs.isOfThisEpoch(started) || write(started);
    }

    private boolean writePairing(Subscriber subscriber) {
        return switch (subscriber.pairing) {
            case NONE, STALLED -> true;
            case RECORDING -> false;
            case DURABLE, FORGETTING -> !subscriber.isMoving && record(subscriber);
        };
    }

    /** One that was used without a record has a record from then on, if it is still the same. */
    private boolean record(Subscriber subscriber) {
        int pairings = subscriber.pairings;
        return state.recorder.append(
                state.pairings.record(subscriber),
                durable -> {
                    boolean isSame = subscriber.pairings == pairings;
                    subscriber.isUnrecorded &= !durable || !isSame;
                });
    }

    private boolean writeBlock() {
        int addressIndex = state.blocks.addressOf(slot);
        int firstPort = state.blocks.firstPortOf(slot);
        int owner = state.blocks.ownerOf(addressIndex, firstPort);
        if (owner == BlockBook.NOBODY) {
            return true;
        }
        return !state.blocks.isRecording(addressIndex, firstPort)
                && write(blocks.record(state.subscribers.at(owner), addressIndex, firstPort));
    }

    private boolean writeLease(Lease lease) {
        return !state.leases.isRecording(lease)
                && write(state.granted(lease, lease.owner(), lease.deadlineNs()));
    }

    private boolean writePeer(PeerLease lease) {
        return !lease.isRecording() && write(state.granted(lease));
    }

    private boolean write(JournalRecord record) {
        return state.recorder.append(record, _ -> {});
    }

    private boolean end() {
        // The journal is told in either case; older segments stay when a record was lost.
        journal.endCheckpoint();
        if (state.recorder.losses() != lossesBefore) {
            wanted = true;
        } else {
            state.counters.increment(ControlCounter.CHECKPOINTS);
        }
        return enter(Phase.IDLE);
    }

    private enum Phase {
        IDLE,
        SETTLING,
        EPOCH,
        CLIENT_EPOCHS,
        PAIRINGS,
        BLOCKS,
        LEASES,
        PEERS,
        HOLDS,
        CONFIRMING
    }
}
