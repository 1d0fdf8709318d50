package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.ControlCounter;
import org.portreeve.control.view.Sizes;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardAudit;
import org.portreeve.nat.shard.ShardLink;

/** One run: random steps from one seed, and what must hold after each. */
final class Simulation implements AutoCloseable {
    /** Steps between two looks at all external ports. */
    private static final int SWEEP_STEPS = 150;

    /** In the long silence, how many of its parts go by from one look to the next. */
    private static final int SILENT_CHUNKS = 10;

    /** So many subscribers come at once. */
    private static final int CROWD = 300;

    private static final long NS_PER_MILLI = 1_000_000L;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    /** What settles by itself, retries and reservations that wait, does so in this many rounds. */
    private static final int REST_ROUNDS = 8;

    /** A journal that failed is trusted again, and everything written anew, in so many. */
    private static final int RECOVERY_ROUNDS = 60;

    /** Staff wait some seconds for each change that nothing stands in the way of. */
    private static final int MOST_REST_ROUNDS = 2_000;

    private static final long REST_ROUND_NS = 500 * NS_PER_MILLI;

    final Tally tally = new Tally();
    final Knobs knobs;

    private final long seed;
    private final SplittableRandom random;
    private final Population population;
    private final ExternalWatch externals;
    private final Traffic traffic;
    private final WholeNode node;
    private final Requesters requesters;
    private final QuotaWatch quotas;
    private final Staff staff;
    private final Books books;
    private final Conservation conservation;
    private final DrainWatch drains;
    private final PoolWatch pools;
    private final SubscriberDrainWatch subscriberDrains;
    private final Survivors survivors;
    private final Progress progress;
    private final int weightSum;
    private int steps;
    private StepKind last = StepKind.REST;

    Simulation(long seed, Progress progress) {
        this.seed = seed;
        this.progress = progress;
        random = new SplittableRandom(seed);
        knobs = Knobs.of(random);
        weightSum = knobs.weights().values().stream().mapToInt(Integer::intValue).sum();
        population = new Population(knobs, random);
        externals = new ExternalWatch(knobs.nat(), population);
        traffic = new Traffic(random, population, externals, tally);
        var config = new ControlConfig(knobs.nat(), population.policy());
        node = new WholeNode(knobs, config, random, traffic::onLeft);
        traffic.goesThrough(node);
        requesters = new Requesters(random, node, population, traffic, externals, tally);
        traffic.isHeardBy(requesters::onInbound);
        traffic.aimsAt(requesters.filters()::aim);
        quotas = new QuotaWatch(population, node);
        drains = new DrainWatch(node, population, tally);
        pools = new PoolWatch(random, node, population, requesters, externals, tally);
        subscriberDrains =
                new SubscriberDrainWatch(
                        random, node, population, requesters, externals, quotas, tally);
        staff = new Staff(random, node, population, requesters, externals, quotas, drains, tally);
        survivors = new Survivors(node, externals, staff, pools, tally);
        books = new Books(node, externals);
        conservation = new Conservation(node, tally);
        books.begin(false);
    }

    /** Takes so many steps, then lets the longest silence come. */
    void run(int count) {
        try {
            everybodyComes();
            for (int left = count; left > 0 && progress.hasTime(); left--) {
                step();
            }
            fallSilent();
        } catch (AssertionError | RuntimeException e) {
            String where = "-Dseed=%d at step %d, %s, of %s".formatted(seed, steps, last, knobs);
            throw new AssertionError(where + "\n" + e.getMessage(), e);
        }
    }

    /** Every subscriber has something before the rest begins. */
    private void everybodyComes() {
        for (int left = knobs.hosts(); left > 0; left -= CROWD) {
            traffic.newcomers(Math.min(CROWD, left));
            node.settle();
        }
        rest();
    }

    private void step() {
        steps++;
        last = kind();
        tally.steps.merge(last, 1, Integer::sum);
        act(last);
        progress.onStep(seed, tally);
        check();
        if (steps % SWEEP_STEPS == 0) {
            node.audits.forEach(ShardAudit::checkInboundIndex);
        }
    }

    private StepKind kind() {
        int drawn = random.nextInt(weightSum);
        for (StepKind kind : StepKind.values()) {
            drawn -= knobs.weights().get(kind);
            if (drawn < 0) {
                return kind;
            }
        }
        throw new AssertionError("weights do not add up");
    }

