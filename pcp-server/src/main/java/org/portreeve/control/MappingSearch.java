package org.portreeve.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;

/**
 * Finds the mappings that staff or hosts ask for, in the order of internal address, protocol and
 * port. What is there all the while is met exactly once, whatever comes and goes meanwhile. Of one
 * subscriber or one address nothing but its own part of the order is walked. Event loop only.
 */
final class MappingSearch implements Questions.Question {
    private final ControlState state;
    private final MappingQuery query;
    private final String text;
    private final Consumer<Listing<MappingView>> reply;
    private final List<MappingView> items = new ArrayList<>();
    private final Deque<Part> parts = new ArrayDeque<>();
    private long order;
    private PeerTuple place = Part.PLACE_BEFORE_ALL;
    private int total;
    private boolean answered;

    /**
     * Begins nothing yet.
     *
     * @param hasPeers whether the sessions that PEERs keep are shown too; they lead nobody in
     */
    MappingSearch(
            ControlState state,
            MappingQuery query,
            boolean hasPeers,
            Consumer<Listing<MappingView>> reply) {
        this.state = state;
        this.query = query;
        this.text = query.text().toLowerCase(Locale.ROOT);
        this.reply = reply;
        if (query.internalIp().isPresent()) {
            parts.add(Part.of(new Prefix(query.internalIp().getAsInt(), 32)));
        } else if (query.subscriber().isPresent()) {
            addPartsOf(state.subscribers.keyOf(query.subscriber().get()));
        } else {
            parts.add(Part.ALL);
        }
        if (hasPeers) {
            List.copyOf(parts).forEach(part -> parts.add(part.ofPeers()));
        }
        enter();
    }

    /** The first part begins. */
    private void enter() {
        order = parts.isEmpty() ? Part.ALL.after : parts.element().after;
        place = Part.PLACE_BEFORE_ALL;
    }

    /** Prefixes of one subscriber may lie in each other; the outer one is enough. */
    private void addPartsOf(long key) {
        if (key == Subscribers.UNKNOWN) {
            return;
        }
        List<Prefix> prefixes = state.subscribers.prefixesOf(key);
        if (prefixes.isEmpty()) {
            // It left the policy; what it has is about to end, wherever it lies.
            parts.add(Part.ALL);
        }
        prefixes.stream()
                .map(Part::of)
                .sorted(Comparator.comparingLong(Part::after).thenComparingLong(part -> -part.last))
                .filter(part -> parts.isEmpty() || part.after >= parts.getLast().last)
                .forEachOrdered(parts::add);
    }

    @Override
    public boolean isAnswered() {
        return answered;
    }

    @Override
    public int advance(int limit) {
        int done = 0;
        while (!parts.isEmpty() && done < limit) {
            int left = limit - done;
            done += parts.element().isOfPeers ? walkPeers(left) : walk(left);
        }
        if (parts.isEmpty()) {
            answered = true;
            reply.accept(new Listing<>(items, total));
        }
        return 1 + done;
    }

    /** Goes on with the first part, which ends here when it has no more. */
    private int walk(int limit) {
        List<MappingView> next = state.listed(order, parts.element().last, limit);
        next.stream().filter(this::matches).forEachOrdered(this::take);
        if (next.size() == limit) {
            order = LeaseBook.order(next.getLast().internal());
        } else {
            parts.remove();
            enter();
        }
        return 1 + next.size();
    }

    private int walkPeers(int limit) {
        Part part = parts.element();
        PeerTuple from = part.placeBefore().compareTo(place) > 0 ? part.placeBefore() : place;
        List<PeerLease> next = state.peers.after(from, part.last, limit);
        next.stream().map(state::view).filter(this::matches).forEachOrdered(this::take);
        if (next.size() == limit) {
            place = next.getLast().peer;
        } else {
            parts.remove();
            enter();
        }
        return 1 + next.size();
    }

    private void take(MappingView view) {
        if (total >= query.offset() && items.size() < query.limit()) {
            items.add(view);
        }
        total++;
    }

    private boolean matches(MappingView view) {
        InternalTuple internal = view.internal();
        return (query.protocol().isEmpty() || query.protocol().getAsInt() == internal.protocol())
                && (query.externalPort().isEmpty()
                        || view.hasExternalPort(query.externalPort().getAsInt()))
                && (query.subscriber().isEmpty()
                        || query.subscriber().get().equals(view.subscriber()))
                && (query.origins().isEmpty() || query.origins().contains(view.origin()))
                && (text.isEmpty() || hasText(view));
    }

    private boolean hasText(MappingView view) {
        InternalTuple internal = view.internal();
        return has(view.subscriber())
                || has(view.description())
                || has(Ipv4.format(internal.internalIp()))
                || has(Ipv4.format(view.externalIp()))
                || hasPort(internal.internalPort(), view.portCount())
                || hasPort(view.externalPort(), view.portCount());
    }

    private boolean hasPort(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(Integer::toString)
                .anyMatch(this::has);
    }

    private boolean has(String field) {
        return field.toLowerCase(Locale.ROOT).contains(text);
    }

    /**
     * A part of the order, between two places. Immutable.
     *
     * @param after the place before the first one
     * @param last the last one
     * @param isOfPeers whether it is that part of the sessions that PEERs keep
     */
    private record Part(long after, long last, boolean isOfPeers) {
        private static final Part ALL = new Part(-1, Long.MAX_VALUE, false);
        private static final PeerTuple PLACE_BEFORE_ALL =
                new PeerTuple(InternalTuple.of(0, 0, 0), 0, 0);

        Part ofPeers() {
            return new Part(after, last, true);
        }

        /** The place before the first session; no session has it, for none has protocol 0. */
        PeerTuple placeBefore() {
            int firstIp = (int) ((after + 1) >>> 24);
            return new PeerTuple(InternalTuple.of(0, firstIp, 0), 0, 0);
        }

        static Part of(Prefix prefix) {
            int lastIp = (int) (prefix.network() + prefix.size() - 1);
            return new Part(
                    LeaseBook.order(prefix.network(), 0, 0) - 1,
                    LeaseBook.order(lastIp, 255, 0xffff),
                    false);
        }
    }
}
