package org.portreeve.nat.shard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.snapshot.SnapshotReader;
import org.portreeve.nat.snapshot.SnapshotWriter;

/**
 * The shards of a node with their threads. Built and closed by the main thread; counters may be
 * read by any.
 */
public final class Translator implements AutoCloseable {
    /** Requests of port control that one shard takes at once. */
    public static final int REQUEST_PLACES = 16_384;

    private final List<ShardLink> links = new ArrayList<>();
    private final List<Shard> shards = new ArrayList<>();
    private final List<ShardThread> threads = new ArrayList<>();

    /**
     * Makes the shards; nothing runs yet.
     *
     * @param ports one packet port for each shard
     * @param secrets a secure source for the keys of tables and port choice
     * @param onFailure told, on the shard's thread, why a shard stopped
     */
    public Translator(
            NatConfig config,
            Directory directory,
            List<? extends PacketPort> ports,
            RandomGenerator secrets,
            Consumer<Throwable> onFailure) {
        var handover = new Handover(config.shardCount());
        long startNs = System.nanoTime();
        for (int index = 0; index < config.shardCount(); index++) {
            PacketPort port = ports.get(index);
            var link = new ShardLink(REQUEST_PLACES);
            link.wakeup(port::wakeup);
            handover.wakeup(index, port::wakeup);
            var shard =
                    new Shard(
                            index,
                            config,
                            directory,
                            link,
                            port,
                            handover,
                            ShardSecrets.of(secrets),
                            startNs);
            links.add(link);
            shards.add(shard);
            threads.add(new ShardThread(index, shard, port, onFailure));
        }
    }

    /** Lets the shards run. */
    public void start() {
        threads.forEach(ShardThread::start);
    }

    /** The ways in and out, by shard index. */
    public List<ShardLink> links() {
        return List.copyOf(links);
    }

    /** The shards, for what any thread may ask of them. */
    public List<Shard> shards() {
        return List.copyOf(shards);
    }

    /** The counters of all shards together. */
    public Map<NatCounter, Long> counters() {
        Map<NatCounter, Long> sum = new EnumMap<>(NatCounter.class);
        for (Shard shard : shards) {
            shard.counters()
                    .read()
                    .forEach((counter, count) -> sum.merge(counter, count, Long::sum));
        }
        return sum;
    }

    /**
     * Writes what a planned restart keeps; false, and nothing is written, when a shard still runs.
     * To be called after {@link #close}.
     */
    public boolean write(SnapshotWriter out, long nowNs) throws IOException {
        if (!threads.stream().allMatch(ShardThread::isQuiet)) {
            return false;
        }
        for (Shard shard : shards) {
            shard.write(out, nowNs);
        }
        return true;
    }

    /**
     * Lets the running shards put a snapshot back; completes when all have.
     *
     * @param downNs how long ago it was taken
     */
    public CompletionStage<Void> restore(SnapshotReader snapshot, long downNs) {
        return CompletableFuture.allOf(
                shards.stream()
                        .map(shard -> shard.restore(snapshot, downNs).toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new));
    }

    /** Stops the shards; packets are no longer read. */
    @Override
    public void close() {
        threads.forEach(ShardThread::stop);
    }
}
