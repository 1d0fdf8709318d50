package org.portreeve.control.desk;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.portreeve.control.reservation.ReservationOutcome;
import org.portreeve.control.store.StoreException;

/**
 * Changes of reservations, one at a time: what the store says while one is under way holds until
 * its end. Enqueued on any thread; all else happens on the loop of port control.
 */
final class ChangeQueue {
    private final Executor loop;
    private final Executor worker;
    private final int maxWaiting;
    private final Deque<Step> steps = new ArrayDeque<>();

    ChangeQueue(Executor loop, Executor worker, int maxWaiting) {
        this.loop = loop;
        this.worker = worker;
        this.maxWaiting = maxWaiting;
    }

    /** What is to be done, on the loop; it ends with {@link Step#end}, now or later. */
    @FunctionalInterface
    interface Change {
        void begin(Step step);
    }

    /** Asks the store. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws StoreException;
    }

    /** Begins a change when all before it are over. */
    CompletionStage<ReservationOutcome> add(Change change) {
        Step step = new Step(change);
        loop.execute(() -> enqueue(step));
        return step.answer.minimalCompletionStage();
    }

    private void enqueue(Step step) {
        if (steps.size() > maxWaiting) {
            String reason = "%d changes wait already; try again in a moment".formatted(maxWaiting);
            step.answer.complete(new ReservationOutcome.NotKept(reason));
            return;
        }
        steps.add(step);
        if (steps.size() == 1) {
            step.begin();
        }
    }

    private void next() {
        steps.remove();
        if (!steps.isEmpty()) {
            // Not from here: many that fail at once would nest.
            loop.execute(steps.element()::begin);
        }
    }

    /** The change under way. */
    final class Step {
        private final Change change;
        private final CompletableFuture<ReservationOutcome> answer = new CompletableFuture<>();
        private Runnable release = () -> {};
        private boolean ended;

        private Step(Change change) {
            this.change = change;
        }

        /** Runs this at the end, however it ends. */
        void atEnd(Runnable release) {
            this.release = release;
        }

        /** Has a worker ask the store; goes on with its answer, or its fault, on the loop. */
        <T> void askStore(Question<T> question, Consumer<T> then, Consumer<StoreException> failed) {
            try {
                worker.execute(() -> answer(question, then, failed));
            } catch (RejectedExecutionException e) {
                failed.accept(new StoreException("the store is closed", e));
            }
        }

        /** It is over, with this outcome. */
        void end(ReservationOutcome outcome) {
            close();
            answer.complete(outcome);
        }

        private void begin() {
            guard(() -> change.begin(this));
        }

        private <T> void answer(
                Question<T> question, Consumer<T> then, Consumer<StoreException> failed) {
            try {
                T found = question.ask();
                loop.execute(() -> guard(() -> then.accept(found)));
            } catch (StoreException e) {
                loop.execute(() -> guard(() -> failed.accept(e)));
            } catch (RuntimeException | Error e) {
                loop.execute(() -> fail(e));
                throw e;
            }
        }

        /** A defect ends this change, not the ones behind it. */
        private void guard(Runnable part) {
            try {
                part.run();
            } catch (RuntimeException | Error e) {
                fail(e);
                throw e;
            }
        }

        private void fail(Throwable defect) {
            if (!ended) {
                close();
            }
            answer.completeExceptionally(defect);
        }

        private void close() {
            assert !ended : "a change ended twice";
            ended = true;
            release.run();
            next();
        }
    }
}
