package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.portreeve.control.ShardRequests.Request;
import org.portreeve.control.policy.Profile;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.SubscriberQuery;
import org.portreeve.control.view.SubscriberView;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;

/**
 * Finds the subscribers that staff ask for, in the order of ids, and asks the shards what those of
 * the answer use. Event loop only.
 */
final class SubscriberSearch implements Questions.Question {
    /** Questions of one search that are under way at shards: most places are for grants. */
    private static final int MAX_ASKED = 8;

    private final ControlState state;
    private final SubscriberQuery query;
    private final String text;
    private final long keyOfText;
    private final Consumer<Listing<SubscriberView>> reply;
    private final List<Found> found = new ArrayList<>();
    private final List<Optional<SubscriberView>> views = new ArrayList<>();
    private String id = "";
    private int total;
    private int under;
    private boolean searched;
    private boolean answered;

    SubscriberSearch(
            ControlState state, SubscriberQuery query, Consumer<Listing<SubscriberView>> reply) {
        this.state = state;
        this.query = query;
        this.text = query.text().toLowerCase(Locale.ROOT);
        this.reply = reply;
        OptionalInt ip = Ipv4.parse(text);
        keyOfText = ip.isPresent() ? state.subscribers.ownerOf(ip.getAsInt()) : Subscribers.UNKNOWN;
    }

    /** A search that has found this one already. */
    SubscriberSearch(ControlState state, long key, Consumer<Listing<SubscriberView>> reply) {
        this(state, new SubscriberQuery("", 0, 1), reply);
        found.add(new Found(state.subscribers.id(key), key));
        total = 1;
        searched = true;
    }

    @Override
    public boolean isAnswered() {
        return answered;
    }

    @Override
    public int advance(int limit) {
        int done = searched ? 0 : search(limit);
        if (searched) {
            done += ask();
            answerWhenKnown();
        }
        return done;
    }

    private int search(int limit) {
        List<String> ids = state.subscribers.idsAfter(id, limit);
        for (String next : ids) {
            long key = state.subscribers.keyOf(next);
            if (matches(next, key)) {
                if (total >= query.offset() && found.size() < query.limit()) {
                    found.add(new Found(next, key));
                }
                total++;
            }
        }
        searched = ids.size() < limit;
        id = searched ? id : ids.getLast();
        return 1 + ids.size();
    }

    private boolean matches(String next, long key) {
        return next.toLowerCase(Locale.ROOT).contains(text)
                || state.subscribers.profileOf(key).name().toLowerCase(Locale.ROOT).contains(text)
                || key == keyOfText;
    }

    /** Looks at the next ones, as far as shards have places. Returns the work done. */
    private int ask() {
        int done = 0;
        while (views.size() < found.size() && under < MAX_ASKED && ask(found.get(views.size()))) {
            done++;
        }
        return done;
    }

    private boolean ask(Found who) {
        Optional<Subscriber> paired = state.subscribers.find(who.key).filter(Subscriber::isPaired);
        if (paired.isEmpty()) {
            return views.add(Optional.of(view(who, 0, 0)));
        }
        int position = views.size();
        Use use = new Use(position, who);
        use.request =
                state.requests.open(state.nat.shardOf(paired.get().addressIndex), use::onOutcome);
        if (use.request.isEmpty()) {
            return false;
        }
        under++;
        views.add(Optional.empty());
        int index = paired.get().index;
        use.request.get().send(id -> new ShardCommand.QueryUse(id, index));
        return true;
    }

    private void answerWhenKnown() {
        if (!answered && under == 0 && views.size() == found.size()) {
            answered = true;
            reply.accept(new Listing<>(views.stream().map(Optional::orElseThrow).toList(), total));
        }
    }

    private SubscriberView view(Found who, int ports, int sessions) {
        Optional<Subscriber> row = state.subscribers.find(who.key);
        Profile profile = state.subscribers.profileOf(who.key);
        OptionalInt dedicated = state.subscribers.dedicatedIpOf(who.key);
        OptionalInt paired =
                row.filter(Subscriber::isPaired)
                        .map(s -> OptionalInt.of(state.externalIp(s.addressIndex)))
                        .orElse(OptionalInt.empty());
        return new SubscriberView(
                who.id,
                state.subscribers.prefixesOf(who.key).stream().map(p -> p.toString()).toList(),
                profile,
                state.isDrained.test(who.key),
                dedicated.isPresent() ? dedicated : paired,
                dedicated.isPresent(),
                row.map(s -> s.explicit).orElse(0),
                row.map(state::staticsOf).orElse(0),
                row.map(s -> s.holds).orElse(0),
                ports,
                sessions,
                row.map(s -> state.blocks.firstPortsOf(s.addressIndex, s.index)).orElse(List.of()));
    }

    /** One of the answer, by the names it had when it was found. */
    private record Found(String id, long key) {}

    /** What one of them uses. */
    private final class Use {
        private final int position;
        private final Found who;
        private Optional<Request> request = Optional.empty();

        Use(int position, Found who) {
            this.position = position;
            this.who = who;
        }

        void onOutcome(ShardOutcome outcome) {
            request.ifPresent(Request::close);
            if (!(outcome instanceof ShardOutcome.SubscriberUse use)) {
                throw new AssertionError("not an outcome of a question: " + outcome);
            }
            under--;
            views.set(position, Optional.of(view(who, use.ports(), use.sessions())));
            answerWhenKnown();
        }
    }
}
