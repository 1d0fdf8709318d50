package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.view.BlockView;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Makes the leases of port blocks durable before their ports are used, because a law may ask who
 * had them. While the journal fails they are refused, or used all the same, as {@link OnFailure}
 * says; then a checkpoint writes what is owed when the journal works again. Event loop only.
 */
final class Blocks {
    /** How long packets wait for a record when blocks may be used without. */
    static final long PATIENCE_NS = Durations.NS_PER_SECOND;

    private final ControlState state;

    /** Blocks whose record is on its way, oldest first; as many as there are blocks at most. */
    private final Deque<Waiting> underWay = new ArrayDeque<>();

    Blocks(ControlState state) {
        this.state = state;
    }

    /** A shard leased a block; packets wait for its record. */
    void onLeased(int shard, ShardOutcome.BlockLeased leased) {
        Subscriber subscriber = state.subscribers.at(leased.subscriber());
        var lease = new Waiting(shard, subscriber, leased, state.nowNs);
        boolean taken =
                state.recorder.append(
                        record(subscriber, leased.addressIndex(), leased.firstPort()),
                        durable -> recorded(lease, durable));
        if (!taken && !state.goesOnUnrecorded()) {
            refuse(lease);
            return;
        }
        subscriber.blocks++;
        subscriber.hadPort = true;
        subscriber.idle = false;
        state.blocks.lease(leased.addressIndex(), leased.firstPort(), subscriber.index);
        underWay.add(lease);
        if (state.goesOnUnrecorded() && state.recorder.isFailing()) {
            useUnrecorded(lease);
        }
    }

    /** Lets nobody wait longer than the patience for a record, where none is needed. */
    void advance() {
        while (!underWay.isEmpty() && underWay.peek().isDecided) {
            underWay.poll();
        }
        while (state.goesOnUnrecorded()
                && !underWay.isEmpty()
                && state.nowNs - underWay.peek().sinceNs >= PATIENCE_NS) {
            Waiting lease = underWay.poll();
            if (!lease.isDecided) {
                useUnrecorded(lease);
            }
        }
    }

    /** A block went back to the pool. A lost record is found out by the next owner's. */
    void onReleased(ShardOutcome.BlockReleased released) {
        int addressIndex = released.addressIndex();
        Subscriber subscriber = state.subscribers.at(released.subscriber());
        subscriber.blocks--;
        if (!state.blocks.isRecording(addressIndex, released.firstPort())) {
            state.listeners.released(view(subscriber, addressIndex, released.firstPort()));
        }
        state.blocks.release(addressIndex, released.firstPort());
        state.recorder.note(
                new JournalRecord.BlockReleased(
                        state.externalIp(addressIndex), released.firstPort()));
    }

    /** What a leased block looks like in the journal. */
    JournalRecord record(Subscriber subscriber, int addressIndex, int firstPort) {
        return new JournalRecord.BlockLeased(
                state.subscribers.id(subscriber),
                state.externalIp(addressIndex),
                firstPort,
                state.nat.pool().block().size());
    }

    /** The block at a position, if somebody has it for certain. */
    Optional<BlockView> viewOf(int slot) {
        int addressIndex = state.blocks.addressOf(slot);
        int firstPort = state.blocks.firstPortOf(slot);
        int owner = state.blocks.ownerOf(addressIndex, firstPort);
        return owner == BlockBook.NOBODY || state.blocks.isRecording(addressIndex, firstPort)
                ? Optional.empty()
                : Optional.of(view(state.subscribers.at(owner), addressIndex, firstPort));
    }

    private BlockView view(Subscriber subscriber, int addressIndex, int firstPort) {
        return new BlockView(
                state.subscribers.id(subscriber),
                state.externalIp(addressIndex),
                firstPort,
                state.nat.pool().block().size());
    }

    private void recorded(Waiting lease, boolean durable) {
        if (lease.isDecided) {
            return;
        }
        if (durable) {
            activate(lease);
        } else if (state.goesOnUnrecorded()) {
            useUnrecorded(lease);
        } else {
            lease.subscriber.blocks--;
            state.blocks.release(lease.addressIndex, lease.firstPort);
            refuse(lease);
        }
    }

    private void useUnrecorded(Waiting lease) {
        state.counters.increment(ControlCounter.BLOCKS_UNRECORDED);
        BlockView block = view(lease.subscriber, lease.addressIndex, lease.firstPort);
        state.events.tell(EventKind.BLOCK_UNRECORDED, block);
        activate(lease);
    }

    private void activate(Waiting lease) {
        lease.isDecided = true;
        state.blocks.recorded(lease.addressIndex, lease.firstPort);
        state.listeners.leased(view(lease.subscriber, lease.addressIndex, lease.firstPort));
        state.requests.answer(
                lease.shard, new ShardCommand.ActivateBlock(lease.addressIndex, lease.firstPort));
    }

    private void refuse(Waiting lease) {
        lease.isDecided = true;
        state.counters.increment(ControlCounter.BLOCKS_REFUSED);
        state.requests.answer(
                lease.shard, new ShardCommand.RefuseBlock(lease.addressIndex, lease.firstPort));
    }

    /** A lease of a block that is not decided yet, or was. */
    private static final class Waiting {
        final int shard;
        final Subscriber subscriber;
        final int addressIndex;
        final int firstPort;
        final long sinceNs;
        boolean isDecided;

        Waiting(int shard, Subscriber subscriber, ShardOutcome.BlockLeased leased, long sinceNs) {
            this.shard = shard;
            this.subscriber = subscriber;
            this.addressIndex = leased.addressIndex();
            this.firstPort = leased.firstPort();
            this.sinceNs = sinceNs;
        }
    }
}