    private void act(StepKind kind) {
        switch (kind) {
            case NEWCOMERS -> traffic.newcomers();
            case OUTBOUND -> traffic.outbound();
            case REPLIES -> traffic.replies();
            case STRANGERS -> traffic.strangers();
            case HAIRPIN -> traffic.hairpin();
            case GARBAGE -> traffic.garbage();
            case ASK -> requesters.ask();
            case PEER -> requesters.peers().ask();
            case SET -> requesters.sets().ask();
            case FLOOD -> requesters.flood();
            case TURN_SHARD -> node.turnShard(random.nextInt(Knobs.SHARDS));
            case TURN_CONTROL -> node.turnControl();
            case FORCE -> node.force(1 + random.nextInt(100));
            case STAFF_WORK -> {
                node.turnLoop();
                node.turnWorker();
            }
            case RESERVE -> staff.reserve();
            case DRAIN -> staff.drain();
            case DRAIN_SUBSCRIBER -> subscriberDrains.change();
            case ADDRESSES -> pools.change();
            case EVICT -> staff.evict();
            case RELOAD -> reload();
            case FAULT -> fault();
            case JAM -> jam();
            case HEAL -> node.heal();
            case CHECKPOINT -> node.journal.wantsCheckpoint = true;
            case MOMENT -> node.pass(random.nextLong(100 * NS_PER_MILLI));
            case MINUTES -> minutes();
            case REST -> rest();
            case RESTART, PLANNED_RESTART, KILL -> restart(kind);
        }
        if (random.nextInt(3) == 0) {
            node.turn();
        }
    }

