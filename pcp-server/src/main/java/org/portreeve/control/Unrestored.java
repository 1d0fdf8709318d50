package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.stream.Collectors;
import org.portreeve.control.journal.JournalRecord;

/**
 * What a start has still to put back. Whoever does so takes it out: a million records are not kept
 * beside what is made of them. Event loop only.
 */
final class Unrestored {
    final Deque<JournalRecord.Paired> pairings;
    final Deque<JournalRecord.BlockLeased> blocks;
    final Deque<JournalRecord.LeaseGranted> leases;

    /** Ports of leases whose time was over. */
    final Deque<JournalRecord.PortHeld> expiredHolds = new ArrayDeque<>();

    final Deque<JournalRecord.PortHeld> holds;

    /** Internal addresses whose mappings a snapshot brings back. */
    final Deque<Integer> expectedHosts = new ArrayDeque<>();

    /** Subscribers whose pairing the journal knows. */
    final Set<String> pairedIds;

    /** All that was found. */
    Unrestored(RecoveredState found) {
        pairings = new ArrayDeque<>(found.pairings());
        blocks = new ArrayDeque<>(found.blocks());
        leases = new ArrayDeque<>(found.leases());
        holds = new ArrayDeque<>(found.holds());
        pairedIds =
                found.pairings().stream()
                        .map(JournalRecord.Paired::subscriber)
                        .collect(Collectors.toSet());
    }
}
