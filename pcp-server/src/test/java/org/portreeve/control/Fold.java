package org.portreeve.control;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.nat.InternalTuple;

/** Journal records folded the obvious way: the last one of each key counts. */
final class Fold {
    final Map<InternalTuple, JournalRecord.LeaseGranted> leases = new LinkedHashMap<>();
    final Set<InternalTuple> insisted = new HashSet<>();
    final Map<List<Integer>, JournalRecord.PortHeld> holds = new LinkedHashMap<>();
    final Map<String, JournalRecord.Paired> pairings = new LinkedHashMap<>();
    final Map<List<Integer>, JournalRecord.BlockLeased> blocks = new LinkedHashMap<>();
    final Map<Integer, JournalRecord.AddressDrained> drains = new LinkedHashMap<>();
    final Map<String, JournalRecord.SubscriberDrained> drainedSubscribers = new LinkedHashMap<>();
    final Map<Integer, JournalRecord.ClientEpochStarted> clientEpochs = new LinkedHashMap<>();
    final Map<PeerTuple, JournalRecord.PeerGranted> peers = new LinkedHashMap<>();
    OptionalLong epochStartMillis = OptionalLong.empty();
    long lastWallMillis;

    void add(JournalRecord record) {
        switch (record) {
            case JournalRecord.LeaseGranted r -> {
                leases.put(r.internal(), r);
                insisted.remove(r.internal());
            }
            case JournalRecord.LeaseInsisted r -> {
                add(r.lease());
                insisted.add(r.lease().internal());
            }
            case JournalRecord.LeaseEnded r -> leases.remove(r.internal());
            case JournalRecord.PortHeld r ->
                    holds.put(
                            List.of(r.internal().protocol(), r.externalIp(), r.externalPort()), r);
            case JournalRecord.LeaseRested r -> {
                add(new JournalRecord.LeaseEnded(r.hold().internal()));
                for (int i = 0; i < r.size(); i++) {
                    add(r.hold().next(i));
                }
            }
            case JournalRecord.HoldEnded r ->
                    holds.remove(List.of(r.protocol(), r.externalIp(), r.externalPort()));
            case JournalRecord.Paired r -> pairings.put(r.subscriber(), r);
            case JournalRecord.Unpaired r -> pairings.remove(r.subscriber());
            case JournalRecord.BlockLeased r ->
                    blocks.put(List.of(r.externalIp(), r.firstPort()), r);
            case JournalRecord.BlockReleased r ->
                    blocks.remove(List.of(r.externalIp(), r.firstPort()));
            case JournalRecord.EpochStarted r ->
                    epochStartMillis = OptionalLong.of(r.startMillis());
            case JournalRecord.ClientEpochStarted r -> clientEpochs.put(r.clientIp(), r);
            case JournalRecord.ClientEpochsEnded _ -> clientEpochs.clear();
            case JournalRecord.TimeMark r -> lastWallMillis = r.wallMillis();
            case JournalRecord.AddressDrained r -> drains.put(r.externalIp(), r);
            case JournalRecord.DrainEnded r -> drains.remove(r.externalIp());
            case JournalRecord.SubscriberDrained r -> drainedSubscribers.put(r.subscriber(), r);
            case JournalRecord.SubscriberDrainEnded r -> drainedSubscribers.remove(r.subscriber());
            case JournalRecord.PeerGranted r ->
                    peers.put(new PeerTuple(r.internal(), r.remoteIp(), r.remotePort()), r);
            case JournalRecord.PeerEnded r ->
                    peers.remove(new PeerTuple(r.internal(), r.remoteIp(), r.remotePort()));
        }
    }

    RecoveredState state() {
        return new RecoveredState(
                List.copyOf(leases.values()),
                List.copyOf(holds.values()),
                List.copyOf(pairings.values()),
                List.copyOf(blocks.values()),
                epochStartMillis,
                lastWallMillis);
    }
}