    private void fault() {
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                tally.journalFailures++;
                node.isJournalFailing = true;
            }
            case 2 -> node.journal.full = true;
            case 3 -> node.isDeviceStuck = true;
            case 4 -> node.stuckShards.set(random.nextInt(Knobs.SHARDS));
            default -> {
                node.store.fails(random.nextBoolean());
                node.store.hides(random.nextBoolean());
            }
        }
    }

    private void jam() {
        int shard = random.nextInt(Knobs.SHARDS);
        node.stuckShards.set(shard);
        traffic.jam(shard);
    }

    /** The clock goes on while everything works as well as it can. */
    private void minutes() {
        long stepNs = random.nextLong(NS_PER_SECOND / 4, 10 * NS_PER_SECOND);
        for (int left = 1 + random.nextInt(60); left > 0; left--) {
            node.pass(stepNs);
            for (int turns = 1 + random.nextInt(4); turns > 0; turns--) {
                node.turn();
            }
            checkRests();
        }
    }

    private void reload() {
        tally.policies++;
        staff.reload();
    }

    private void restart(StepKind kind) {
        boolean isPlanned = kind == StepKind.PLANNED_RESTART;
        if (kind == StepKind.RESTART || (isPlanned && random.nextBoolean())) {
            rest();
        }
        tally.count(node);
        pools.nodeDied();
        stop(kind);
        requesters.nodeDied(node.store.all());
        staff.nodeDied();
        long stoppedNs = node.nowNs();
        node.pass(random.nextLong((random.nextInt(5) == 0 ? 600 : 20) * NS_PER_SECOND));
        boolean isKept = node.restart();
        if (isKept) {
            tally.snapshots++;
            survivors.check();
            externals.onPlannedRestart(node::ownerOf, stoppedNs);
        } else {
            externals.onRestart();
        }
        drains.onRestart();
        subscriberDrains.onRestart();
        conservation.begin();
        books.begin(isKept);
        externals.onAddresses(node.addresses());
        externals.onRestored(node::isLeftOut);
        quotas.tighten();
        tally.leasesKept += requesters.checkPromises();
        requesters.peers().onRestart();
        long lost = node.control.counters().value(ControlCounter.LOST_AT_RESTORE);
        boolean mayLose = staff.hasReloaded() || pools.hasLost();
        assertTrue(mayLose || lost <= leftByStaff(), () -> "leases lost at restore: " + lost);
        rest();
    }

    /** PEERs that may be at a port which only a reservation, gone by now, could have. */
    private long leftByStaff() {
        return node.foundPeers.stream()
                .filter(peer -> externals.isReserved(peer.internal(), peer.externalPort()))
                .count();
    }

    private void stop(StepKind kind) {
        switch (kind) {
            case RESTART -> {
                tally.restarts++;
                node.kill();
            }
            case PLANNED_RESTART -> {
                survivors.note();
                node.stop();
            }
            default -> {
                tally.kills++;
                node.kill();
            }
        }
    }

    // ------------------------------------------------------------------ what must be

    /** After each step, whatever is under way. */
    private void check() {
        conservation.check();
        drains.check();
        pools.check();
        subscriberDrains.check();
        books.checkDeadlines();
        BitSet turned = node.takeTurned();
        turned.stream()
                .forEach(shard -> node.audits.get(shard).check(node.servedNs(shard), node.nowNs()));
        checkRests();
        if (!turned.isEmpty()) {
            quotas.check();
            requesters.checkPromises();
            requesters.peers().check();
            countMost();
        }
    }

    private void checkRests() {
        node.audits.forEach(audit -> audit.checkRests(node.nowNs()));
    }

    private void countMost() {
        tally.checks++;
        int mappings = 0;
        int sessions = 0;
        for (Shard shard : node.shards) {
            mappings += shard.occupancy().mappings();
            sessions += shard.occupancy().sessions();
        }
        Sizes sizes = node.control.sizes();
        tally.mostMappings = Math.max(tally.mostMappings, mappings);
        tally.mostSessions = Math.max(tally.mostSessions, sessions);
        tally.mostBlocks = Math.max(tally.mostBlocks, books.blocks());
        tally.mostSubscribers = Math.max(tally.mostSubscribers, sizes.subscribers());
        tally.mostLeases = Math.max(tally.mostLeases, sizes.leases());
        tally.mostReservations = Math.max(tally.mostReservations, sizes.reservations());
    }

    private void rest() {
        node.settle();
        for (int round = 0; round < REST_ROUNDS || isUnsettled(round); round++) {
            assertTrue(round < MOST_REST_ROUNDS, "it never comes to rest");
            node.pass(REST_ROUND_NS);
            node.settle();
        }
        checkAtRest();
        quotas.tighten();
    }

    /** Whether something takes its time: an answer, a move, a journal that just recovered. */
    private boolean isUnsettled(int round) {
        return staff.isWaiting()
                || pools.isWaiting()
                || subscriberDrains.isWaiting()
                || !pools.isSettled()
                || (staff.hasUnrecorded() && round < RECOVERY_ROUNDS);
    }

    /** Nothing moves: books, shards and journal agree. */
    private void checkAtRest() {
        check();
        requesters.checkAnswered();
        assertEquals(0, node.links.stream().mapToInt(ShardLink::openRequests).sum(), "requests");
        assertEquals(0, node.control.sizes().operations(), "operations");
        assertEquals(books.leases(), node.control.sizes().leases(), "leases");
        conservation.checkAtRest();
        books.checkAtRest();
        node.audits.forEach(ShardAudit::checkInboundIndex);
        staff.checkAtRest();
        checkPairings();
    }

    /** Each address is paired for who owns it by the policy, if at all, and for nobody else. */
    private void checkPairings() {
        Map<Integer, String> owners = new HashMap<>();
        for (int host = 0; host < population.hosts(); host++) {
            long pairing = node.pairing(Population.ip(host));
            if (pairing != Directory.NONE) {
                String owner = population.ownerOf(host);
                String other = owners.putIfAbsent(Directory.subscriber(pairing), owner);
                assertTrue(other == null || other.equals(owner), () -> owner + " is " + other);
                assertFalse(owner.isEmpty(), "paired for nobody");
            }
        }
    }

    // ------------------------------------------------------------------ the end

    /** Nobody says anything for longer than anything lasts; reservations alone stay, then go. */
    private void fallSilent() {
        last = StepKind.REST;
        rest();
        silence();
        int inForce = staff.checkAtRest();
        assertEquals(inForce, mappings(), "mappings but those of reservations");
        staff.endDrains();
        subscriberDrains.endAll();
        staff.deleteAll();
        silence();
        assertEquals(0, mappings(), "mappings");
        pools.checkSilent();
        Sizes sizes = node.control.sizes();
        assertEquals(new Sizes(0, 0, 0, 0, 0), sizes);
        assertEquals(0, node.directory.size(), "pairings");
        tally.count(node);
        for (int subscriber = 0; subscriber < knobs.nat().capacity().subscribers(); subscriber++) {
            for (ShardAudit audit : node.audits) {
                assertTrue(audit.isNobody(subscriber), "a subscriber is left");
            }
        }
    }

    private void silence() {
        long longestNs =
                knobs.lifetime().maximumSeconds() * NS_PER_SECOND
                        + 2 * knobs.nat().timers().tcpEstablishedIdleNs()
                        + 3_600 * NS_PER_SECOND;
        long chunkNs = 20 * NS_PER_SECOND;
        int chunks = 0;
        for (long left = longestNs; left > 0; left -= chunkNs) {
            node.pass(chunkNs);
            node.settle();
            if (chunks++ % SILENT_CHUNKS == 0) {
                check();
            }
            progress.onStep(seed, tally);
        }
        rest();
        for (int shard = 0; shard < Knobs.SHARDS; shard++) {
            assertEquals(0, node.shards.get(shard).occupancy().sessions(), "sessions");
            assertEquals(0, node.shards.get(shard).occupancy().waitingPackets(), "waiting");
            assertEquals(0, node.audits.get(shard).blocks().size(), "blocks");
        }
        assertEquals(0, node.control.sizes().leases(), "leases");
        assertEquals(0, node.control.sizes().holds(), "holds");
        assertEquals(0, node.control.peers().size(), "sessions that PEERs keep");
    }

    private int mappings() {
        return node.shards.stream().mapToInt(shard -> shard.occupancy().mappings()).sum();
    }

    @Override
    public void close() {
        node.close();
    }
}
