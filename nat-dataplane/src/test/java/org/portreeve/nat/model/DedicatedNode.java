package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.shard.ShardSecrets;

/**
 * The shards of a node where some hosts have an external address of their own, and others are
 * paired in advance; every block is granted. One thread, one clock.
 */
final class DedicatedNode {
    private static final int MANY = 1_000;

    final Directory directory = new Directory();
    private final List<ShardLink> links = new ArrayList<>();
    private final List<MemoryPort> devices = new ArrayList<>();
    private final List<Shard> shards = new ArrayList<>();
    private long nowNs = 1;

    DedicatedNode(NatConfig config, Map<Integer, Integer> dedicated) {
        directory.dedicated(DedicatedAddresses.of(dedicated));
        var handover = new Handover(config.shardCount());
        var random = new SplittableRandom(config.shardCount());
        for (int shard = 0; shard < config.shardCount(); shard++) {
            links.add(new ShardLink(1));
            devices.add(new MemoryPort());
            shards.add(
                    new Shard(
                            shard,
                            config,
                            directory,
                            links.get(shard),
                            devices.get(shard),
                            handover,
                            ShardSecrets.of(random),
                            nowNs));
        }
    }

    void pair(int internalIp, int subscriber, int addressIndex) {
        directory.put(InternalTuple.DEFAULT_REALM, internalIp, subscriber, addressIndex);
    }

    /** What leaves when a packet arrives on a side of one shard's device. */
    List<MemoryPacket> receive(int shard, int side, byte[] bytes) {
        return receive(shard, side, new byte[PacketBatch.VNET_HEADER], bytes);
    }

    List<MemoryPacket> receive(int shard, int side, byte[] vnetHeader, byte[] bytes) {
        assertEquals(true, devices.get(shard).inject(side, vnetHeader, bytes));
        return run();
    }

    List<MemoryPacket> pass(long ns) {
        nowNs += ns;
        return run();
    }

    private List<MemoryPacket> run() {
        List<MemoryPacket> left = new ArrayList<>();
        int done = 1;
        for (int turn = 0; done > 0; turn++) {
            assertEquals(true, turn < MANY, "the shards come to rest");
            done = 0;
            for (int shard = 0; shard < shards.size(); shard++) {
                done += shards.get(shard).doWork(nowNs);
                ShardLink link = links.get(shard);
                link.drain(outcome -> answer(link, outcome), MANY);
                var device = devices.get(shard);
                for (var packet = device.poll(); packet.isPresent(); packet = device.poll()) {
                    left.add(packet.get());
                }
            }
        }
        assertConservation();
        return left;
    }

    private static void answer(ShardLink link, ShardOutcome outcome) {
        if (outcome instanceof ShardOutcome.BlockLeased(int _, int address, int port)) {
            link.send(new ShardCommand.ActivateBlock(address, port));
        }
    }

    /** Sessions of all shards. */
    int sessions() {
        return shards.stream().mapToInt(shard -> shard.occupancy().sessions()).sum();
    }

    /** What all shards counted. */
    long count(NatCounter counter) {
        return counts().getOrDefault(counter, 0L);
    }

    private Map<NatCounter, Long> counts() {
        Map<NatCounter, Long> sum = new EnumMap<>(NatCounter.class);
        shards.forEach(shard ->
                shard.counters()
                        .read()
                        .forEach((counter, count) -> sum.merge(counter, count, Long::sum)));
        return sum;
    }

    private void assertConservation() {
        Map<NatCounter, Long> counts = counts();
        long in = counts.get(NatCounter.RECEIVED) + counts.get(NatCounter.GENERATED);
        long dropped =
                counts.entrySet().stream()
                        .filter(entry -> entry.getKey().isDrop())
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        assertEquals(in, counts.get(NatCounter.FORWARDED) + dropped, "packets in");
        assertEquals(counts.get(NatCounter.HANDED_OUT), counts.get(NatCounter.HANDED_IN));
    }
}
