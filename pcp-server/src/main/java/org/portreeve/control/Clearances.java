package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.portreeve.control.MapOutcome.Reason;
import org.portreeve.control.Waiting.Wish;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;

/**
 * Deletes all mappings of a host for one protocol (RFC 6886 §3.4), some at a time, each as if it
 * were asked for alone. What is not the requester's to end stays. Event loop only.
 */
final class Clearances {
    /** Clearances under way together; a client's repetition is one of its own. */
    static final int LIMIT = 1024;

    /** A host has no more ports of a protocol, and its subscriber's quota allows fewer. */
    private static final int MAX_PORTS = 0x1_0000;

    /** Deletions of one clearance under way together, so that it leaves places to others. */
    static final int AT_ONCE = 8;

    private final ControlState state;
    private final Deque<Clearance> underWay = new ArrayDeque<>();

    Clearances(ControlState state) {
        this.state = state;
    }

    /** Begins one; the reply comes in a later {@link #advance}, or now when there are too many. */
    void begin(MapCommand command, Consumer<MapOutcome> reply) {
        if (underWay.size() == LIMIT) {
            state.counters.increment(ControlCounter.WAITING_FULL);
            answer(command, refusal(Reason.NO_RESOURCES), reply);
            return;
        }
        int internalIp = command.internal().internalIp();
        int protocol = command.internal().protocol();
        long first = LeaseBook.order(internalIp, protocol, 0);
        long last = LeaseBook.order(internalIp, protocol, 0xffff);
        List<InternalTuple> tuples =
                state.listed(first - 1, last, MAX_PORTS).stream()
                        .map(MappingView::internal)
                        .toList();
        underWay.add(new Clearance(command, tuples, reply));
    }

    /** Begins at most about so many deletions. Returns the work done. */
    int advance(int limit) {
        int done = 0;
        for (int left = underWay.size(); left > 0 && done < limit; left--) {
            Clearance clearance = underWay.poll();
            done += clearance.advance();
            if (!clearance.finish()) {
                underWay.add(clearance);
            }
        }
        return done;
    }

    private void answer(MapCommand command, MapOutcome outcome, Consumer<MapOutcome> reply) {
        state.records.of(command, reply).accept(outcome);
    }

    private static MapOutcome refusal(Reason reason) {
        return new MapOutcome.Refused(reason, MapRules.SHORT_ERROR_SECONDS);
    }

    /** One of them. */
    private final class Clearance {
        private final MapCommand command;
        private final List<InternalTuple> tuples;
        private final Consumer<MapOutcome> reply;
        private Optional<Reason> failure = Optional.empty();
        private int begun;
        private int ended;

        Clearance(MapCommand command, List<InternalTuple> tuples, Consumer<MapOutcome> reply) {
            this.command = command;
            this.tuples = tuples;
            this.reply = reply;
        }

        int advance() {
            int before = begun;
            while (begun < tuples.size() && begun - ended < AT_ONCE) {
                MapCommand deletion = command.deletionOf(tuples.get(begun++));
                state.turns.request(new Wish<>(deletion, this::onOutcome));
            }
            return begun - before;
        }

        /** Only notes it down, for an operation is in the middle of its end. */
        private void onOutcome(MapOutcome outcome) {
            ended++;
            // That something is not theirs to end will still be so when they ask again.
            if (outcome instanceof MapOutcome.Refused(Reason reason, _)
                    && failure.filter(Reason.NOT_AUTHORIZED::equals).isEmpty()) {
                failure = Optional.of(reason);
            }
        }

        /** Answers when all is done, and returns whether it was. */
        boolean finish() {
            boolean finished = ended == tuples.size();
            if (finished) {
                MapOutcome outcome =
                        failure.map(Clearances::refusal).orElse(new MapOutcome.Deleted(0));
                answer(command, outcome, reply);
            }
            return finished;
        }
    }
}
