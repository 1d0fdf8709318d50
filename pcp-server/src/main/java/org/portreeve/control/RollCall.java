package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.MappingView;

/**
 * Tells of all mappings and port blocks that are there, in slices. What is there all the while is
 * told exactly once; of what comes and goes meanwhile the listeners hear. Event loop only.
 */
final class RollCall implements Questions.Question {
    private final ControlState state;
    private final Blocks blocks;
    private final Predicate<MappingView> onMapping;
    private final Predicate<BlockView> onBlock;
    private final Runnable reply;
    private final Deque<BlockView> whole = new ArrayDeque<>();
    private Phase phase = Phase.MAPPINGS;
    private long order = -1;
    private int slot;
    private boolean waits;

    RollCall(
            ControlState state,
            Blocks blocks,
            Predicate<MappingView> onMapping,
            Predicate<BlockView> onBlock,
            Runnable reply) {
        this.state = state;
        this.blocks = blocks;
        this.onMapping = onMapping;
        this.onBlock = onBlock;
        this.reply = reply;
    }

    @Override
    public boolean isAnswered() {
        return phase == Phase.OVER;
    }

    @Override
    public int advance(int limit) {
        return switch (phase) {
            case MAPPINGS -> mappings(limit);
            case DEDICATED -> dedicated(limit);
            case BLOCKS -> blocks(limit);
            case OVER -> 0;
        };
    }

    private int mappings(int limit) {
        // Who could not take one is not handed many.
        int count = waits ? 1 : limit;
        List<MappingView> next = state.listed(order, Long.MAX_VALUE, count);
        int done = 0;
        for (MappingView view : next) {
            waits = !onMapping.test(view);
            if (waits) {
                return done;
            }
            order = LeaseBook.order(view.internal());
            done++;
        }
        if (next.size() < count) {
            phase = Phase.DEDICATED;
            whole.addAll(state.dedicated.views());
        }
        return 1 + done;
    }

    private int dedicated(int limit) {
        int done = 0;
        while (done < limit && !whole.isEmpty()) {
            // One that was given up meanwhile was told so.
            if (state.dedicated.views().contains(whole.element())
                    && !onBlock.test(whole.element())) {
                return done;
            }
            whole.remove();
            done++;
        }
        if (whole.isEmpty()) {
            phase = Phase.BLOCKS;
        }
        return 1 + done;
    }

    private int blocks(int limit) {
        int done = 0;
        while (done < limit && slot < state.blocks.slotCount()) {
            if (!blocks.viewOf(slot).map(onBlock::test).orElse(true)) {
                return done;
            }
            slot++;
            done++;
        }
        if (slot == state.blocks.slotCount()) {
            phase = Phase.OVER;
            reply.run();
        }
        return 1 + done;
    }

    private enum Phase {
        MAPPINGS,
        DEDICATED,
        BLOCKS,
        OVER
    }
}
