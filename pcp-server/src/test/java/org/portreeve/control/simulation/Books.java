package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.view.BlockEvent;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.shard.ShardAudit;

/**
 * Mappings and blocks as port control tells of them, held against what the translator has and what
 * the journal keeps.
 */
final class Books {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long TICK_NS = 250_000_000L;

    private final WholeNode node;
    private final ExternalWatch externals;
    private final Map<InternalTuple, MappingView> mappings = new HashMap<>();
    private final Map<InternalTuple, Long> deadlinesNs = new HashMap<>();
    private final Set<BlockView> blocks = new HashSet<>();

    /** Since when at the latest a block that was given back rests; a restart forgets it. */
    private final Map<List<Integer>, Long> restsSinceNs = new HashMap<>();

    Books(WholeNode node, ExternalWatch externals) {
        this.node = node;
        this.externals = externals;
    }

    /**
     * A new process: what was restored is there, of the rest there will be word.
     *
     * @param isKept whether the rests of blocks were put back too
     */
    void begin(boolean isKept) {
        mappings.clear();
        blocks.clear();
        deadlinesNs.clear();
        if (!isKept) {
            restsSinceNs.clear();
        }
        List<Integer> addresses = node.addresses();
        restsSinceNs.keySet().removeIf(name -> !addresses.contains(name.getFirst()));
        boolean[] isOver = {false};
        node.control.callRoll(
                view -> {
                    note(view);
                    externals.onRoll(view);
                    return true;
                },
                blocks::add,
                () -> isOver[0] = true);
        node.settle();
        assertTrue(isOver[0], "the roll was not called to its end");
        node.control.listen(this::hear);
        node.control.listenBlocks(this::hear);
    }

    long leases() {
        return mappings.values().stream().filter(v -> v.origin() != MappingOrigin.STATIC).count();
    }

    int blocks() {
        return blocks.size();
    }

    private void note(MappingView view) {
        mappings.put(view.internal(), view);
        deadlinesNs.put(view.internal(), node.nowNs() + view.remainingSeconds() * NS_PER_SECOND);
    }

    private void hear(MappingEvent event) {
        InternalTuple internal = event.mapping().internal();
        boolean wasThere = mappings.containsKey(internal);
        assertEquals(!(event instanceof MappingEvent.Made), wasThere, () -> "heard: " + event);
        switch (event) {
            case MappingEvent.Made made -> note(made.mapping());
            case MappingEvent.Changed changed -> note(changed.mapping());
            case MappingEvent.Ended _ -> mappings.remove(internal);
        }
        externals.onEvent(event, sinceNs(event), node.nowNs());
    }

    /** Not later than the beginning of what an event tells of. */
    private long sinceNs(MappingEvent event) {
        boolean isExpiry =
                event instanceof MappingEvent.Ended(_, MappingEvent.Cause cause)
                        && cause == MappingEvent.Cause.EXPIRED;
        if (!isExpiry) {
            return node.settledNs();
        }
        // A deadline is shown in whole seconds.
        long deadlineNs = deadlinesNs.get(event.mapping().internal()) - NS_PER_SECOND;
        assertTrue(node.nowNs() - deadlineNs >= 0, () -> "over before its time: " + event);
        return deadlineNs;
    }

    private void hear(BlockEvent event) {
        boolean isNews =
                switch (event) {
                    case BlockEvent.Leased leased -> blocks.add(leased.block());
                    case BlockEvent.Released released -> blocks.remove(released.block());
                };
        assertTrue(isNews, () -> "heard twice: " + event);
        List<Integer> name = List.of(event.block().externalIp(), event.block().firstPort());
        if (event instanceof BlockEvent.Released) {
            restsSinceNs.put(name, node.settledNs());
        } else {
            Long sinceNs = restsSinceNs.remove(name);
            long restNs = node.config.nat().timers().holdDownNs();
            assertTrue(
                    sinceNs == null || node.nowNs() - sinceNs >= restNs,
                    () -> "a block that did not rest: " + event);
        }
    }

    /** Nothing moves and nothing fails: everybody says the same. */
    void checkAtRest() {
        Map<InternalTuple, ShardAudit.Row> rows = new HashMap<>();
        for (ShardAudit audit : node.audits) {
            audit.kept().forEach(row -> rows.put(row.internal(), row));
        }
        Set<InternalTuple> open = new HashSet<>();
        mappings.forEach((internal, view) -> {
            for (int i = 0; i < view.portCount(); i++) {
                assertTrue(open.add(internal.next(i)), () -> "two mappings of a port: " + view);
            }
        });
        assertEquals(open, rows.keySet(), "books and translator");
        mappings.values().forEach(view -> check(view, rows));
        checkDeadlines();
        RecoveredState found = node.journal.found();
        checkJournal(found.leases());
        checkBlocks(found.blocks());
    }

    /** After each step: what was over when all had nothing left to do has ended. */
    void checkDeadlines() {
        mappings.values()
                .forEach(view -> {
                    if (view.origin() != MappingOrigin.STATIC) {
                        long deadlineNs = deadlinesNs.get(view.internal());
                        assertTrue(
                                deadlineNs + TICK_NS - node.settledNs() >= 0,
                                () -> "a lease beyond its deadline: " + view);
                    }
                });
    }

    private void check(MappingView view, Map<InternalTuple, ShardAudit.Row> rows) {
        for (int i = 0; i < view.portCount(); i++) {
            ShardAudit.Row row = rows.get(view.internal().next(i));
            assertEquals(node.addressIndex(view.externalIp()), row.addressIndex());
            assertEquals(view.externalPort() + i, row.externalPort());
            assertEquals(view.origin() == MappingOrigin.STATIC, row.isStatic());
        }
    }

    private void checkJournal(List<JournalRecord.LeaseGranted> durable) {
        Map<InternalTuple, List<Integer>> kept = new HashMap<>();
        durable.forEach(record ->
                kept.put(record.internal(), List.of(record.externalPort(), record.size())));
        Map<InternalTuple, List<Integer>> told = new HashMap<>();
        mappings.forEach((internal, view) -> {
            if (view.origin() != MappingOrigin.STATIC) {
                told.put(internal, List.of(view.externalPort(), view.portCount()));
            }
        });
        assertEquals(told, kept, "books and journal");
    }

    private void checkBlocks(List<JournalRecord.BlockLeased> durable) {
        Set<List<Integer>> told = new HashSet<>();
        blocks.forEach(b -> told.add(List.of(b.externalIp(), b.firstPort())));
        assertEquals(told.size(), blocks.size(), "a block with two owners");
        Map<List<Integer>, String> kept = new HashMap<>();
        durable.forEach(r -> kept.put(List.of(r.externalIp(), r.firstPort()), r.subscriber()));
        Map<List<Integer>, String> owners = new HashMap<>();
        blocks.forEach(b -> owners.put(List.of(b.externalIp(), b.firstPort()), b.subscriber()));
        Set<List<Integer>> active = new HashSet<>();
        for (ShardAudit audit : node.audits) {
            for (ShardAudit.Block block : audit.blocks()) {
                active.add(List.of(node.externalIp(block.addressIndex()), block.firstPort()));
            }
        }
        assertEquals(active, told, "blocks of the translator and of the books");
        owners.forEach((block, owner) ->
                assertEquals(owner, kept.get(block), () -> "no record of " + block));
    }
}
