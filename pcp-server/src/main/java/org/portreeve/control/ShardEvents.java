package org.portreeve.control;

import org.portreeve.nat.shard.ShardOutcome;

/** Hands what shards say without being asked to who keeps it. Event loop only. */
final class ShardEvents implements ShardRequests.Events {
    private final ControlState state;
    private final Blocks blocks;

    ShardEvents(ControlState state, Blocks blocks) {
        this.state = state;
        this.blocks = blocks;
    }

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
    public void onSessionEnded(ShardOutcome.SessionEnded ended) {
        state.peerTurns.onSessionEnded(
                new PeerTuple(ended.internal(), ended.remoteIp(), ended.remotePort()));
    }

    @Override
    public void onSubscriberIdle(int shard, ShardOutcome.SubscriberIdle idle) {
        state.pairings.onIdle(shard, state.subscribers.at(idle.subscriber()));
    }
}
