package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.portreeve.control.PortControl;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.SubscriberDrainOutcome;
import org.portreeve.control.view.SubscriberDrainView;

/**
 * Staff who drain subscribers and let them have mappings again, and what they were told: it is so,
 * after a restart too. That a drained subscriber gets no more is for {@link QuotaWatch} to see.
 */
final class SubscriberDrainWatch {
    /** As many at a time as make a difference. */
    private static final int MOST = 200;

    private final SplittableRandom random;
    private final WholeNode node;
    private final Population population;
    private final Requesters requesters;
    private final ExternalWatch externals;
    private final QuotaWatch quotas;
    private final Tally tally;
    private final Set<String> drained = new TreeSet<>();

    /** Wishes without an answer, by subscriber; a restart may find them done or not. */
    private final Map<String, Integer> underWay = new HashMap<>();

    SubscriberDrainWatch(
            SplittableRandom random,
            WholeNode node,
            Population population,
            Requesters requesters,
            ExternalWatch externals,
            QuotaWatch quotas,
            Tally tally) {
        this.random = random;
        this.node = node;
        this.population = population;
        this.requesters = requesters;
        this.externals = externals;
        this.quotas = quotas;
        this.tally = tally;
    }

    boolean isWaiting() {
        return !underWay.isEmpty();
    }

    /** Somebody is drained, or somebody else no more. */
    void change() {
        String[] known = drained.toArray(String[]::new);
        if (known.length > 0 && (known.length >= MOST || random.nextBoolean())) {
            end(known[random.nextInt(known.length)]);
            return;
        }
        int host = Population.host(requesters.tuple().internalIp());
        String id = population.ownerOf(host);
        DrainMode mode = random.nextInt(3) == 0 ? DrainMode.CUT : DrainMode.WAIT;
        if (mode == DrainMode.CUT) {
            // The addresses of one subscriber are neighbours.
            cut(Population.ip(host & ~1));
            cut(Population.ip(host | 1));
        }
        ask(
                id,
                reply -> node.control.subscriberDrains().drain(id, mode, reply),
                outcome -> hear(id, outcome));
    }

    private void cut(int internalIp) {
        requesters.cutHost(internalIp);
        externals.onCut(internalIp);
    }

    private void hear(String id, SubscriberDrainOutcome outcome) {
        switch (outcome) {
            case DONE -> {
                tally.subscribersDrained++;
                drained.add(id);
                quotas.onDrained(id);
            }
            case UNKNOWN_SUBSCRIBER -> assertEquals("", id);
            case NOT_RECORDED -> {}
            case NOT_DRAINED, TOO_MANY -> throw new AssertionError(outcome);
        }
    }

    private void end(String id) {
        ask(
                id,
                reply -> node.control.subscriberDrains().end(id, reply),
                outcome -> {
                    switch (outcome) {
                        case DONE -> {
                            drained.remove(id);
                            quotas.onDrainEnded(id);
                        }
                        case NOT_DRAINED -> assertTrue(!drained.contains(id), "drained after all");
                        case NOT_RECORDED -> {}
                        case UNKNOWN_SUBSCRIBER, TOO_MANY -> throw new AssertionError(outcome);
                    }
                });
    }

    private void ask(
            String id,
            Consumer<Consumer<SubscriberDrainOutcome>> wish,
            Consumer<SubscriberDrainOutcome> then) {
        PortControl process = node.control;
        underWay.merge(id, 1, Integer::sum);
        wish.accept(outcome -> {
            assertEquals(process, node.control, "a dead process answered");
            underWay.computeIfPresent(id, (_, count) -> count == 1 ? null : count - 1);
            then.accept(outcome);
        });
    }

    /** After each step. */
    void check() {
        assertEquals(drained, found(), "subscribers that are drained");
    }

    /** Another process, with what is durable. */
    void onRestart() {
        Set<String> found = found();
        for (String id : drained) {
            assertTrue(found.contains(id) || underWay.containsKey(id), "a drain was forgotten");
        }
        for (String id : found) {
            assertTrue(
                    drained.contains(id) || underWay.containsKey(id),
                    "a drain that nobody asked for");
        }
        underWay.clear();
        drained.clear();
        drained.addAll(found);
        quotas.onDrains(found);
    }

    /** All of them may have mappings again. */
    void endAll() {
        for (String id : Set.copyOf(drained)) {
            end(id);
            node.settle();
        }
        assertEquals(Set.of(), found());
    }

    private Set<String> found() {
        return node.control.subscriberDrains().list().stream()
                .map(SubscriberDrainView::subscriber)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
