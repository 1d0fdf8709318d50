package org.portreeve.control.desk;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.portreeve.control.DrainControl;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.PoolControl;
import org.portreeve.control.PortControl;
import org.portreeve.control.SubscriberDrains;
import org.portreeve.control.policy.OnFailure;
import org.portreeve.control.policy.Policy;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.view.BlockEvent;
import org.portreeve.control.view.BlockView;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.control.view.DrainView;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.control.view.PolicyChange;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.control.view.Sizes;
import org.portreeve.control.view.SubscriberDrainOutcome;
import org.portreeve.control.view.SubscriberDrainView;
import org.portreeve.control.view.SubscriberQuery;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.event.EventSettings;

/**
 * What applications, staff and commands ask of port control. Any thread; stages complete on the
 * loop of port control, so what follows must not block there. Views, drops and releases complete
 * with a {@link RejectedExecutionException} when port control has too many of them under way: to be
 * asked again later.
 */
public final class Desk {
    private final PortControl control;
    private final Asking asking;
    private final LongSupplier nowNs;
    private final LongSupplier wallMillis;

    /**
     * A desk before this port control.
     *
     * @param loop runs what it is given on the loop of port control, in order
     */
    public Desk(PortControl control, Executor loop, LongSupplier nowNs, LongSupplier wallMillis) {
        this.control = control;
        this.asking = new Asking(loop);
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
    }

    /** Creates, renews or deletes a mapping, as {@link PortControl#map}. */
    public CompletionStage<MapOutcome> map(MapCommand command) {
        return asking.ask(reply -> control.map(command, nowNs(), wallMillis(), reply));
    }

    /**
     * Whether a request of this address is worth any work; false over its subscriber's rate, and
     * for nobody's address always.
     */
    public CompletionStage<Boolean> admits(int internalIp) {
        return asking.ask(reply ->
                reply.accept(
                        control.isSubscriber(internalIp)
                                && control.admission().admits(internalIp, nowNs())));
    }

    /**
     * The external address of an internal one, paired now if it was not; empty when it belongs to
     * no subscriber or none can be had.
     */
    public CompletionStage<OptionalInt> externalIp(int internalIp) {
        return asking.ask(reply -> control.externalIp(internalIp, nowNs(), wallMillis(), reply));
    }

    /** Mappings that match. */
    public CompletionStage<Listing<MappingView>> mappings(MappingQuery query) {
        return asking.askIfTaken(reply -> control.mappings(query, nowNs(), wallMillis(), reply));
    }

    /** The same for a host that asks: hosts have places of their own, fewer than staff. */
    public CompletionStage<Listing<MappingView>> mappingsForHost(MappingQuery query) {
        return asking.askIfTaken(
                reply -> control.mappingsForHost(query, nowNs(), wallMillis(), reply));
    }

    /** The id of the subscriber that an internal address belongs to; empty for nobody. */
    public CompletionStage<Optional<String>> subscriberOf(int internalIp) {
        return asking.ask(reply -> reply.accept(control.subscriberOf(internalIp)));
    }

    /** Whether everything that was granted before the start is back. */
    public CompletionStage<Boolean> isReady() {
        return asking.ask(reply -> reply.accept(control.isReady()));
    }

    /** Subscribers that match: named ones, and others that have something here. */
    public CompletionStage<Listing<SubscriberView>> subscribers(SubscriberQuery query) {
        return asking.askIfTaken(reply -> control.subscribers(query, nowNs(), wallMillis(), reply));
    }

    /** One subscriber by id; empty when nobody is called so. */
    public CompletionStage<Optional<SubscriberView>> subscriber(String id) {
        return asking.askIfTaken(reply -> control.subscriber(id, nowNs(), wallMillis(), reply));
    }

    /** The last requests of a subscriber, by id, the last one first; none for nobody. */
    public CompletionStage<List<RequestEntry>> requests(String id) {
        return asking.ask(reply -> reply.accept(control.requests().of(id)));
    }

    /** Ends a lease whoever owns it; false when there is none. */
    public CompletionStage<Boolean> drop(InternalTuple internal) {
        return asking.askIfTaken(reply -> control.drop(internal, nowNs(), wallMillis(), reply));
    }

    /**
     * Ends all leases of an internal address that was given up, and what its traffic keeps; the
     * number of leases. Reservations stay.
     */
    public CompletionStage<Integer> release(int internalIp) {
        return asking.askIfTaken(
                reply -> control.release(internalIp, nowNs(), wallMillis(), reply));
    }

