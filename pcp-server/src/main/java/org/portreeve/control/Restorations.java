package org.portreeve.control;

import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.shard.ShardCommand;

/** What shards are told of what the journal kept. Pure; any thread. */
final class Restorations {
    private Restorations() {}

    /** The command that puts a lease back, of one port or of a set. */
    static ShardCommand lease(
            long requestId, int subscriber, int addressIndex, JournalRecord.LeaseGranted record) {
        return record.size() > 1
                ? new ShardCommand.RestoreSet(
                        requestId,
                        subscriber,
                        addressIndex,
                        record.externalPort(),
                        record.internal(),
                        record.size(),
                        record.filters())
                : new ShardCommand.RestoreMapping(
                        requestId,
                        subscriber,
                        addressIndex,
                        record.externalPort(),
                        record.internal(),
                        record.filters());
    }
}
