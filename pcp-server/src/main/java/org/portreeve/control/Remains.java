package org.portreeve.control;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Finds out when nothing is left of external addresses that are out of use: no subscriber has them,
 * no book knows them, and their shard holds no port and no block of them. With soft pairing the
 * shard alone knows who uses an address. Event loop only.
 */
final class Remains {
    /** How often a shard is asked about an address. */
    private static final long ASK_NS = Durations.NS_PER_SECOND;

    private final ControlState state;

    /** By address index; as many as addresses at most. */
    private final Map<Integer, Question> questions = new HashMap<>();

    Remains(ControlState state) {
        this.state = state;
    }

    /**
     * Whether nothing is left, as far as is known. Begins to find out; to be called again and again
     * until it is so.
     */
    boolean isEmpty(int addressIndex) {
        if (state.pairings.loads().of(addressIndex) > 0) {
            questions.remove(addressIndex);
            return false;
        }
        Question question = questions.computeIfAbsent(addressIndex, Question::new);
        question.ask();
        return question.isEmpty;
    }

    /** Forgets what was found out, because the address may be used again. */
    void forget(int addressIndex) {
        questions.remove(addressIndex);
    }

    private boolean isInBooks(int addressIndex) {
        return state.leases.ofAddress(addressIndex).findAny().isPresent()
                || state.peers.ofAddress(addressIndex).findAny().isPresent()
                || state.holds.hasAt(addressIndex);
    }

    /** What is known of one address. */
    private final class Question {
        private final int addressIndex;
        private Optional<Request> request = Optional.empty();
        private boolean isAsked;
        private long askedNs;
        boolean isEmpty;

        Question(int addressIndex) {
            this.addressIndex = addressIndex;
        }

        void ask() {
            if (request.isPresent() || (isAsked && state.nowNs - askedNs < ASK_NS)) {
                return;
            }
            isAsked = true;
            askedNs = state.nowNs;
            request = state.requests.open(state.nat.shardOf(addressIndex), this::onOutcome);
            request.ifPresent(r -> r.send(id -> new ShardCommand.QueryAddress(id, addressIndex)));
        }

        private void onOutcome(ShardOutcome outcome) {
            request.ifPresent(Request::close);
            request = Optional.empty();
            isEmpty =
                    outcome instanceof ShardOutcome.AddressUse use
                            && use.ports() == 0
                            && use.blocks() == 0
                            && !isInBooks(addressIndex);
        }
    }
}
