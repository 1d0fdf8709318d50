package org.portreeve.control;

import java.util.List;
import java.util.SplittableRandom;
import org.portreeve.control.journal.LeaseJournal;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;

/** A process: port control with the usual policy, and the one real shard that it asks. */
record OneShard(PacketShard shard, PortControl control) {
    private static final int PLACES = 8;

    /** Begins with what a journal had. */
    static OneShard start(
            NatConfig nat,
            LeaseJournal journal,
            RecoveredState found,
            long nowNs,
            long wallMillis) {
        var directory = new Directory();
        var link = new ShardLink(PLACES);
        var secrets = ShardSecrets.of(new SplittableRandom(1));
        return new OneShard(
                new PacketShard(0, nat, directory, link, new Handover(1), secrets, nowNs),
                new PortControl(
                        ControlConfig.of(nat),
                        directory,
                        List.of(link),
                        journal,
                        found,
                        nowNs,
                        wallMillis));
    }
}
