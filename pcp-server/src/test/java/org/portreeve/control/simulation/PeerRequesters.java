package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import org.portreeve.control.Nonce;
import org.portreeve.control.PeerCommand;
import org.portreeve.control.PeerOutcome;
import org.portreeve.control.PeerTuple;
import org.portreeve.control.PortControl;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.shard.ShardAudit;
import org.portreeve.nat.shard.ShardAudit.Flow;

/**
 * Clients that have sessions kept by PEER (RFC 6887 §12), and whether each leaves by what was
 * promised until its lifetime is over. Those of TCP are asked for and not relied on, because
 * traffic ends them; nor are those that staff may have had a hand in.
 */
final class PeerRequesters {
    private static final long[] LIFETIMES = {0, 1, 60, 120, 600, 3_600, 90_000};
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int REMOTES = 64;
    private static final int PORTS = 8;

    private final SplittableRandom random;
    private final WholeNode node;
    private final Population population;
    private final Requesters requesters;
    private final ExternalWatch externals;
    private final Tally tally;
    private final Map<PeerTuple, Promise> promises = new HashMap<>();

    /**
     * External and internal addresses whose sessions staff cut, some time from when they said so.
     */
    private final Set<Integer> cut = new HashSet<>();

    /** Internal addresses of which staff are ending something. */
    private final Map<Integer, Integer> ending = new HashMap<>();

    /** How often staff did something that may end what is kept. */
    private int changes;

    private int unanswered;

    private record Promise(int externalIp, int externalPort, long untilNs) {}

    PeerRequesters(
            SplittableRandom random,
            WholeNode node,
            Population population,
            Requesters requesters,
            ExternalWatch externals,
            Tally tally) {
        this.random = random;
        this.node = node;
        this.population = population;
        this.requesters = requesters;
        this.externals = externals;
        this.tally = tally;
    }

    /** Some clients ask. */
    void ask() {
        for (int left = 1 + random.nextInt(20); left > 0; left--) {
            ask(command());
        }
    }

    private PeerCommand command() {
        InternalTuple internal = requesters.tuple();
        var pool = node.config.nat().pool();
        return new PeerCommand(
                new PeerTuple(
                        internal,
                        Knobs.REMOTE + random.nextInt(REMOTES),
                        1 + random.nextInt(PORTS)),
                new Nonce(1, random.nextInt(8) == 0 ? 2 : 1),
                0,
                random.nextInt(4) > 0
                        ? 0
                        : pool.ports().first() + random.nextInt(pool.ports().size()),
                LIFETIMES[random.nextInt(LIFETIMES.length)],
                internal.internalIp(),
                5350);
    }

    private void ask(PeerCommand command) {
        PortControl process = node.control;
        int changesBefore = changes;
        boolean wasDrained = isDrained(command);
        unanswered++;
        process.peers()
                .peer(
                        command,
                        node.nowNs(),
                        node.wallMillis(),
                        outcome -> {
                            assertEquals(process, node.control, "a dead process answered");
                            unanswered--;
                            boolean isUndisturbed =
                                    changes == changesBefore && !wasDrained && !isDrained(command);
                            if (outcome instanceof PeerOutcome.Kept kept && isUndisturbed) {
                                onKept(command, kept);
                            }
                        });
    }

    /** Whether what is there is only told of, and not prolonged. */
    private boolean isDrained(PeerCommand command) {
        int host = Population.host(command.peer().internal().internalIp());
        String owner = population.ownerOf(host);
        return node.control.subscriberDrains().list().stream()
                .anyMatch(view -> view.subscriber().equals(owner));
    }

    private void onKept(PeerCommand command, PeerOutcome.Kept kept) {
        tally.sessionsPromised++;
        InternalTuple internal = command.peer().internal();
        int addressIndex = node.addressIndex(kept.externalIp());
        boolean isSafe =
                command.lifetimeSeconds() > 0
                        && internal.protocol() == Protocol.UDP
                        && !node.isLeaving(addressIndex)
                        && !cut.contains(kept.externalIp())
                        && !cut.contains(internal.internalIp())
                        && !ending.containsKey(internal.internalIp());
        if (isSafe) {
            long untilNs = node.nowNs() + (kept.lifetimeSeconds() - 1) * NS_PER_SECOND;
            promises.put(
                    command.peer(), new Promise(kept.externalIp(), kept.externalPort(), untilNs));
        }
    }

