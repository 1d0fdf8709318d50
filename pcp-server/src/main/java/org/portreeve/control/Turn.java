package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.portreeve.nat.InternalTuple;

/**
 * The one operation under way on an internal tuple, who is to hear its answer, and which requests
 * wait for their turn. Event loop only.
 */
final class Turn {
    /** Requests that may wait for, or share, the answer of one internal tuple. */
    static final int MAX_WAITING = 8;

    final InternalTuple internal;
    private final List<Consumer<MapOutcome>> replies = new ArrayList<>(1);
    private final Deque<Wish> waiting = new ArrayDeque<>(0);
    private List<MapCommand> current = List.of();
    private boolean stalled;

    Turn(InternalTuple internal) {
        this.internal = internal;
    }

    /** The operation is now one for this request. */
    void take(Wish wish) {
        current = List.of(wish.command);
        replies.add(wish.reply);
    }

    /**
     * Lets a request wait. A repetition of the one under way shares its answer (RFC 6887 §8.1.1
     * makes clients repeat). Returns false when too many wait, or when the store fails.
     */
    boolean join(Wish wish) {
        if (stalled || replies.size() + waiting.size() > MAX_WAITING) {
            return false;
        }
        if (waiting.isEmpty() && !replies.isEmpty() && current.contains(wish.command)) {
            replies.add(wish.reply);
        } else {
            waiting.add(wish);
        }
        return true;
    }

    /** Answers all who share the current request, once. */
    void answer(MapOutcome outcome) {
        replies.forEach(reply -> reply.accept(outcome));
        replies.clear();
    }

    /**
     * The translator has already changed and the store fails: nobody is kept waiting for what may
     * take long.
     */
    void stall() {
        MapOutcome outcome =
                new MapOutcome.Refused(
                        MapOutcome.Reason.NO_RESOURCES, MapRules.SHORT_ERROR_SECONDS);
        stalled = true;
        answer(outcome);
        while (!waiting.isEmpty()) {
            replies.add(waiting.poll().reply);
        }
        answer(outcome);
    }

    /** Those whose turn comes next. */
    Deque<Wish> waiting() {
        return waiting;
    }

    /** A request with who asked. */
    record Wish(MapCommand command, Consumer<MapOutcome> reply) {}
}
