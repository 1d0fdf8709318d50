package org.portreeve.control.desk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Questions that are put on the loop of port control and answered there. Any thread. */
final class Asking {
    private static final String BUSY =
            "too many questions are being answered at the moment; ask again in a second";

    private final Executor loop;

    Asking(Executor loop) {
        this.loop = loop;
    }

    <T> CompletionStage<T> ask(Consumer<Consumer<T>> question) {
        var answer = new CompletableFuture<T>();
        loop.execute(() -> attempt(answer, () -> question.accept(answer::complete)));
        return answer.minimalCompletionStage();
    }

    /** The same for what port control takes only so many of at a time. */
    <T> CompletionStage<T> askIfTaken(Predicate<Consumer<T>> question) {
        var answer = new CompletableFuture<T>();
        loop.execute(() ->
                attempt(
                        answer,
                        () -> {
                            if (!question.test(answer::complete)) {
                                answer.completeExceptionally(new RejectedExecutionException(BUSY));
                            }
                        }));
        return answer.minimalCompletionStage();
    }

    /** A defect breaks port control, which whoever asked need not wait for. */
    private static void attempt(CompletableFuture<?> answer, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            answer.completeExceptionally(e);
            throw e;
        }
    }
}
