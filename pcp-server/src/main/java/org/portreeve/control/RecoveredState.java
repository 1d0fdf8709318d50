package org.portreeve.control;

import java.util.List;
import java.util.OptionalLong;
import org.portreeve.control.journal.JournalRecord;

/**
 * What a journal says is live, folded to the last record of each key. Immutable.
 *
 * @param leases granted and not ended
 * @param holds resting ports
 * @param pairings of subscribers
 * @param blocks leased and not released
 * @param epochStartMillis when the epoch was 0; empty when the journal is new or was damaged
 * @param lastWallMillis the last wall-clock time that the journal knows
 */
public record RecoveredState(
        List<JournalRecord.LeaseGranted> leases,
        List<JournalRecord.PortHeld> holds,
        List<JournalRecord.Paired> pairings,
        List<JournalRecord.BlockLeased> blocks,
        OptionalLong epochStartMillis,
        long lastWallMillis) {

    /** Takes copies of the lists. */
    public RecoveredState {
        leases = List.copyOf(leases);
        holds = List.copyOf(holds);
        pairings = List.copyOf(pairings);
        blocks = List.copyOf(blocks);
    }

    /** What a node without a journal knows. */
    public static RecoveredState empty() {
        return new RecoveredState(
                List.of(), List.of(), List.of(), List.of(), OptionalLong.empty(), 0);
    }
}
