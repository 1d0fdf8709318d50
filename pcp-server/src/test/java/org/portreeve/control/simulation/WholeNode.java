package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.PortControl;
import org.portreeve.control.SimJournal;
import org.portreeve.control.desk.MemoryReservations;
import org.portreeve.control.desk.Reservations;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.memory.TableMemory;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardAudit;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;
import org.portreeve.nat.snapshot.SnapshotHeader;
import org.portreeve.nat.snapshot.SnapshotReader;
import org.portreeve.nat.snapshot.SnapshotReader.Opened;
import org.portreeve.nat.snapshot.SnapshotWriter;

/**
 * A node of three shards with port control, journal, store and desk, each of which does something
 * when it is told to. Nothing here decides what.
 */
final class WholeNode implements AutoCloseable {
    private static final String NAME = "sim";
    private static final long NS_PER_MILLI = 1_000_000;
    private static final int QUIET = 3;
    private static final int MOST_TURNS = 200_000;
    private static final int MOMENTS = 1_000;
    private static final long MOMENT_NS = 10 * NS_PER_MILLI;

    /** A start tries what staff reserved for five seconds before it lets it wait. */
    private static final int START_ROUNDS = 24;

    private static final long START_ROUND_NS = 250 * NS_PER_MILLI;

    final Knobs knobs;
    final MemoryReservations store = new MemoryReservations();
    SimJournal journal = new SimJournal();
    ControlConfig config;
    Directory directory;
    List<ShardLink> links;
    List<MemoryPort> devices;
    List<Shard> shards;
    List<ShardAudit> audits;
    PortControl control;
    Reservations desk;
    boolean isJournalFailing;
    boolean isDeviceStuck;
    boolean isStoreFailing;

    /** Shards whose thread does not get to run. */
    final BitSet stuckShards = new BitSet();

    /** Which process of the node this is. */
    int process;

    /** What becomes of new blocks and pairings while the journal fails. */
    OnFailure onFailure;

    private final SplittableRandom random;
    private final Departed departed;
    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final Deque<Runnable> worker = new ArrayDeque<>();
    private final long[] servedNs = new long[Knobs.SHARDS];
    private final BitSet turned = new BitSet();
    private final long startNs;
    private long nowNs;
    private long settledNs;
    private TableMemory memory = new TableMemory();

    /** The sessions that the journal said PEERs keep when the process began. */
    List<JournalRecord.PeerGranted> foundPeers = List.of();

    /** What a planned stop left for the next process. */
    private Optional<SnapshotReader> snapshot = Optional.empty();

    /** Who looks at what leaves. */
    @FunctionalInterface
    interface Departed {
        /**
         * A packet left.
         *
         * @param isLate whether it lay in its device while time went by
         */
        void onPacket(MemoryPacket packet, boolean isLate);
    }

    WholeNode(Knobs knobs, ControlConfig config, SplittableRandom random, Departed departed) {
        this.knobs = knobs;
        this.config = config;
        this.random = random;
        this.departed = departed;
        onFailure = knobs.onFailure();
        startNs = random.nextLong(-1L << 50, 1L << 50);
        nowNs = startNs;
        start();
    }

    long nowNs() {
        return nowNs;
    }

    long wallMillis() {
        return 1_700_000_000_000L + (nowNs - startNs) / NS_PER_MILLI;
    }

    /** The last time at which nothing was under way. */
    long settledNs() {
        return settledNs;
    }

    /** The last time at which a shard had nothing left to do. */
    long servedNs(int shard) {
        return servedNs[shard];
    }

    /** Shards that turned since this was asked last: nothing else changes what they have. */
    BitSet takeTurned() {
        BitSet shards = (BitSet) turned.clone();
        turned.clear();
        return shards;
    }

    ShardAudit auditOf(int addressIndex) {
        return audits.get(config.nat().shardOf(addressIndex));
    }

    /** The external addresses, those that leave included. */
    List<Integer> addresses() {
        return control.pool().addresses();
    }

    /** The index of an external address, or {@link PoolAddresses#NONE}. */
    int addressIndex(int externalIp) {
        return audits.getFirst().addressIndex(externalIp);
    }

    /** The address of an index. */
    int externalIp(int addressIndex) {
        return audits.getFirst().externalIp(addressIndex);
    }

    /** Whether an external address is not meant to be used any more. */
    boolean isLeaving(int addressIndex) {
        return audits.getFirst().isLeaving(addressIndex);
    }

