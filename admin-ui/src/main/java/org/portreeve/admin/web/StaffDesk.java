package org.portreeve.admin.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.OptionalInt;
import org.portreeve.admin.record.Audits;
import org.portreeve.admin.security.Principal;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.DrainMode;
import org.portreeve.control.view.DrainOutcome;
import org.portreeve.control.view.SubscriberDrainOutcome;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;

/**
 * What staff change in port control apart from reservations. The audit entry comes first: nothing
 * is done that it does not tell. Any event loop; futures complete there.
 */
public final class StaffDesk {
    private final Vertx vertx;
    private final Desk desk;
    private final NodeHandle node;
    private final Audits audits;

    StaffDesk(Vertx vertx, Desk desk, NodeHandle node, Audits audits) {
        this.vertx = vertx;
        this.desk = desk;
        this.node = node;
        this.audits = audits;
    }

    /** Ends a lease whoever owns it; false when there is none. */
    public Future<Boolean> drop(Principal staff, InternalTuple internal) {
        var context = vertx.getOrCreateContext();
        return audits.add(staff.name(), "mapping.drop", internal.toString(), "")
                .compose(_ -> Future.fromCompletionStage(desk.drop(internal), context));
    }

    /** Ends all leases of an internal address that was given up; the number of them. */
    public Future<Integer> release(Principal staff, int internalIp) {
        var context = vertx.getOrCreateContext();
        return audits.add(staff.name(), "address.release", Ipv4.format(internalIp), "")
                .compose(_ -> Future.fromCompletionStage(desk.release(internalIp), context));
    }

    /** Takes an external address out of use, for so long after nobody has it any more. */
    public Future<DrainOutcome> drain(Principal staff, int externalIp, long restSeconds) {
        var context = vertx.getOrCreateContext();
        String detail = restSeconds == 0 ? "" : "rests for " + restSeconds + " s when it is empty";
        return audits.add(staff.name(), "address.drain", Ipv4.format(externalIp), detail)
                .compose(_ ->
                        Future.fromCompletionStage(desk.drain(externalIp, restSeconds), context));
    }

    /** Puts an external address back into use. */
    public Future<DrainOutcome> endDrain(Principal staff, int externalIp) {
        var context = vertx.getOrCreateContext();
        return audits.add(staff.name(), "address.use", Ipv4.format(externalIp), "")
                .compose(_ -> Future.fromCompletionStage(desk.endDrain(externalIp), context));
    }

    /** Drains a subscriber, by id or by an internal address of it. */
    public Future<SubscriberDrainOutcome> drainSubscriber(
            Principal staff, String subscriber, DrainMode mode) {
        var context = vertx.getOrCreateContext();
        String detail = mode == DrainMode.CUT ? "its leases and sessions are cut" : "";
        return named(subscriber)
                .compose(id ->
                        audits.add(staff.name(), "subscriber.drain", id, detail)
                                .compose(_ ->
                                        Future.fromCompletionStage(
                                                desk.drainSubscriber(id, mode), context)));
    }

    /** Lets a subscriber have mappings again. */
    public Future<SubscriberDrainOutcome> endSubscriberDrain(Principal staff, String subscriber) {
        var context = vertx.getOrCreateContext();
        return named(subscriber)
                .compose(id ->
                        audits.add(staff.name(), "subscriber.use", id, "")
                                .compose(_ ->
                                        Future.fromCompletionStage(
                                                desk.endSubscriberDrain(id), context)));
    }

    /** The id of whom an internal address belongs to; anything else is taken for an id. */
    private Future<String> named(String subscriber) {
        OptionalInt internalIp = Ipv4.parse(subscriber);
        return internalIp.isEmpty()
                ? Future.succeededFuture(subscriber)
                : Future.fromCompletionStage(
                                desk.subscriberOf(internalIp.getAsInt()),
                                vertx.getOrCreateContext())
                        .map(id -> id.orElse(subscriber));
    }

    /** Tells hosts on the inside links the external address again. */
    public Future<Void> announce(Principal staff) {
        return audits.add(staff.name(), "node.announce", "", "")
                .onSuccess(_ -> node.announce().run())
                .mapEmpty();
    }
}
