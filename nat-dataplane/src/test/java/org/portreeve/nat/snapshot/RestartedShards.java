package org.portreeve.nat.snapshot;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;

/** Empty shards of some configuration that are given rows of a snapshot. One thread. */
final class RestartedShards {
    static final int FIRST_ADDRESS = Ipv4.of("198.51.100.16");
    static final int FIRST_HOST = Ipv4.of("100.64.1.0");
    static final long SECOND_NS = 1_000_000_000L;

    private static final int TURNS = 100_000;
    private static final int PLACES = 16;

    final NatConfig config;
    final Directory directory = new Directory();
    final List<Shard> shards = new ArrayList<>();
    final List<MemoryPort> devices = new ArrayList<>();
    private final List<ShardLink> links = new ArrayList<>();
    long nowNs;

    RestartedShards(NatConfig config, long startNs) {
        this.config = config;
        nowNs = startNs;
        var random = new SplittableRandom(startNs);
        var handover = new Handover(config.shardCount());
        for (int index = 0; index < config.shardCount(); index++) {
            links.add(new ShardLink(PLACES));
            devices.add(new MemoryPort());
            shards.add(
                    new Shard(
                            index,
                            config,
                            directory,
                            links.get(index),
                            devices.get(index),
                            handover,
                            ShardSecrets.of(random),
                            startNs));
        }
    }

    /** So many shards over so many addresses; ports 2048 to 4095, blocks of 64 from 3072 on. */
    static NatConfig config(int shards, int addresses) {
        return config(shards, addresses, new PortRange(2_048, 4_095), new PortRange(2_048, 3_071));
    }

    static NatConfig config(int shards, int addresses, PortRange ports, PortRange incoming) {
        return new NatConfig(
                shards,
                List.of(Prefix.of("100.64.0.0/10")),
                Pool.of(
                        IntStream.range(0, addresses).mapToObj(i -> FIRST_ADDRESS + i).toList(),
                        ports,
                        incoming,
                        new Pool.Block(64, 4, 180 * SECOND_NS)),
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(64, 32, 16),
                Rules.of(
                        new Rules.Quota(10, 100, 100, 100, 100),
                        new PortRange(1_024, 65_535),
                        new Rules.Eif(10, 10, 10, 30 * SECOND_NS, false)));
    }

    /** Host {@code n} is subscriber {@code n} and paired with an address. */
    void pair(int host, int addressIndex) {
        directory.put(InternalTuple.DEFAULT_REALM, FIRST_HOST + host, host, addressIndex);
    }

    void lease(int subscriber, int addressIndex, int firstPort) {
        links.get(config.shardOf(addressIndex))
                .send(new ShardCommand.RestoreBlock(1, subscriber, addressIndex, firstPort));
        run();
    }

    void restore(List<KeptRow> rows, long downNs) throws IOException {
        var octets = new ByteArrayOutputStream();
        var out = new SnapshotWriter(Channels.newChannel(octets), new SnapshotHeader("test", 0));
        for (KeptRow row : rows) {
            switch (row) {
                case KeptRow.KeptMapping mapping -> out.mapping(mapping);
                case KeptRow.KeptRest rest -> out.rest(rest);
            }
        }
        out.finish();
        restore(ByteBuffer.wrap(octets.toByteArray()), downNs);
    }

    void restore(ByteBuffer file, long downNs) {
        var opened = SnapshotReader.open(file);
        var whole = assertInstanceOf(SnapshotReader.Opened.Whole.class, opened);
        var done =
                shards.stream()
                        .map(shard -> shard.restore(whole.snapshot(), downNs).toCompletableFuture())
                        .toList();
        run();
        assertTrue(done.stream().allMatch(future -> future.isDone()), "not done");
    }

    /** What the shards would write down now. */
    List<KeptRow> rows() throws IOException {
        var octets = new ByteArrayOutputStream();
        var out = new SnapshotWriter(Channels.newChannel(octets), new SnapshotHeader("test", 0));
        for (Shard shard : shards) {
            shard.write(out, nowNs);
        }
        out.finish();
        var opened = SnapshotReader.open(ByteBuffer.wrap(octets.toByteArray()));
        var whole = assertInstanceOf(SnapshotReader.Opened.Whole.class, opened);
        List<KeptRow> rows = new ArrayList<>();
        SnapshotCursor cursor = whole.snapshot().rows(_ -> true);
        for (Optional<KeptRow> row = cursor.next(); row.isPresent(); row = cursor.next()) {
            rows.add(row.get());
        }
        return rows;
    }

    void run() {
        int done = 1;
        for (int turn = 0; done > 0; turn++) {
            assertTrue(turn < TURNS, "the shards never come to rest");
            done = shards.stream().mapToInt(shard -> shard.doWork(nowNs)).sum();
        }
    }

    void pass(long ns) {
        nowNs += ns;
        run();
    }

    long counted(NatCounter counter) {
        return shards.stream().mapToLong(shard -> shard.counters().read().get(counter)).sum();
    }

    int sessions() {
        return shards.stream().mapToInt(shard -> shard.occupancy().sessions()).sum();
    }

    int mappings() {
        return shards.stream().mapToInt(shard -> shard.occupancy().mappings()).sum();
    }
}
