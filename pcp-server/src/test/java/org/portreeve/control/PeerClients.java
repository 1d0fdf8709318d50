package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.shard.ModelShard;

/** Few hosts that ask for few sessions by PEER, and what each may rely on. */
final class PeerClients {
    private static final int REMOTE = 0xcb00_7109;
    private static final long[] LIFETIMES = {0, 1, 120, 200, 600, 3600};

    private final SplittableRandom random;
    private final ControlRig rig;
    private final Map<PeerTuple, Promise> promises = new HashMap<>();
    private long asked;
    private long answered;

    PeerClients(SplittableRandom random, ControlRig rig) {
        this.random = random;
        this.rig = rig;
    }

    private record Promise(PeerOutcome.Kept kept, long untilNs) {}

    /** One of them asks. */
    void ask() {
        InternalTuple internal =
                InternalTuple.of(
                        random.nextBoolean() ? Protocol.UDP : Protocol.TCP,
                        ControlRig.HOST_A + random.nextInt(Clients.HOSTS),
                        1 + random.nextInt(Clients.PORTS));
        List<Integer> pool = rig.config.nat().pool().addresses();
        PeerCommand command =
                new PeerCommand(
                        new PeerTuple(internal, REMOTE + random.nextInt(2), 443),
                        random.nextInt(8) == 0 ? ControlRig.OTHER_NONCE : ControlRig.NONCE,
                        random.nextInt(4) > 0 ? 0 : pool.get(random.nextInt(pool.size())),
                        random.nextInt(4) > 0 ? 0 : 1022 + random.nextInt(12),
                        LIFETIMES[random.nextInt(LIFETIMES.length)],
                        internal.internalIp(),
                        5350);
        PortControl process = rig.control;
        asked++;
        process.peers()
                .peer(
                        command,
                        rig.nowNs,
                        rig.wallMillis,
                        outcome -> {
                            assertEquals(process, rig.control, "a dead process answered");
                            answered++;
                            onOutcome(command, outcome);
                        });
    }

    private void onOutcome(PeerCommand command, PeerOutcome outcome) {
        if (!(outcome instanceof PeerOutcome.Kept kept) || command.lifetimeSeconds() == 0) {
            return;
        }
        JournalRecord.PeerGranted record = rig.journal.durable().peers.get(command.peer());
        assertEquals(kept.externalPort(), record.externalPort());
        assertEquals(kept.externalIp(), record.externalIp());
        long untilNs = rig.nowNs + (kept.lifetimeSeconds() - 1) * Durations.NS_PER_SECOND;
        promises.put(command.peer(), new Promise(kept, untilNs));
    }

    /** The server is gone: nothing under way is answered, and its clock may have been off. */
    void serverDied(long clockSlackNs) {
        answered = asked;
        promises.replaceAll((_, p) -> new Promise(p.kept, p.untilNs - clockSlackNs));
    }

    /** The next packet of each session would leave by what was promised. */
    void checkPromises() {
        promises.values().removeIf(promise -> promise.untilNs - rig.nowNs <= 0);
        promises.forEach((peer, promise) -> assertTrue(isKept(peer, promise), "cut: " + peer));
    }

    private boolean isKept(PeerTuple peer, Promise promise) {
        int addressIndex = rig.config.nat().pool().addresses().indexOf(promise.kept.externalIp());
        ModelShard shard = rig.shards.get(rig.config.nat().shardOf(addressIndex));
        return shard.keeps(
                peer.internal(),
                peer.remoteIp(),
                peer.remotePort(),
                addressIndex,
                promise.kept.externalPort());
    }

    long unanswered() {
        return asked - answered;
    }

    /** The journal knows at least what port control knows; an end that it lost does no harm. */
    void checkBooks() {
        assertTrue(rig.journal.durable().peers.size() >= rig.control.peers().size());
    }
}
