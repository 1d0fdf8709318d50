package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Who is to hear the answer of the one operation under way, and which requests wait for their turn.
 * Event loop only.
 *
 * @param <C> what is asked
 * @param <O> what is answered
 */
abstract class Waiting<C, O> {
    /** Requests that may wait for, or share, the answer of one operation. */
    static final int MAX_WAITING = 8;

    private final O noResources;
    private final List<Consumer<O>> replies = new ArrayList<>(1);
    private final Deque<Wish<C, O>> waiting = new ArrayDeque<>(0);
    private List<C> current = List.of();
    private boolean stalled;

    /** Nobody waits yet; a store that fails has all of them told {@code noResources}. */
    Waiting(O noResources) {
        this.noResources = noResources;
    }

    /** The operation is now one for this request. */
    void take(Wish<C, O> wish) {
        current = List.of(wish.command);
        replies.add(wish.reply);
    }

    /**
     * Lets a request wait. A repetition of the one under way shares its answer (RFC 6887 §8.1.1
     * makes clients repeat). Returns false when too many wait, or when the store fails.
     */
    final boolean join(Wish<C, O> wish) {
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
    final void answer(O outcome) {
        replies.forEach(reply -> reply.accept(outcome));
        replies.clear();
    }

    /**
     * The translator has already changed and the store fails: nobody is kept waiting for what may
     * take long.
     */
    final void stall() {
        stalled = true;
        answer(noResources);
        while (!waiting.isEmpty()) {
            replies.add(waiting.poll().reply);
        }
        answer(noResources);
    }

    /** Those whose turn comes next. */
    final Deque<Wish<C, O>> waiting() {
        return waiting;
    }

    /**
     * A request with who asked.
     *
     * @param <C> what is asked
     * @param <O> what is answered
     */
    record Wish<C, O>(C command, Consumer<O> reply) {}
}
