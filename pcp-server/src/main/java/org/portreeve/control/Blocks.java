package org.portreeve.control;

import java.util.Optional;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.view.BlockView;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Makes the leases of port blocks durable before their ports are used, because a law may ask who
 * had them. Event loop only.
 */
final class Blocks {
    private final ControlState state;

    Blocks(ControlState state) {
        this.state = state;
    }

    /** A shard leased a block; packets wait for its record. */
    void onLeased(int shard, ShardOutcome.BlockLeased leased) {
        Subscriber subscriber = state.subscribers.at(leased.subscriber());
        int addressIndex = leased.addressIndex();
        int firstPort = leased.firstPort();
        boolean taken =
                state.recorder.append(
                        record(subscriber, addressIndex, firstPort),
                        durable -> recorded(shard, subscriber, addressIndex, firstPort, durable));
        if (taken) {
            subscriber.blocks++;
            subscriber.hadPort = true;
            subscriber.idle = false;
            state.blocks.lease(addressIndex, firstPort, subscriber.index);
        } else {
            refuse(shard, addressIndex, firstPort);
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
                state.nat.block().size());
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
                state.nat.block().size());
    }

    private void recorded(
            int shard, Subscriber subscriber, int addressIndex, int firstPort, boolean durable) {
        if (durable) {
            state.blocks.recorded(addressIndex, firstPort);
            state.listeners.leased(view(subscriber, addressIndex, firstPort));
            state.requests.answer(shard, new ShardCommand.ActivateBlock(addressIndex, firstPort));
        } else {
            subscriber.blocks--;
            state.blocks.release(addressIndex, firstPort);
            refuse(shard, addressIndex, firstPort);
        }
    }

    private void refuse(int shard, int addressIndex, int firstPort) {
        state.counters.increment(ControlCounter.BLOCKS_REFUSED);
        state.requests.answer(shard, new ShardCommand.RefuseBlock(addressIndex, firstPort));
    }
}
