package org.portreeve.control;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.portreeve.control.journal.JournalRecord;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.control.view.DrainView;
import org.portreeve.nat.event.EventKind;

/**
 * External addresses that staff take out of use: no new subscriber gets them, those who have them
 * keep them until nothing of theirs is left. One in quarantine rests then for a time, and is used
 * again after it. A wish holds when its record is durable. Consumers are called once, now or in a
 * later {@link PortControl#doWork}. Event loop only.
 */
public final class DrainControl {
    /** The longest rest of an address, a year. */
    public static final long MAX_REST_SECONDS = 365 * 86_400L;

    private final ControlState state;
    private final AddressLoads loads;
    private final PoolControl pool;

    /** By address index; as many as addresses at most. */
    private final Map<Integer, Drain> drains = new TreeMap<>();

    /** Wishes whose record is on its way, and how many of them take an address out. */
    private final Wishes wishes;

    private int takingOut;

    DrainControl(ControlState state, PoolControl pool) {
        this.state = state;
        wishes = new Wishes(state.recorder);
        this.pool = pool;
        this.loads = state.pairings.loads();
    }

    /** Hands over what the journal knows, once, before the first {@link PortControl#doWork}. */
    public void load(Collection<JournalRecord.AddressDrained> found) {
        for (JournalRecord.AddressDrained record : found) {
            int addressIndex = state.addressIndex(record.externalIp());
            if (addressIndex == ControlState.NO_ADDRESS || loads.inUse() == 1) {
                state.recorder.note(new JournalRecord.DrainEnded(record.externalIp()));
            } else {
                begin(addressIndex, record);
            }
        }
    }

    /**
     * Takes an address out of use, or changes how long it rests.
     *
     * @param restSeconds 0 until it is put back; else how long it rests when nobody has it any more
     */
    public void drain(int externalIp, long restSeconds, Consumer<DrainOutcome> reply) {
        int addressIndex = state.stayingIndex(externalIp);
        boolean isNew = !drains.containsKey(addressIndex);
        if (pool.isChanging()) {
            reply.accept(DrainOutcome.POOL_CHANGING);
        } else if (addressIndex == ControlState.NO_ADDRESS) {
            reply.accept(DrainOutcome.UNKNOWN_ADDRESS);
        } else if (isNew && loads.inUse() - takingOut <= 1) {
            reply.accept(DrainOutcome.LAST_ADDRESS);
        } else {
            var record =
                    new JournalRecord.AddressDrained(externalIp, restSeconds, state.wallMillis);
            takingOut++;
            wishes.record(
                    record,
                    durable -> {
                        takingOut--;
                        if (durable) {
                            begin(addressIndex, record);
                        }
                        reply.accept(outcome(durable));
                    });
        }
    }

    /** Puts an address back into use. */
    public void end(int externalIp, Consumer<DrainOutcome> reply) {
        int addressIndex = state.addressIndex(externalIp);
        if (!drains.containsKey(addressIndex)) {
            reply.accept(
                    addressIndex == ControlState.NO_ADDRESS
                            ? DrainOutcome.UNKNOWN_ADDRESS
                            : DrainOutcome.NOT_DRAINED);
            return;
        }
        wishes.record(
                new JournalRecord.DrainEnded(externalIp),
                durable -> {
                    if (durable) {
                        putBack(addressIndex);
                    }
                    reply.accept(outcome(durable));
                });
    }

    /** The addresses that are out of use, in the order of the pool. */
    public List<DrainView> list() {
        return drains.entrySet().stream()
                .map(entry -> view(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Lets addresses in quarantine rest, and ends their rest. */
    void advance() {
        List<Integer> rested = new ArrayList<>();
        drains.forEach((addressIndex, drain) -> {
            // Nobody takes its rest away whose own end is being recorded, or another rest.
            if (wishes.underWay() == 0
                    && drain.isRested(isLeft(addressIndex, drain), state.nowNs)) {
                rested.add(addressIndex);
            }
        });
        if (wishes.underWay() > 0) {
            // What staff want now comes after it; in the journal the end would come after that.
            return;
        }
        for (int addressIndex : rested) {
            // Without its record the address would rest once more after a restart, no worse.
            state.recorder.note(new JournalRecord.DrainEnded(state.externalIp(addressIndex)));
            putBack(addressIndex);
        }
    }

    private boolean isLeft(int addressIndex, Drain drain) {
        return drain.record.restSeconds() > 0 && !pool.isEmpty(addressIndex);
    }

    /** How many wishes to take an address out are being recorded. */
    int takingOut() {
        return takingOut;
    }

    /** An address left the pool: a drain of it means nothing any more. */
    void onGone(int externalIp, int addressIndex) {
        if (drains.remove(addressIndex) != null) {
            state.recorder.note(new JournalRecord.DrainEnded(externalIp));
        }
    }

    /** What a checkpoint writes of it; false when that must be tried again later. */
    boolean write(Recorder recorder) {
        return wishes.underWay() == 0
                && drains.values().stream()
                        .allMatch(drain -> recorder.append(drain.record, _ -> {}));
    }

    private static DrainOutcome outcome(boolean durable) {
        return durable ? DrainOutcome.DONE : DrainOutcome.NOT_RECORDED;
    }

    private void begin(int addressIndex, JournalRecord.AddressDrained record) {
        if (drains.put(addressIndex, new Drain(record)) == null) {
            pool.drain(addressIndex);
            state.events.tell(EventKind.DRAIN_BEGUN, record.externalIp());
        }
    }

    private void putBack(int addressIndex) {
        if (drains.remove(addressIndex) != null) {
            pool.endDrain(addressIndex);
            state.events.tell(EventKind.DRAIN_ENDED, state.externalIp(addressIndex));
        }
    }

    private DrainView view(int addressIndex, Drain drain) {
        return new DrainView(
                drain.record.externalIp(),
                drain.record.restSeconds(),
                drain.record.sinceMillis(),
                loads.of(addressIndex),
                drain.remainingSeconds(state.nowNs));
    }

    /** One address that is out of use. */
    private static final class Drain {
        final JournalRecord.AddressDrained record;

        /** Since when nobody has had it; empty while somebody has, or it rests for good. */
        private OptionalLong emptySinceNs = OptionalLong.empty();

        Drain(JournalRecord.AddressDrained record) {
            this.record = record;
        }

        /** Notes whether somebody has it now; whether its rest is over. */
        boolean isRested(boolean isLeft, long nowNs) {
            if (record.restSeconds() == 0 || isLeft) {
                emptySinceNs = OptionalLong.empty();
            } else if (emptySinceNs.isEmpty()) {
                emptySinceNs = OptionalLong.of(nowNs);
            }
            return emptySinceNs.isPresent() && remainingNs(nowNs) <= 0;
        }

        long remainingSeconds(long nowNs) {
            return emptySinceNs.isEmpty()
                    ? DrainView.FOREVER
                    : Durations.secondsUp(remainingNs(nowNs));
        }

        private long remainingNs(long nowNs) {
            long restNs = record.restSeconds() * Durations.NS_PER_SECOND;
            return emptySinceNs.orElseThrow() + restNs - nowNs;
        }
    }
}