    /** After each step. Returns how many promises are kept. */
    int check() {
        promises.entrySet()
                .removeIf(e ->
                        e.getValue().untilNs - node.nowNs() <= 0
                                || externals.isReserved(
                                        e.getKey().internal(), e.getValue().externalPort));
        promises.forEach((peer, promise) ->
                assertTrue(
                        flow(peer, promise).isPresent(),
                        () -> "kept no more: " + peer + " " + promise));
        return promises.size();
    }

    private Optional<Flow> flow(PeerTuple peer, Promise promise) {
        int addressIndex = node.addressIndex(promise.externalIp);
        return addressIndex == PoolAddresses.NONE
                ? Optional.empty()
                : node
                        .auditOf(addressIndex)
                        .flows(peer.internal(), addressIndex, promise.externalPort)
                        .stream()
                        .filter(flow -> flow.isWith(peer.remoteIp(), peer.remotePort()))
                        .findFirst();
    }

    void checkAnswered() {
        assertEquals(0, unanswered, "PEERs without an answer");
    }

    // ------------------------------------------------------------------ who may lose what

    /** Staff begin to end what an internal address has. */
    void onEnding(int internalIp) {
        ending.merge(internalIp, 1, Integer::sum);
        forget((peer, _) -> peer.internal().internalIp() == internalIp);
    }

    /** That is over. */
    void onEnded(int internalIp) {
        ending.computeIfPresent(internalIp, (_, n) -> n == 1 ? null : n - 1);
    }

    /** Sessions of an internal address, or at an external one, are cut some time. */
    void onCut(int ip) {
        cut.add(ip);
        forget((peer, promise) -> peer.internal().internalIp() == ip || promise.externalIp == ip);
    }

    /** An address has another owner. */
    void onMoved(int internalIp) {
        forget((peer, _) -> peer.internal().internalIp() == internalIp);
    }

    /** The next start gives some tuples up. */
    void forgetAt(BiPredicate<InternalTuple, Integer> some) {
        forget((peer, promise) -> some.test(peer.internal(), promise.externalIp));
    }

    private void forget(BiPredicate<PeerTuple, Promise> some) {
        changes++;
        promises.entrySet().removeIf(e -> some.test(e.getKey(), e.getValue()));
    }

    /** The node is gone. */
    void nodeDied() {
        unanswered = 0;
        cut.clear();
        ending.clear();
    }

    /**
     * What is durable is back: a tuple with a lease elsewhere leaves by that (ADR 16). One that had
     * several ports, and by now is to have one for all peers, leaves by the one put back first.
     */
    void onRestart() {
        Map<InternalTuple, ShardAudit.Row> leased = new HashMap<>();
        node.audits.forEach(audit -> audit.kept().forEach(row -> leased.put(row.internal(), row)));
        promises.entrySet()
                .removeIf(e -> {
                    ShardAudit.Row row = leased.get(e.getKey().internal());
                    Promise promise = e.getValue();
                    return row != null
                            && (row.externalPort() != promise.externalPort
                                    || node.externalIp(row.addressIndex()) != promise.externalIp);
                });
        promises.entrySet()
                .removeIf(e ->
                        hadSeveral(e.getKey().internal(), e.getValue())
                                && flow(e.getKey(), e.getValue()).filter(Flow::isKept).isEmpty());
        tally.promisesKept += check();
    }

    private boolean hadSeveral(InternalTuple internal, Promise one) {
        return node.foundPeers.stream()
                .filter(peer -> peer.internal().equals(internal))
                .anyMatch(peer ->
                        peer.externalPort() != one.externalPort
                                || peer.externalIp() != one.externalIp);
    }
}
