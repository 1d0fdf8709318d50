package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.PoolOutcome;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.config.Pool.Allocation;
import org.portreeve.nat.directory.PoolAddresses;
import org.portreeve.nat.directory.PoolAddresses.Use;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * External addresses that come and go while the node runs, and what each is used for. An address is
 * given to subscribers when every shard knows it. One that is wanted no more leaves when nothing is
 * left of it. The configuration file of a start is the truth, so that none of this is recorded.
 * Consumers are called once, now or in a later {@link PortControl#doWork}. Event loop only.
 */
public final class PoolControl {
    private final ControlState state;
    private final AddressLoads loads;
    private final Remains remains;
    private final Relocation relocation;

    /** Shards that have to be told. */
    private final BitSet untold = new BitSet();

    /** What waits until all shards know; a few for each change. */
    private final Deque<Runnable> whenTold = new ArrayDeque<>();

    /** The addresses that staff took out of use, by index. */
    private final BitSet drained = new BitSet();

    /** The addresses whose sessions are to be cut, by index. */
    private final BitSet toCut = new BitSet();

    /** Leases that ended at such an address, which begin anew elsewhere once that is cut. */
    private final Map<Integer, List<Lease>> uprooted = new HashMap<>();

    private final DrainControl drains;
    private final Evictions evictions;
    private Runnable onGone = () -> {};
    private int underWay;
    private boolean isChanging;

    PoolControl(ControlState state, Evictions evictions, ClientEpochs epochs) {
        this.state = state;
        this.evictions = evictions;
        this.loads = state.pairings.loads();
        this.remains = new Remains(state);
        this.relocation = new Relocation(state, epochs);
        this.drains = new DrainControl(state, this);
    }

    /** Calls a listener whenever addresses have left the pool; it must not throw. */
    public void listen(Runnable listener) {
        onGone = listener;
    }

    /** The part that staff take addresses out of use by. */
    DrainControl drains() {
        return drains;
    }

    /** All addresses, those that are leaving included. */
    public List<Integer> addresses() {
        return state.pool.addresses();
    }

    /**
     * Lets the pool have these addresses and no others. All of the change is made or nothing.
     *
     * @param wanted at least one, none twice
     * @param mode what becomes of what those have that are not wanted; it is cut when their
     *     subscribers have another address
     */
    public void use(List<Integer> wanted, DrainMode mode, Consumer<PoolOutcome> reply) {
        List<Integer> added = wanted.stream().filter(ip -> !isStaying(ip)).toList();
        Set<Integer> kept = new HashSet<>(wanted);
        List<Integer> gone =
                state.stayingAddresses().stream().filter(ip -> !kept.contains(ip)).toList();
        if (added.isEmpty() && gone.isEmpty() && !isReordered(wanted)) {
            reply.accept(new PoolOutcome.Changed(added, gone));
            return;
        }
        Optional<String> refusal = refusal(wanted, added);
        if (refusal.isPresent()) {
            reply.accept(new PoolOutcome.Refused(refusal.get()));
            return;
        }
        isChanging = true;
        add(added);
        tell(() -> {
            added.forEach(this::open);
            leave(gone, mode);
            relocation.hurry();
            tell(() -> {
                isChanging = false;
                reply.accept(new PoolOutcome.Changed(added, gone));
            });
        });
    }

    /** Where subscribers' addresses are computed, a start with another order gives them others. */
    private boolean isReordered(List<Integer> wanted) {
        return isComputed() && !wanted.equals(state.stayingAddresses());
    }

    private boolean isComputed() {
        return state.nat.pool().allocation() instanceof Allocation.Deterministic;
    }

    private boolean isStaying(int ip) {
        return state.stayingIndex(ip) != ControlState.NO_ADDRESS;
    }

    private Optional<String> refusal(List<Integer> wanted, List<Integer> added) {
        int places = state.pool.places() - state.pool.size();
        long needed =
                added.stream().filter(ip -> state.pool.find(ip) == PoolAddresses.NONE).count();
        if (isChanging || drains.takingOut() > 0) {
            return Optional.of("another change of the pool, or a drain, is under way; ask again");
        } else if (isComputed()) {
            return Optional.of(
                    "the addresses of a deterministic or static pool follow from its ranges; they"
                            + " change with a restart alone");
        } else if (needed > places) {
            return Optional.of(
                    "%d external addresses are new and there is room for %d: restart, with a larger translator.capacity.addresses if more are to come"
                            .formatted(needed, places));
        } else if (wanted.stream().allMatch(this::isOut)) {
            return Optional.of(
                    "all of these addresses are drained, so that new subscribers would have none;"
                            + " end the drain of one first");
        }
        return Optional.empty();
    }

    private boolean isOut(int ip) {
        int addressIndex = state.pool.find(ip);
        return addressIndex != PoolAddresses.NONE && drained.get(addressIndex);
    }

    /** Gives new addresses a place: the one that they had before, else in the smallest shard. */
    private void add(List<Integer> added) {
        var change = state.pool.change();
        for (int ip : added) {
            int known = state.pool.find(ip);
            if (known == PoolAddresses.NONE) {
                change.set(placeFor(change, ip), ip, Use.LEAVING);
            }
        }
        state.pool = change.done();
    }

    private int placeFor(PoolAddresses.Change change, int ip) {
        int[] each = new int[state.nat.shardCount()];
        int[] vacant = new int[each.length];
        Arrays.fill(vacant, PoolAddresses.NONE);
        for (int place = state.pool.places() - 1; place >= 0; place--) {
            int shard = state.nat.shardOf(place);
            if (change.use(place) != Use.VACANT) {
                each[shard]++;
            } else if (change.ip(place) == ip) {
                return place;
            } else {
                vacant[shard] = place;
            }
        }
        int best = PoolAddresses.NONE;
        for (int shard = 0; shard < each.length; shard++) {
            boolean isBetter =
                    best == PoolAddresses.NONE || each[shard] < each[state.nat.shardOf(best)];
            best = vacant[shard] != PoolAddresses.NONE && isBetter ? vacant[shard] : best;
        }
        return best;
    }

    /** Every shard knows the address: subscribers may get it. */
    private void open(int ip) {
        int addressIndex = state.pool.find(ip);
        remains.forget(addressIndex);
        toCut.clear(addressIndex);
        state.pool = state.pool.with(addressIndex, useOf(addressIndex));
        if (!drained.get(addressIndex)) {
            loads.putBack(addressIndex);
        }
        state.events.tell(EventKind.ADDRESS_ADDED, ip);
    }

    private void leave(List<Integer> gone, DrainMode mode) {
        var change = state.pool.change();
        for (int ip : gone) {
            int addressIndex = state.pool.find(ip);
            change.set(addressIndex, ip, Use.LEAVING);
            loads.takeOut(addressIndex);
            toCut.set(addressIndex, mode == DrainMode.CUT);
            state.events.tell(EventKind.ADDRESS_LEAVING, ip);
        }
        state.pool = change.done();
    }

    /** Staff take an address out of use. */
    void drain(int addressIndex) {
        drained.set(addressIndex);
        if (state.pool.isOpen(addressIndex)) {
            loads.takeOut(addressIndex);
            state.pool = state.pool.with(addressIndex, Use.DRAINED);
            tell(() -> {});
        }
    }

    /** Staff, or the end of its rest, put an address back into use. */
    void endDrain(int addressIndex) {
        drained.clear(addressIndex);
        remains.forget(addressIndex);
        if (state.pool.use(addressIndex) == Use.DRAINED) {
            loads.putBack(addressIndex);
            state.pool = state.pool.with(addressIndex, Use.OPEN);
            tell(() -> {});
        }
    }

    /** Whether a change of the addresses is under way. */
    boolean isChanging() {
        return isChanging;
    }

    /** Whether nothing is left of an address that is out of use. */
    boolean isEmpty(int addressIndex) {
        return remains.isEmpty(addressIndex);
    }

    private Use useOf(int addressIndex) {
        return drained.get(addressIndex) ? Use.DRAINED : Use.OPEN;
    }

    /** Goes on with what is under way. */
    void advance() {
        tellUntold();
        relocation.advance();
        drains.advance();
        if (!isChanging) {
            cutNext();
            vacate();
        }
    }

    /** Nobody has the address any more: what was there is cut, its leases first. */
    private void cutNext() {
        int addressIndex = toCut.nextSetBit(0);
        while (addressIndex >= 0 && loads.of(addressIndex) > 0) {
            addressIndex = toCut.nextSetBit(addressIndex + 1);
        }
        if (addressIndex < 0) {
            return;
        }
        int place = addressIndex;
        var tuples = new LinkedHashSet<InternalTuple>();
        state.leases.ofAddress(place).map(Lease::internal).forEach(tuples::add);
        // That sessions of PEERs were cut may go untold.
        state.peers.ofAddress(place).map(lease -> lease.peer.internal()).forEach(tuples::add);
        List<Lease> ended = uprooted.computeIfAbsent(place, _ -> new ArrayList<>());
        toCut.clear(place);
        if (!evictions.move(tuples, i -> i == place, ended::add, _ -> new Cut(place).begin())) {
            toCut.set(place);
        }
    }

    /** Nothing of theirs is left at an address. */
    private void rehouse(int addressIndex) {
        List<Lease> ended = uprooted.remove(addressIndex);
        if (ended != null) {
            ended.forEach(state.rehousing::add);
        }
    }

    private void vacate() {
        List<Integer> empty =
                IntStream.range(0, state.pool.places())
                        .filter(i -> state.pool.isLeaving(i) && remains.isEmpty(i))
                        .boxed()
                        .toList();
        if (empty.isEmpty()) {
            return;
        }
        var change = state.pool.change();
        for (int addressIndex : empty) {
            int ip = state.externalIp(addressIndex);
            remains.forget(addressIndex);
            change.set(addressIndex, ip, Use.VACANT);
            drained.clear(addressIndex);
            drains.onGone(ip, addressIndex);
            state.events.tell(EventKind.ADDRESS_GONE, ip);
        }
        state.pool = change.done();
        tell(onGone);
    }

    /** Tells all shards of the addresses of now, and then somebody. */
    private void tell(Runnable then) {
        untold.set(0, state.nat.shardCount());
        whenTold.add(then);
        tellUntold();
    }

    private void tellUntold() {
        for (int shard = untold.nextSetBit(0); shard >= 0; shard = untold.nextSetBit(shard + 1)) {
            var telling = new Telling();
            telling.request = state.requests.open(shard, telling::onOutcome);
            if (telling.request.isPresent()) {
                untold.clear(shard);
                underWay++;
                telling.request.get().send(id -> new ShardCommand.UsePool(id, state.pool));
            }
        }
    }

    /** Sessions that a shard ends. */
    private final class Cut {
        private final int addressIndex;
        private Optional<Request> request = Optional.empty();

        Cut(int addressIndex) {
            this.addressIndex = addressIndex;
        }

        /** Without a place at the shard it is tried again. */
        void begin() {
            if (!state.pool.isLeaving(addressIndex)) {
                // It is wanted again, with the sessions that are there.
                rehouse(addressIndex);
                return;
            }
            request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
            request.ifPresent(r -> r.send(id -> new ShardCommand.CutAddress(id, addressIndex)));
            if (request.isEmpty()) {
                toCut.set(addressIndex);
            }
        }

        private void onOutcome(ShardOutcome outcome) {
            assert outcome instanceof ShardOutcome.AddressUse : "not an outcome: " + outcome;
            request.ifPresent(Request::close);
            rehouse(addressIndex);
        }
    }

    /** One shard that is told. */
    private final class Telling {
        private Optional<Request> request = Optional.empty();

        void onOutcome(ShardOutcome outcome) {
            assert outcome instanceof ShardOutcome.Activated : "not an outcome: " + outcome;
            request.ifPresent(Request::close);
            underWay--;
            if (underWay > 0 || !untold.isEmpty()) {
                return;
            }
            for (int left = whenTold.size(); left > 0; left--) {
                whenTold.poll().run();
            }
        }
    }
}
