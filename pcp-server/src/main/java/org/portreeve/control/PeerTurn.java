package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The one operation under way on a session, who is to hear its answer, and which requests wait for
 * their turn. Event loop only.
 */
final class PeerTurn {
    final PeerTuple peer;
    private final List<Consumer<PeerOutcome>> replies = new ArrayList<>(1);
    private final Deque<Wish> waiting = new ArrayDeque<>(0);
    private List<PeerCommand> current = List.of();
    private boolean stalled;

    /** Whether the shard said, since the operation found it there, that the session is over. */
    boolean sessionEnded;

    PeerTurn(PeerTuple peer) {
        this.peer = peer;
    }

    /** The operation is now one for this request. */
    void take(Wish wish) {
        current = List.of(wish.command);
        replies.add(wish.reply);
        sessionEnded = false;
    }

    /**
     * Lets a request wait; a repetition of the one under way shares its answer (RFC 6887 §8.1.1).
     * Returns false when too many wait, or when the store fails.
     */
    boolean join(Wish wish) {
        if (stalled || replies.size() + waiting.size() > Turn.MAX_WAITING) {
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
    void answer(PeerOutcome outcome) {
        replies.forEach(reply -> reply.accept(outcome));
        replies.clear();
    }

    /**
     * The translator has already changed and the store fails: nobody is kept waiting for what may
     * take long.
     */
    void stall() {
        stalled = true;
        answer(PeerTurns.noResources());
        while (!waiting.isEmpty()) {
            replies.add(waiting.poll().reply);
        }
        answer(PeerTurns.noResources());
    }

    /** Those whose turn comes next. */
    Deque<Wish> waiting() {
        return waiting;
    }

    /** A request with who asked. */
    record Wish(PeerCommand command, Consumer<PeerOutcome> reply) {}
}
