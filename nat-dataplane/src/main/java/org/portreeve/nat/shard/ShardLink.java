package org.portreeve.nat.shard;

import java.util.function.Consumer;
import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.event.EventRing;
import org.portreeve.nat.shard.ShardOutcome.Holding;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.table.SessionTable;

/**
 * Both ways between port control and one shard: a bounded mailbox in, lossless outcomes out.
 *
 * <p>A request takes a place with {@link #tryOpen} and keeps it until {@link #close}; one command
 * of it is under way at a time, so neither the mailbox nor the outcome ring can be full for it, and
 * there is always room for its undo. Events of the shard (a block wanted, say) have places of their
 * own, which the shard counts, and so have their answers. A full mailbox refuses, it never waits.
 * All methods but those marked belong to the port-control thread.
 */
public final class ShardLink {
    /** Events that may wait for port control; a shard without a place drops the packet. */
    static final int EVENT_PLACES = 4096;

    private static final Refusal[] REFUSALS = Refusal.values();
    private static final Holding[] HOLDINGS = Holding.values();

    private final int requestPlaces;
    private final SpscAtomicArrayQueue<ShardCommand> mailbox;
    private final EventRing outcomes;
    private Runnable wakeup = () -> {};
    private Runnable outcomesReady = () -> {};
    private boolean emitted;
    private int open;

    /** A link that holds so many requests at once. */
    public ShardLink(int requestPlaces) {
        this.requestPlaces = requestPlaces;
        this.mailbox = new SpscAtomicArrayQueue<>(requestPlaces + EVENT_PLACES);
        this.outcomes = new EventRing(requestPlaces + EVENT_PLACES);
    }

    /** Says how a sleeping shard is woken; set once, before the shard runs. */
    public void wakeup(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    /** Says whom to tell, from the shard thread, that outcomes wait; set before the shard runs. */
    public void outcomesReady(Runnable outcomesReady) {
        this.outcomesReady = outcomesReady;
    }

    /** Takes a place for a request, or returns false: the mailbox is full, refuse. */
    public boolean tryOpen() {
        if (open == requestPlaces) {
            return false;
        }
        open++;
        return true;
    }

    /** Gives the place of a finished request back. */
    public void close() {
        assert open > 0 : "a request was closed twice";
        open--;
    }

    /** Requests under way. */
    public int openRequests() {
        return open;
    }

    /** Sends a command for which a place is held, or the answer to an event. */
    public void send(ShardCommand command) {
        boolean taken = mailbox.offer(command);
        assert taken : "a command was sent without a place";
        wakeup.run();
    }

    /** Hands at most {@code limit} outcomes to the handler and returns how many. */
    public int drain(Consumer<ShardOutcome> handler, int limit) {
        int done = 0;
        while (done < limit && outcomes.hasNext()) {
            ShardOutcome outcome = decode(outcomes);
            outcomes.pop();
            handler.accept(outcome);
            done++;
        }
        return done;
    }

    /** The next command, or null. Shard thread. */
    ShardCommand poll() {
        return mailbox.poll();
    }

    /** Whether an event has a place beside the answers of all requests. Shard thread. */
    boolean hasEventPlace() {
        return outcomes.free() > requestPlaces;
    }

    /** Tells port control something; the place was taken before. Shard thread. */
    void emit(int kind, long a, long b, long c, long d) {
        boolean taken = outcomes.offer(kind, a, b, c, d, 0, 0, 0);
        assert taken : "an outcome had no place";
        emitted = true;
    }

    /** Tells port control, once for a turn, that something was emitted. Shard thread. */
    void flush() {
        if (emitted) {
            emitted = false;
            outcomesReady.run();
        }
    }

    /** The kinds of outcomes as they stand in the ring. */
    static final class Kind {
        static final int RESERVED = 1;
        static final int REFUSED = 2;
        static final int ACTIVATED = 3;
        static final int ENDED = 4;
        static final int STILL_USED = 5;
        static final int FORGOTTEN = 6;
        static final int BUSY = 7;
        static final int PAIRING_WANTED = 8;
        static final int BLOCK_LEASED = 9;
        static final int BLOCK_RELEASED = 10;
        static final int SUBSCRIBER_IDLE = 11;
        static final int PORT_USE = 12;
        static final int SUBSCRIBER_USE = 13;
        static final int ADDRESS_USE = 14;
        static final int SESSION_KEPT = 15;
        static final int SESSION_ENDED = 16;
        static final int SET_RESERVED = 17;

        private Kind() {}
    }

    private static ShardOutcome ended(long key0, long key1) {
        var internal =
                new InternalTuple(
                        SessionTable.realm(key1),
                        SessionTable.protocol(key1),
                        SessionTable.internalIp(key0),
                        SessionTable.internalPort(key1));
        return new ShardOutcome.SessionEnded(
                internal, SessionTable.remoteIp(key0), SessionTable.remotePort(key1));
    }

    private static ShardOutcome decode(EventRing ring) {
        long a = ring.peek(1);
        int b = (int) ring.peek(2);
        int c = (int) ring.peek(3);
        boolean d = ring.peek(4) != 0;
        return switch ((int) ring.peek(0)) {
            case Kind.RESERVED -> new ShardOutcome.Reserved(a, b, c, d);
            case Kind.SET_RESERVED -> new ShardOutcome.SetReserved(a, b, c, (int) ring.peek(4));
            case Kind.REFUSED -> new ShardOutcome.Refused(a, REFUSALS[b]);
            case Kind.ACTIVATED -> new ShardOutcome.Activated(a);
            case Kind.ENDED -> new ShardOutcome.Ended(a, b != 0, c != 0);
            case Kind.STILL_USED -> new ShardOutcome.StillUsed(a, ring.peek(2));
            case Kind.FORGOTTEN -> new ShardOutcome.SubscriberForgotten(a, b);
            case Kind.BUSY -> new ShardOutcome.SubscriberBusy(a, b);
            case Kind.PAIRING_WANTED -> new ShardOutcome.PairingWanted((int) a, b);
            case Kind.BLOCK_LEASED -> new ShardOutcome.BlockLeased((int) a, b, c);
            case Kind.BLOCK_RELEASED -> new ShardOutcome.BlockReleased((int) a, b, c);
            case Kind.SUBSCRIBER_IDLE -> new ShardOutcome.SubscriberIdle((int) a);
            case Kind.PORT_USE -> new ShardOutcome.PortUse(a, HOLDINGS[b], c, (int) ring.peek(4));
            case Kind.SUBSCRIBER_USE -> new ShardOutcome.SubscriberUse(a, b, c);
            case Kind.ADDRESS_USE -> new ShardOutcome.AddressUse(a, b, c);
            case Kind.SESSION_KEPT -> new ShardOutcome.SessionKept(a, b, c, ring.peek(4));
            case Kind.SESSION_ENDED -> ended(a, ring.peek(2));
            default -> throw new AssertionError("an outcome of unknown kind");
        };
    }
}
