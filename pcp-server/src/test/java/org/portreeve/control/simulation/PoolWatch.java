package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.portreeve.control.PortControl;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.directory.Directory;

/**
 * Staff who add external addresses and take others away, as a reload does: what was agreed to is
 * used, nobody stays at an address that leaves, and it is gone when nothing is left of it. The file
 * is the truth at each start.
 */
final class PoolWatch {
    /** Addresses that the file may name. */
    private static final int KNOWN = 16;

    private final SplittableRandom random;
    private final WholeNode node;
    private final Population population;
    private final Requesters requesters;
    private final ExternalWatch externals;
    private final Tally tally;

    /** Addresses of the file, as far as the node agreed to them. */
    private List<Integer> file;

    /** What it was asked to use; empty when no answer is due. */
    private List<Integer> asked = List.of();

    /** Whether the last start had not all addresses of the process before. */
    private boolean hasLost;

    PoolWatch(
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
        file = node.config.nat().pool().addresses();
    }

    boolean isWaiting() {
        return !asked.isEmpty();
    }

    /** Whether leases may be gone because their address is. */
    boolean hasLost() {
        return hasLost;
    }

    /** Staff edit the addresses of the file and have it read. */
    void change() {
        if (isWaiting()) {
            return;
        }
        PortControl process = node.control;
        DrainMode mode = random.nextInt(3) == 0 ? DrainMode.CUT : DrainMode.WAIT;
        asked = edited();
        if (mode == DrainMode.CUT) {
            file.stream().filter(ip -> !asked.contains(ip)).forEach(this::cut);
        }
        process.pool()
                .use(
                        asked,
                        mode,
                        outcome -> {
                            assertEquals(process, node.control, "a dead process answered");
                            hear(outcome);
                        });
    }

    private void cut(int externalIp) {
        requesters.cutAt(externalIp);
        externals.onCut(externalIp);
    }

    /** Whether an address is of those that a pool of the simulation may ever have. */
    static boolean isExternal(int ip) {
        return ip >= Knobs.FIRST_ADDRESS && ip < Knobs.FIRST_ADDRESS + KNOWN;
    }

    /** Other addresses, never fewer than there are shards. */
    private List<Integer> edited() {
        List<Integer> edited = new ArrayList<>(file);
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            int ip = Knobs.FIRST_ADDRESS + random.nextInt(KNOWN);
            if (!edited.contains(ip)) {
                edited.add(random.nextInt(edited.size() + 1), ip);
            } else if (edited.size() > Knobs.SHARDS) {
                edited.remove(Integer.valueOf(ip));
            }
        }
        return List.copyOf(edited);
    }

    private void hear(PoolOutcome outcome) {
        switch (outcome) {
            case PoolOutcome.Changed(List<Integer> added, List<Integer> leaving) -> {
                assertEquals(without(asked, file), Set.copyOf(added), "added");
                assertEquals(without(file, asked), Set.copyOf(leaving), "leaving");
                tally.addressesAdded += added.size();
                tally.addressesTaken += leaving.size();
                file = asked;
                node.useAddresses(file);
            }
            case PoolOutcome.Refused(String reason) -> {
                assertFalse(reason.isEmpty());
                tally.poolsRefused++;
            }
        }
        asked = List.of();
    }

    private static Set<Integer> without(List<Integer> all, List<Integer> some) {
        Set<Integer> rest = new HashSet<>(all);
        some.forEach(rest::remove);
        return rest;
    }

    /** The node is gone; the file may be one that it never heard of. */
    void nodeDied() {
        List<Integer> before = node.addresses();
        if (isWaiting() && !isComputed() && random.nextBoolean()) {
            file = asked;
        }
        asked = List.of();
        node.useAddresses(file);
        hasLost = !file.containsAll(before);
        requesters.startsWith(file);
    }

    /** After each step. */
    void check() {
        List<Integer> addresses = node.addresses();
        assertTrue(addresses.containsAll(file), () -> file + " agreed to, in use " + addresses);
        assertTrue(
                addresses.size() <= node.config.nat().addressPlaces(),
                () -> "more than there is room for: " + addresses);
    }

    /** Whether nobody who could have another address is left at one that leaves. */
    boolean isSettled() {
        if (node.addresses().size() == file.size()) {
            return true;
        }
        Set<String> reserved = new HashSet<>();
        node.store.all().forEach(r -> reserved.add(ownerOf(r.internal().internalIp())));
        for (int host = 0; host < population.hosts(); host++) {
            long pairing = node.pairing(Population.ip(host));
            boolean isLeft =
                    pairing != Directory.NONE
                            && !Directory.isMoving(pairing)
                            && node.isLeaving(Directory.addressIndex(pairing));
            if (isLeft && !reserved.contains(population.ownerOf(host))) {
                return false;
            }
        }
        return true;
    }

    private String ownerOf(int internalIp) {
        return population.ownerOf(Population.host(internalIp));
    }

    /** Nothing is left of anything. */
    void checkSilent() {
        assertEquals(new TreeSet<>(file), new TreeSet<>(node.addresses()), "addresses");
    }

    private boolean isComputed() {
        return node.config.nat().pool().allocation() instanceof Pool.Allocation.Deterministic;
    }
}
