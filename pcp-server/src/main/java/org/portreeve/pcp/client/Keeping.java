package org.portreeve.pcp.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.PcpResponse.ErrorResponse;
import org.portreeve.pcp.wire.PcpResponse.MapResponse;
import org.portreeve.pcp.wire.PcpResponse.PeerResponse;
import org.portreeve.pcp.wire.ResultCode;

/**
 * Keeps what a server granted by asking for it again in time (RFC 6887 §11.2.1), with the external
 * tuple that was assigned last, so that a server that has lost its state makes the same again: it
 * is asked a few seconds after it says so. What ended all the same is asked for anew. Calls block;
 * one thread.
 */
public final class Keeping {
    /** Less than the first retransmission time: a renewal is one packet (RFC 6887 §11.2.1). */
    private static final Duration ONE_PACKET = Duration.ofMillis(2_500);

    /** RFC 6887 §8.1.1: retransmissions go on, ever slower; far more than any process lives. */
    private static final Duration WITHOUT_END = Duration.ofDays(36_500);

    /** RFC 6887 §7.4: a long lifetime error, which a server of another version cannot give. */
    private static final long LONG_NS = TimeUnit.MINUTES.toNanos(30);

    /** RFC 6887 §8.5: so many clients do not come back at one moment. */
    private static final long MOST_DELAY_NS = TimeUnit.SECONDS.toNanos(5);

    private static final long FIRST_REFUSED_NS = RenewalTimes.LEAST_APART_NS;

    /** A server that says that its error is over at once is not asked in a loop. */
    private static final long LEAST_ERROR_SECONDS =
            TimeUnit.NANOSECONDS.toSeconds(RenewalTimes.LEAST_APART_NS);

    private final PcpClient client;
    private final LongSupplier nowNs;
    private final RandomGenerator random;
    private final Pause pause;
    private Wish wish;

    /** How long to wait when next nobody listens there; doubled each time (RFC 6887 §8.1.1). */
    private long refusedNs = FIRST_REFUSED_NS;

    private boolean isEpochDoubted;

    /** Waits for some time. */
    @FunctionalInterface
    public interface Pause {
        /**
         * Returns after so long, or throws when the thread is to end; or returns true, sooner, when
         * the server says that it may have lost its state.
         */
        boolean pause(long durationNs) throws InterruptedException;
    }

    /**
     * Keeps nothing yet.
     *
     * @param nowNs a clock that never goes backwards, that of the client
     * @param random for the times of renewals
     */
    public Keeping(
            PcpClient client, Wish wish, LongSupplier nowNs, RandomGenerator random, Pause pause) {
        this.client = client;
        this.wish = wish;
        this.nowNs = nowNs;
        this.random = random;
        this.pause = pause;
    }

    /**
     * Asks, tells, and goes on with that until the thread is interrupted. Returns what came of the
     * first request when that was no success: there is nothing to be kept then.
     *
     * @param timeout how long the first request is tried
     * @throws IOException when the first request cannot be sent
     */
    public PcpOutcome keep(Duration timeout, Consumer<PcpOutcome> told)
            throws IOException, InterruptedException {
        PcpOutcome outcome = client.exchange(request(), timeout);
        heard(outcome, told);
        if (granted(outcome).isEmpty()) {
            return outcome;
        }
        while (!Thread.currentThread().isInterrupted()) {
            outcome = granted(outcome).isPresent() ? renew(outcome) : again(outcome);
            heard(outcome, told);
        }
        return outcome;
    }

    private PcpRequest request() {
        return wish.request(client.clientAddress());
    }

    private void heard(PcpOutcome outcome, Consumer<PcpOutcome> told) {
        granted(outcome).ifPresent(grant -> wish = wish.suggesting(grant.address, grant.port));
        told.accept(outcome);
    }

    /** Sends the request; what of the host stands in the way now may be gone later. */
    private PcpOutcome ask(Duration timeout) {
        try {
            return client.exchange(request(), timeout);
        } catch (IOException _) {
            return new PcpOutcome.NoAnswer(PcpOutcome.Reason.NOT_SENT);
        }
    }

