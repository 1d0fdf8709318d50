package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.control.view.DrainView;
import org.portreeve.nat.config.Pool;

/**
 * What staff were told of addresses that are out of use, held against what port control does: no
 * new subscriber gets one, a quarantine rests as long as it was told and no longer, one address
 * stays in use, and all of that is so after a restart.
 */
final class DrainWatch {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final WholeNode node;
    private final Population population;
    private final Tally tally;

    /** Addresses that are out of use as far as anybody was told. */
    private final Map<Integer, Out> outs = new TreeMap<>();

    /** Wishes without an answer, by address; a restart may find them done or not. */
    private final Map<Integer, Integer> underWay = new HashMap<>();

    /** Quarantines that ended by themselves: a lost record lets them begin anew at a restart. */
    private final Set<Integer> mayReturn = new HashSet<>();

    /** Whose hosts staff wanted a reservation for at an address, since nothing was under way. */
    private final Map<Integer, Set<String>> lately = new HashMap<>();

    DrainWatch(WholeNode node, Population population, Tally tally) {
        this.node = node;
        this.population = population;
        this.tally = tally;
    }

    private static final class Out {
        final long restSeconds;

        /**
         * Subscribers who own a host with a reservation there, or did: they are paired with it
         * whatever staff say.
         */
        final Set<String> reserved = new HashSet<>();

        /** Subscribers it had at the beginning, or fewer. */
        int most;

        long lastHeldNs;

        Out(DrainView view, long nowNs) {
            restSeconds = view.restSeconds();
            most = view.subscribers();
            lastHeldNs = nowNs;
        }
    }

    /** Staff asked for something about an address. */
    void onAsked(int externalIp) {
        underWay.merge(externalIp, 1, Integer::sum);
    }

    /** Staff want a reservation at an address; its host may be paired with it from now on. */
    void onReserved(int externalIp, int internalIp) {
        String owner = ownerOf(internalIp);
        lately.computeIfAbsent(externalIp, _ -> new HashSet<>()).add(owner);
        if (outs.containsKey(externalIp)) {
            outs.get(externalIp).reserved.add(owner);
        }
    }

    /** An address was to be taken out of use. */
    void onDrained(int externalIp, DrainOutcome outcome) {
        answered(externalIp);
        switch (outcome) {
            case DONE -> {
                tally.drainsBegun++;
                DrainView view = views().get(externalIp);
                assertTrue(view != null, "done, and yet in use");
                var out = new Out(view, node.nowNs());
                out.reserved.addAll(lately.getOrDefault(externalIp, Set.of()));
                outs.put(externalIp, out);
                mayReturn.remove(externalIp);
            }
            case LAST_ADDRESS -> {
                int inUse = inUse();
                // Each wish whose record is on its way may take another address out.
                int pending = underWay.values().stream().mapToInt(Integer::intValue).sum();
                assertTrue(inUse - pending <= 1, () -> "refused with " + inUse + " in use");
            }
            case UNKNOWN_ADDRESS ->
                    assertTrue(!isStaying(externalIp), "in the pool, and yet unknown");
            case NOT_RECORDED, POOL_CHANGING -> {}
            case NOT_DRAINED -> throw new AssertionError(outcome);
        }
    }

    /** An address was to be put back into use. */
    void onEnded(int externalIp, DrainOutcome outcome) {
        answered(externalIp);
        switch (outcome) {
            case DONE -> {
                tally.drainsEnded++;
                outs.remove(externalIp);
                mayReturn.remove(externalIp);
            }
            case NOT_DRAINED -> assertTrue(!views().containsKey(externalIp), "drained after all");
            case UNKNOWN_ADDRESS ->
                    assertTrue(node.addressIndex(externalIp) < 0, "in the pool, and yet unknown");
            case NOT_RECORDED -> {}
            case LAST_ADDRESS, POOL_CHANGING -> throw new AssertionError(outcome);
        }
    }

