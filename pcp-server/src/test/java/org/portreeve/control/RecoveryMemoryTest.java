package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;

/** A start with a million leases keeps the leases, and not the records that it made them of. */
class RecoveryMemoryTest {
    private static final InternalTuple TUPLE =
            InternalTuple.of(Protocol.UDP, ControlRig.HOST_A, 40_000);
    private static final int COLLECTIONS = 20;

    private final SimJournal journal = new SimJournal();
    private final NatConfig nat = ControlRig.nat(1, new PortRange(1024, 2047));
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    private void settle(OneShard process) {
        for (int quiet = 0; quiet < 3; ) {
            nowNs += 1_000_000;
            int done = journal.force(true, Integer.MAX_VALUE) + process.shard().run(nowNs);
            quiet = done + process.control().doWork(nowNs, wallMillis) == 0 ? quiet + 1 : 0;
        }
        assertTrue(process.control().isReady());
    }

    private void lease() {
        OneShard before = OneShard.start(nat, journal, RecoveredState.empty(), nowNs, wallMillis);
        settle(before);
        List<MapOutcome> answers = new ArrayList<>();
        var wish =
                new MapCommand(
                        TUPLE,
                        ControlRig.NONCE,
                        LeaseOrigin.PCP,
                        0,
                        0,
                        false,
                        600,
                        TUPLE.internalIp(),
                        5350,
                        Description.NONE);
        before.control().map(wish, nowNs, wallMillis, answers::add);
        settle(before);
        assertInstanceOf(MapOutcome.Granted.class, answers.getFirst());
    }

    /** The same state of objects that nobody else has. */
    private static RecoveredState copied(RecoveredState found) {
        JournalRecord.LeaseGranted lease = found.leases().getFirst();
        return new RecoveredState(
                List.of(
                        new JournalRecord.LeaseGranted(
                                lease.internal(),
                                lease.subscriber(),
                                lease.externalIp(),
                                lease.externalPort(),
                                lease.nonce(),
                                lease.origin(),
                                lease.clientIp(),
                                lease.clientPort(),
                                lease.deadlineMillis(),
                                lease.description(),
                                lease.filters(),
                                lease.size())),
                found.holds(),
                found.pairings(),
                found.blocks(),
                found.epochStartMillis(),
                found.lastWallMillis());
    }

    @Test
    void recordsAreLetGoOfOnceTheyAreBack() throws Exception {
        lease();
        RecoveredState found = copied(journal.durable().state());
        var record = new WeakReference<>(found.leases().getFirst());
        OneShard process = OneShard.start(nat, journal, found, nowNs, wallMillis);
        found = null;
        try {
            settle(process);
            for (int i = 0; i < COLLECTIONS && record.get() != null; i++) {
                System.gc();
                Thread.sleep(10);
            }
            assertEquals(1, process.control().sizes().leases());
            assertNull(record.get(), "a record of the journal is kept");
        } finally {
            Reference.reachabilityFence(process);
        }
    }
}