    /** Waits, asks in time, and returns what came of it; or of what was granted, when it ended. */
    private PcpOutcome renew(PcpOutcome granted) throws InterruptedException {
        refusedNs = FIRST_REFUSED_NS;
        long lifetimeSeconds = granted(granted).orElseThrow().lifetimeSeconds;
        var times = new RenewalTimes(lifetimeSeconds, random, nowNs.getAsLong());
        boolean isLost = isOfLostState(granted);
        long dueNs = isLost ? soon() : times.dueNs();
        while (true) {
            isLost |= waitFor(Math.max(0, dueNs - nowNs.getAsLong()));
            // A renewal has its own next time; what may be gone is asked for until it is answered.
            PcpOutcome outcome = ask(isLost ? until(times.endNs()) : ONE_PACKET);
            isLost = false;
            if (!(outcome instanceof PcpOutcome.NoAnswer)) {
                return outcome;
            }
            times.unanswered(nowNs.getAsLong());
            dueNs = times.dueNs();
            if (dueNs - times.endNs() >= 0) {
                return outcome;
            }
        }
    }

    private Duration until(long endNs) {
        return Duration.ofNanos(Math.max(0, endNs - nowNs.getAsLong()));
    }

    /**
     * Waits for so long, or for a few seconds from when the server says that it lost its state;
     * returns whether it said so.
     */
    private boolean waitFor(long durationNs) throws InterruptedException {
        long untilNs = nowNs.getAsLong() + durationNs;
        long leftNs = durationNs;
        boolean wasLost = false;
        do {
            boolean isLost = pause.pause(leftNs) && !isEpochDoubted;
            isEpochDoubted |= isLost;
            wasLost |= isLost;
            // RFC 6887 §14.1.3: what was announced to many is not answered by all at once.
            long soonNs = isLost ? soon() : untilNs;
            untilNs = soonNs - untilNs < 0 ? soonNs : untilNs;
            leftNs = untilNs - nowNs.getAsLong();
        } while (leftNs > 0);
        return wasLost;
    }

    /**
     * Whether the server may have lost its state (RFC 6887 §8.5). Believed once in a row: one whose
     * clock is broken is not asked every few seconds.
     */
    private boolean isOfLostState(PcpOutcome granted) {
        boolean isInvalid =
                granted instanceof PcpOutcome.Answered(PcpResponse _, boolean epochValid)
                        && !epochValid;
        boolean isBelieved = isInvalid && !isEpochDoubted;
        isEpochDoubted = isInvalid;
        return isBelieved;
    }

    private long soon() {
        return nowNs.getAsLong() + random.nextLong(MOST_DELAY_NS + 1);
    }

    /** What was kept has ended, or is refused: asks anew, not before that makes sense. */
    private PcpOutcome again(PcpOutcome refused) throws InterruptedException {
        switch (refused) {
            case PcpOutcome.Answered(ErrorResponse error, boolean _) -> {
                if (wish instanceof PeerWish
                        && error.resultNumber() == ResultCode.CANNOT_PROVIDE_EXTERNAL.number()) {
                    // RFC 6887 §12.1: PEER gets what it suggests or nothing; another is better now.
                    wish = wish.suggesting(PcpAddress.ANY_IPV4, 0);
                }
                // RFC 6887 §7.4, §11.4: for so long the answer would be the same.
                var _ = waitFor(TimeUnit.SECONDS.toNanos(seconds(error.lifetimeSeconds())));
            }
            case PcpOutcome.Answered _, PcpOutcome.VersionRefused _ -> {
                var _ = waitFor(LONG_NS);
            }
            case PcpOutcome.NoAnswer(PcpOutcome.Reason reason) -> {
                // What timed out was waited for; the exchange that follows has pauses of its own.
                if (reason != PcpOutcome.Reason.TIMED_OUT) {
                    var _ = waitFor(refusedNs);
                    refusedNs = Math.min(2 * refusedNs, PcpExchange.MAX_RETRANSMISSION_NS);
                }
            }
        }
        return ask(WITHOUT_END);
    }

    private static long seconds(long lifetimeSeconds) {
        return Math.clamp(lifetimeSeconds, LEAST_ERROR_SECONDS, RenewalTimes.MAX_LIFETIME_SECONDS);
    }

    private static Optional<Grant> granted(PcpOutcome outcome) {
        return outcome instanceof PcpOutcome.Answered(PcpResponse response, boolean _)
                ? granted(response)
                : Optional.empty();
    }

    private static Optional<Grant> granted(PcpResponse response) {
        return switch (response) {
            case MapResponse map ->
                    Optional.of(
                            new Grant(
                                    map.assignedExternalAddress(),
                                    map.assignedExternalPort(),
                                    map.lifetimeSeconds()));
            case PeerResponse peer ->
                    Optional.of(
                            new Grant(
                                    peer.assignedExternalAddress(),
                                    peer.assignedExternalPort(),
                                    peer.lifetimeSeconds()));
            case ErrorResponse _, PcpResponse.AnnounceResponse _ -> Optional.empty();
        };
    }

    private record Grant(PcpAddress address, int port, long lifetimeSeconds) {}
}