    private void answered(int externalIp) {
        underWay.computeIfPresent(externalIp, (_, count) -> count == 1 ? null : count - 1);
    }

    // ------------------------------------------------------------------ what must be

    /** After each step. */
    void check() {
        Map<Integer, DrainView> views = views();
        assertTrue(inUse() > 0, "no address is left in use");
        outs.keySet().removeIf(externalIp -> !node.addresses().contains(externalIp));
        outs.entrySet()
                .removeIf(out -> {
                    boolean isBack = !views.containsKey(out.getKey());
                    if (isBack) {
                        checkRested(out.getValue());
                        mayReturn.add(out.getKey());
                    }
                    return isBack;
                });
        assertEquals(outs.keySet(), views.keySet(), "addresses out of use");
        views.forEach((externalIp, view) -> check(outs.get(externalIp), view));
    }

    /** Nothing is under way: a rest that is over has ended. */
    void checkAtRest() {
        check();
        assertTrue(underWay.isEmpty(), "staff without an answer about an address");
        lately.clear();
        for (DrainView view : node.control.drains().list()) {
            assertTrue(view.remainingSeconds() != 0, () -> "rests beyond its time: " + view);
        }
    }

    private void checkRested(Out out) {
        long leastNs = out.restSeconds * NS_PER_SECOND;
        assertTrue(leastNs > 0, "in use again though nobody said so");
        assertTrue(node.nowNs() - out.lastHeldNs >= leastNs, "a quarantine that did not rest");
        tally.quarantinesOver++;
    }

    private void check(Out out, DrainView view) {
        assertEquals(out.restSeconds, view.restSeconds(), "the rest of an address");
        if (view.subscribers() > 0) {
            out.lastHeldNs = node.nowNs();
        }
        // The ranges that a deterministic pool computes stay where they are.
        boolean isComputed =
                node.config.nat().pool().allocation() instanceof Pool.Allocation.Deterministic;
        for (Reservation reservation : node.store.all()) {
            if (reservation.externalIp() == view.externalIp()) {
                out.reserved.add(ownerOf(reservation.internal().internalIp()));
            }
        }
        assertTrue(
                isComputed || view.subscribers() <= out.most + out.reserved.size(),
                () -> "had %d subscribers, now %s".formatted(out.most, view));
        out.most = Math.min(out.most, view.subscribers());
    }

    /** Another process, with what is durable. */
    void onRestart() {
        Map<Integer, DrainView> views = views();
        outs.keySet().removeIf(externalIp -> !node.addresses().contains(externalIp));
        for (int externalIp : outs.keySet()) {
            assertTrue(
                    views.containsKey(externalIp) || underWay.containsKey(externalIp),
                    "a drain was forgotten");
        }
        for (int externalIp : views.keySet()) {
            assertTrue(
                    outs.containsKey(externalIp)
                            || underWay.containsKey(externalIp)
                            || mayReturn.contains(externalIp),
                    "a drain that nobody asked for");
        }
        underWay.clear();
        lately.clear();
        outs.clear();
        views.forEach((externalIp, view) -> outs.put(externalIp, new Out(view, node.nowNs())));
    }

    private String ownerOf(int internalIp) {
        return population.ownerOf(Population.host(internalIp));
    }

    private Map<Integer, DrainView> views() {
        Map<Integer, DrainView> views = new TreeMap<>();
        node.control.drains().list().forEach(view -> views.put(view.externalIp(), view));
        return views;
    }

    /** Addresses that new subscribers may get. */
    private int inUse() {
        Map<Integer, DrainView> views = views();
        return (int)
                node.addresses().stream()
                        .filter(ip -> isStaying(ip) && !views.containsKey(ip))
                        .count();
    }

    private boolean isStaying(int externalIp) {
        int addressIndex = node.addressIndex(externalIp);
        return addressIndex >= 0 && !node.isLeaving(addressIndex);
    }
}