    /** What the next start finds in the configuration. */
    void useAddresses(List<Integer> addresses) {
        config = new ControlConfig(config.nat().withAddresses(addresses), config.policy());
    }

    /** What an internal tuple has at an external address. */
    Optional<ShardAudit.Row> rowOf(InternalTuple internal, int externalIp) {
        int addressIndex = addressIndex(externalIp);
        return addressIndex == PoolAddresses.NONE
                ? Optional.empty()
                : auditOf(addressIndex)
                        .of(internal)
                        .filter(row -> row.addressIndex() == addressIndex);
    }

    /** Whether the translator lets packets to an external port in to an internal tuple. */
    boolean isOpen(InternalTuple internal, int externalIp, int externalPort) {
        return rowOf(internal, externalIp)
                .filter(row -> row.isExplicit() || row.isStatic())
                .filter(row -> row.externalPort() == externalPort)
                .isPresent();
    }

    /** Who has an external tuple of the pool towards a remote address, in use or at rest. */
    Optional<InternalTuple> ownerOf(InternalTuple external, int remoteIp) {
        int addressIndex = addressIndex(external.internalIp());
        return addressIndex == PoolAddresses.NONE
                ? Optional.empty()
                : auditOf(addressIndex)
                        .at(addressIndex, external.protocol(), external.internalPort(), remoteIp)
                        .map(ShardAudit.Row::internal);
    }

    /** Whether nobody has an external tuple, and its shard has no room for anybody. */
    boolean isLeftOut(InternalTuple external) {
        int addressIndex = addressIndex(external.internalIp());
        if (addressIndex == PoolAddresses.NONE) {
            return true;
        }
        int shard = config.nat().shardOf(addressIndex);
        return shards.get(shard).occupancy().mappings() == config.nat().capacity().mappings()
                && ownerOf(external, 0).isEmpty();
    }

    /** The pairing of an internal address, as shards read it. */
    long pairing(int internalIp) {
        return directory.find(InternalTuple.DEFAULT_REALM, internalIp);
    }

    void pass(long ns) {
        nowNs += ns;
    }

    // ------------------------------------------------------------------ one thing at a time

    int turnShard(int shard) {
        if (stuckShards.get(shard)) {
            return 0;
        }
        takeDeparted(shard, true);
        turned.set(shard);
        int done = shards.get(shard).doWork(nowNs);
        if (done == 0) {
            servedNs[shard] = nowNs;
        }
        takeDeparted(shard, false);
        return done;
    }

    private void takeDeparted(int shard, boolean isLate) {
        MemoryPort device = devices.get(shard);
        while (!isDeviceStuck) {
            var packet = device.poll();
            if (packet.isEmpty()) {
                return;
            }
            departed.onPacket(packet.get(), isLate);
        }
    }

    int turnControl() {
        return control.doWork(nowNs, wallMillis());
    }

    /** New blocks and pairings are used, or not, while the journal fails. */
    void use(OnFailure chosen) {
        onFailure = chosen;
        control.use(chosen);
    }

    /** The journal writes so many records, or loses them when it fails. */
    int force(int records) {
        boolean isLost = isJournalFailing && random.nextInt(100) < knobs.journalLosses();
        return journal.force(!isLost, records);
    }

    /** The desk goes on. */
    int turnLoop() {
        return run(loop);
    }

    /** The store goes on. */
    int turnWorker() {
        return run(worker);
    }

    // ------------------------------------------------------------------ all of it

    /** Each part does what it has, once. */
    int turn() {
        int done = force(1 + random.nextInt(200));
        for (int shard = 0; shard < Knobs.SHARDS; shard++) {
            done += turnShard(shard);
        }
        return done + turnControl() + turnLoop() + turnWorker();
    }

    /**
     * Everything goes on until nothing moves. Nothing may fail meanwhile. A record that must be
     * kept and was refused is tried again after a moment, with a shard's request open until then.
     */
    void settle() {
        heal();
        int quiet = 0;
        int moments = 0;
        for (int turns = 0; quiet < QUIET || isAsking(); turns++) {
            assertTrue(turns < MOST_TURNS && moments < MOMENTS, "the node never comes to rest");
            if (quiet == QUIET) {
                moments++;
                pass(MOMENT_NS);
            }
            quiet = turn() == 0 ? Math.min(QUIET, quiet + 1) : 0;
        }
        // The end of a lease whose record was lost waits for its next try, which takes time.
        if (control.sizes().operations() == 0) {
            settledNs = nowNs;
        }
    }