    /** Whether there is memory for a policy, which is then set aside; nothing else changes. */
    public CompletionStage<Boolean> prepare(Policy policy) {
        return asking.ask(reply -> reply.accept(control.prepare(policy)));
    }

    /**
     * Puts a new policy in force that was prepared; nothing is cut by it but leases of addresses
     * that their subscriber lost.
     */
    public CompletionStage<PolicyChange> apply(Policy policy) {
        return asking.ask(reply -> reply.accept(control.apply(policy, nowNs(), wallMillis())));
    }

    /** Changes which events are told, and what becomes of new blocks while the journal fails. */
    public CompletionStage<Boolean> use(EventSettings settings, OnFailure onFailure) {
        return asking.ask(reply -> {
            control.events().use(settings);
            control.use(onFailure);
            reply.accept(true);
        });
    }

    /** Takes an external address out of use, as {@link DrainControl#drain}. */
    public CompletionStage<DrainOutcome> drain(int externalIp, long restSeconds) {
        return asking.ask(reply -> control.drains().drain(externalIp, restSeconds, reply));
    }

    /** Puts an external address back into use. */
    public CompletionStage<DrainOutcome> endDrain(int externalIp) {
        return asking.ask(reply -> control.drains().end(externalIp, reply));
    }

    /** Drains a subscriber, as {@link SubscriberDrains#drain}. */
    public CompletionStage<SubscriberDrainOutcome> drainSubscriber(String id, DrainMode mode) {
        return asking.ask(reply -> control.subscriberDrains().drain(id, mode, reply));
    }

    /** Lets a subscriber have mappings again. */
    public CompletionStage<SubscriberDrainOutcome> endSubscriberDrain(String id) {
        return asking.ask(reply -> control.subscriberDrains().end(id, reply));
    }

    /** The subscribers that are drained. */
    public CompletionStage<List<SubscriberDrainView>> subscriberDrains() {
        return asking.ask(reply -> reply.accept(control.subscriberDrains().list()));
    }

    /** The external addresses that are out of use. */
    public CompletionStage<List<DrainView>> drains() {
        return asking.ask(reply -> reply.accept(control.drains().list()));
    }

    /**
     * Lets the pool have these external addresses and no others, as {@link PoolControl#use}. All of
     * the change is made or nothing.
     */
    public CompletionStage<PoolOutcome> usePool(List<Integer> addresses, DrainMode mode) {
        return asking.ask(reply -> control.pool().use(addresses, mode, reply));
    }

    /** All external addresses, those that are on their way out of the pool included. */
    public CompletionStage<List<Integer>> poolAddresses() {
        return asking.ask(reply -> reply.accept(control.pool().addresses()));
    }

    /** Calls a listener, on the loop, whenever addresses have left the pool; it must not block. */
    public CompletionStage<Void> listenPool(Runnable listener) {
        return asking.ask(reply -> {
            control.pool().listen(listener);
            reply.accept(null);
        });
    }

    /** Seconds since the epoch began (RFC 6887 §8.5). */
    public CompletionStage<Long> epochSeconds() {
        return asking.ask(reply -> reply.accept(control.epochSeconds(nowNs())));
    }

    /** How much port control holds. */
    public CompletionStage<Sizes> sizes() {
        return asking.ask(reply -> reply.accept(control.sizes()));
    }

    /** Calls a listener, on the loop, at every change of a mapping; it must not block. */
    public CompletionStage<Void> listen(Consumer<MappingEvent> listener) {
        return asking.ask(reply -> {
            control.listen(listener);
            reply.accept(null);
        });
    }

    /** Calls a listener, on the loop, whenever a port block changes hands; it must not block. */
    public CompletionStage<Void> listenBlocks(Consumer<BlockEvent> listener) {
        return asking.ask(reply -> {
            control.listenBlocks(listener);
            reply.accept(null);
        });
    }

    /**
     * Tells, on the loop, of all mappings and port blocks that are there, as {@link
     * PortControl#callRoll}; completes when that was all.
     */
    public CompletionStage<Void> callRoll(
            Predicate<MappingView> onMapping, Predicate<BlockView> onBlock) {
        return asking.askIfTaken(
                reply -> control.callRoll(onMapping, onBlock, () -> reply.accept(null)));
    }

    private long nowNs() {
        return nowNs.getAsLong();
    }

    private long wallMillis() {
        return wallMillis.getAsLong();
    }
}
