package org.portreeve.natpmp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.control.PortControl;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.journal.LeaseJournal;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.ModelShard;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpNode;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.Requester;
import org.portreeve.testkit.Conformance;

/** Answers that wait for the journal: no sockets, a clock that the test turns. */
class LateAnswerTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long WALL_MILLIS = 1_700_000_000_000L;

    private final SlowJournal journal = new SlowJournal();
    private final Directory directory = new Directory();
    private final ShardLink link = new ShardLink(8);
    private final ModelShard shard = new ModelShard(0, PcpNode.config().nat(), directory, link);
    private final PcpServer server;
    private long nowNs;

    LateAnswerTest() {
        var control =
                new PortControl(
                        PcpNode.config(),
                        directory,
                        List.of(link),
                        journal,
                        RecoveredState.empty(),
                        nowNs,
                        WALL_MILLIS);
        server =
                new PcpServer(
                        control,
                        PcpServer.TOTAL,
                        new Counters<>(PcpCounter.class),
                        new NatPmpServer(control, new Counters<>(NatPmpCounter.class)));
    }

    private void settle() {
        for (int i = 0; i < 20; i++) {
            shard.run(100, nowNs);
            server.doWork(nowNs, WALL_MILLIS + nowNs / 1_000_000);
        }
    }

    @Test
    @Conformance("NPM-080")
    void aLateAnswerCarriesTheEpochOfWhenItIsSent() {
        settle();
        List<byte[]> answers = new ArrayList<>();
        journal.isSlow = true;
        byte[] request = RawNatPmp.map(RawNatPmp.UDP, 5000, 0, 600);
        var client = new Requester(Ipv4.of("127.1.0.1"), 40_000, answers::add);
        server.onDatagram(request, client, nowNs, WALL_MILLIS);
        settle();
        assertEquals(0, answers.size());

        nowNs += 100 * SECOND_NS;
        journal.isSlow = false;
        settle();

        assertEquals(0, RawNatPmp.result(answers.getFirst()));
        assertEquals(100, RawNatPmp.epoch(answers.getFirst()));
    }

    /** Says that all is durable, but takes its time for that when told so. */
    private static final class SlowJournal implements LeaseJournal {
        private long appended;
        private long reported;
        private boolean isSlow;

        @Override
        public long append(JournalRecord record) {
            return ++appended;
        }

        @Override
        public int drain(Completion handler, int limit) {
            if (isSlow || reported == appended) {
                return 0;
            }
            reported = appended;
            handler.completed(reported, true);
            return 1;
        }

        @Override
        public boolean wantsCheckpoint() {
            return false;
        }

        @Override
        public boolean mayBeginCheckpoint() {
            return true;
        }

        @Override
        public void beginCheckpoint() {}

        @Override
        public void endCheckpoint() {}

        @Override
        public void close() {}
    }
}