    /** Whether a shard has a question to answer, which port control does not count as its work. */
    private boolean isAsking() {
        return links.stream().anyMatch(link -> link.openRequests() > 0);
    }

    <T> T settled(CompletionStage<T> stage) {
        settle();
        return stage.toCompletableFuture().getNow(null);
    }

    /** All that failed works again. */
    void heal() {
        isJournalFailing = false;
        isDeviceStuck = false;
        stuckShards.clear();
        isStoreFailing = false;
        journal.full = false;
        store.fails(false);
        store.hides(false);
    }

    // ------------------------------------------------------------------ beginning and end

    /** The process ends as it is meant to: what shards and journal have is written down. */
    void stop() {
        var octets = new ByteArrayOutputStream();
        try {
            var header = new SnapshotHeader(NAME, wallMillis());
            var out = new SnapshotWriter(Channels.newChannel(octets), header);
            for (Shard shard : shards) {
                shard.write(out, nowNs);
            }
            out.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        force(Integer.MAX_VALUE);
        var opened = SnapshotReader.open(ByteBuffer.wrap(octets.toByteArray()));
        snapshot = Optional.of(assertInstanceOf(Opened.Whole.class, opened).snapshot());
        kill();
    }

    /** The process is gone, and with it what was not forced, or part of that. */
    void kill() {
        // What was on its way into the store may have come there.
        while (!worker.isEmpty() && random.nextBoolean()) {
            worker.poll().run();
        }
    }

    /** Another process, with what is durable. Returns whether sessions were put back too. */
    boolean restart() {
        heal();
        journal = journal.crashed(random);
        snapshot = snapshot.filter(found -> ageMillis(found) <= knobs.keepMillis());
        start();
        snapshot.ifPresent(this::putBack);
        boolean isKept = snapshot.isPresent();
        snapshot = Optional.empty();
        return isKept;
    }

    private long ageMillis(SnapshotReader found) {
        return wallMillis() - found.header().takenAtMillis();
    }

    private void putBack(SnapshotReader found) {
        long downNs = ageMillis(found) * NS_PER_MILLI;
        var done = shards.stream().map(shard -> shard.restore(found, downNs)).toList();
        settle();
        assertTrue(done.stream().allMatch(d -> d.toCompletableFuture().isDone()), "not put back");
    }

    private void start() {
        loop.clear();
        worker.clear();
        memory.close();
        memory = new TableMemory();
        process++;
        directory = new Directory();
        turned.clear();
        links = new ArrayList<>();
        devices = new ArrayList<>();
        shards = new ArrayList<>();
        Handover handover = memory.make(() -> new Handover(Knobs.SHARDS));
        for (int shard = 0; shard < Knobs.SHARDS; shard++) {
            links.add(new ShardLink(knobs.requestPlaces()));
            devices.add(new MemoryPort(knobs.devicePackets()));
            shards.add(shard(shard, handover));
            servedNs[shard] = nowNs;
        }
        audits = shards.stream().map(ShardAudit::new).toList();
        control =
                new PortControl(
                        config, directory, links, journal, journal.found(), nowNs, wallMillis());
        use(onFailure);
        control.events().watch(shards.stream().map(Shard::telemetry).toList());
        control.statics().load(store.all());
        foundPeers = List.copyOf(journal.peers());
        control.peers().load(foundPeers);
        control.drains().load(journal.drains());
        control.subscriberDrains().load(journal.subscriberDrains());
        control.expect(
                snapshot.map(found -> found.internalIps().boxed().toList()).orElse(List.of()));
        desk =
                new Reservations(
                        control, store, loop::add, worker::add, this::nowNs, this::wallMillis);
        settle();
        for (int round = 0; round < START_ROUNDS && !control.isReady(); round++) {
            pass(START_ROUND_NS);
            settle();
        }
        assertTrue(control.isReady(), "not ready");
    }

    private Shard shard(int index, Handover handover) {
        return memory.make(() ->
                new Shard(
                        index,
                        config.nat(),
                        directory,
                        links.get(index),
                        devices.get(index),
                        handover,
                        ShardSecrets.of(random),
                        nowNs));
    }

    private static int run(Deque<Runnable> tasks) {
        if (tasks.isEmpty()) {
            return 0;
        }
        tasks.poll().run();
        return 1;
    }

    @Override
    public void close() {
        memory.close();
    }
}
