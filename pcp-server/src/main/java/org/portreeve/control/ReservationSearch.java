package org.portreeve.control;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.portreeve.control.reservation.Reservation;
import org.portreeve.control.reservation.ReservationQuery;
import org.portreeve.control.reservation.ReservationView;
import org.portreeve.control.view.Listing;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

/** Finds the reservations that staff ask for, by id, in slices. Event loop only. */
final class ReservationSearch implements Questions.Question {
    private final ControlState state;
    private final ReservationQuery query;
    private final String text;
    private final Consumer<Listing<ReservationView>> reply;
    private final List<ReservationView> items = new ArrayList<>();
    private long lastId;
    private int total;
    private boolean answered;

    ReservationSearch(
            ControlState state, ReservationQuery query, Consumer<Listing<ReservationView>> reply) {
        this.state = state;
        this.query = query;
        this.text = query.text().toLowerCase(Locale.ROOT);
        this.reply = reply;
    }

    @Override
    public boolean isAnswered() {
        return answered;
    }

    @Override
    public int advance(int limit) {
        List<StaticMapping> next = state.statics.book().after(lastId, limit);
        next.stream().map(state.statics::view).filter(this::matches).forEach(this::take);
        if (next.size() < limit) {
            answered = true;
            reply.accept(new Listing<>(items, total));
        } else {
            lastId = next.getLast().reservation().id();
        }
        return 1 + next.size();
    }

    private void take(ReservationView view) {
        if (total >= query.offset() && items.size() < query.limit()) {
            items.add(view);
        }
        total++;
    }

    private boolean matches(ReservationView view) {
        return (query.subscriber().isEmpty() || query.subscriber().get().equals(view.subscriber()))
                && (text.isEmpty() || hasText(view));
    }

    private boolean hasText(ReservationView view) {
        Reservation reservation = view.reservation();
        return Stream.of(
                        view.subscriber(),
                        endpoint(
                                reservation.internal().internalIp(),
                                reservation.internal().internalPort()),
                        endpoint(reservation.externalIp(), reservation.externalPort()),
                        Protocol.name(reservation.internal().protocol()),
                        reservation.description(),
                        view.isInForce() ? "in force" : "waiting")
                .anyMatch(field -> field.toLowerCase(Locale.ROOT).contains(text));
    }

    private static String endpoint(int ip, int port) {
        return Ipv4.format(ip) + ":" + port;
    }
}
