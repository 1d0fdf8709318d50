package org.portreeve.pcp;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.portreeve.control.Client;
import org.portreeve.control.KnownClients;

/**
 * When each known client is told of a restart, one after the other as fast as the pace lets: a
 * round for each copy, of those who were known in the first. The second begins 250 ms after the end
 * of the first; each pause is twice as long as any client has waited before, so that each client's
 * gaps double (RFC 6887 §14.1.3). Where there are so many clients that a round takes long, there
 * are fewer rounds. Bounded by the clients, eight octets for each. Port-control thread only.
 */
final class ClientRounds {
    /** No round begins so long after the first: all links have heard the last copy then. */
    static final long LAST_NS = 130_000_000_000L;

    private static final long FIRST_GAP_NS = 250_000_000L;
    private static final long[] NOBODY = {};

    private final Supplier<KnownClients.Walk> clients;
    private final Runnable onEnd;
    private Optional<KnownClients.Walk> walk = Optional.empty();
    private long[] told = NOBODY;
    private int toldCount;
    private int position;
    private int left;
    private boolean isInRound;
    private boolean isFirst;

    /** Whether the last copies of a round may still be on their way out of this turn. */
    private boolean isLeaving;

    private long endedNs;
    private long beganNs;
    private long nextNs;

    /** When this round began, and the one before. */
    private long roundNs;

    private long lastRoundNs;

    /**
     * Rounds of nobody yet.
     *
     * @param clients begins to name those who are told
     * @param onEnd called when all were told often enough, or are told no more
     */
    ClientRounds(Supplier<KnownClients.Walk> clients, Runnable onEnd) {
        this.clients = clients;
        this.onEnd = onEnd;
    }

    /** Begins anew; what is left of an earlier announcement is not sent. */
    void begin(int copies, long nowNs) {
        left = copies;
        beganNs = nowNs;
        nextNs = nowNs;
        isInRound = false;
        isFirst = true;
        isLeaving = false;
        toldCount = 0;
        position = 0;
        walk = Optional.of(clients.get());
    }

    /** Nobody is told, now or later, of what has been until now. */
    void cease() {
        walk = Optional.empty();
        isInRound = false;
        position = 0;
        end();
    }

    /** Whether nobody is being told. */
    boolean isOver() {
        return left == 0 && !isLeaving;
    }

    /** Whether somebody may be to be told now. */
    boolean isDue(long nowNs) {
        if (isLeaving && nowNs - endedNs > 0) {
            left(nowNs);
        }
        if (!isInRound && !isLeaving && left > 0 && nowNs - nextNs >= 0) {
            isInRound = true;
            lastRoundNs = roundNs;
            roundNs = nowNs;
        }
        return isInRound;
    }

    /** Who is told next, when it {@link #isDue}; empty when it must be asked again. */
    Optional<Client> next(long nowNs) {
        Optional<Client> next = walk.isPresent() ? found(walk.get()) : again();
        boolean isOver = walk.map(KnownClients.Walk::isOver).orElse(position == toldCount);
        if (isOver) {
            endRound(nowNs);
        }
        return next;
    }

    private Optional<Client> found(KnownClients.Walk first) {
        Optional<Client> client = first.next();
        client.ifPresent(this::remember);
        return client;
    }

    private void remember(Client client) {
        if (toldCount == told.length) {
            told = Arrays.copyOf(told, Math.max(64, 2 * toldCount));
        }
        told[toldCount++] = Integer.toUnsignedLong(client.ip()) << 16 | client.port();
    }

    private Optional<Client> again() {
        if (position == toldCount) {
            return Optional.empty();
        }
        long client = told[position++];
        return Optional.of(new Client((int) (client >>> 16), (int) client & 0xffff));
    }

    private void endRound(long nowNs) {
        walk = Optional.empty();
        position = 0;
        left--;
        isInRound = false;
        isLeaving = true;
        endedNs = nowNs;
        if (left == 0 || toldCount == 0) {
            end();
        }
    }

    /** All copies of the round have left between the turn that sent the last one and this one. */
    private void left(long nowNs) {
        isLeaving = false;
        nextNs = nowNs + (isFirst ? FIRST_GAP_NS : 2 * (nowNs - lastRoundNs));
        isFirst = false;
        if (nextNs - beganNs > LAST_NS) {
            end();
        }
    }

    private void end() {
        left = 0;
        isLeaving = false;
        told = NOBODY;
        toldCount = 0;
        onEnd.run();
    }
}
