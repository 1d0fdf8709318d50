package org.portreeve.admin.api;

import io.vertx.core.json.JsonObject;
import org.portreeve.control.reservation.Conflict;
import org.portreeve.nat.Ipv4;

/** What stands in the way of a reservation as the API writes it. Pure; any thread. */
final class ConflictViews {
    private ConflictViews() {}

    static JsonObject conflict(Conflict conflict) {
        return switch (conflict) {
            case Conflict.PortLeased leased ->
                    Views.internal(of("portLeased"), leased.internal())
                            .put("subscriber", leased.subscriber())
                            .put("origin", Shapes.word(leased.origin()))
                            .put("description", leased.description())
                            .put("untilMillis", leased.untilMillis());
            case Conflict.PortReserved reserved ->
                    Views.internal(of("portReserved"), reserved.internal())
                            .put("reservationId", reserved.reservationId());
            case Conflict.PortResting resting -> resting(resting);
            case Conflict.PortInUse inUse -> of("portInUse").put("subscriber", inUse.subscriber());
            case Conflict.BlockHeld held ->
                    of("blockHeld")
                            .put("subscriber", held.subscriber())
                            .put("firstPort", held.firstPort())
                            .put("lastPort", held.lastPort());
            case Conflict.InternalLeased leased ->
                    external(of("internalLeased"), leased.externalIp(), leased.externalPort())
                            .put("origin", Shapes.word(leased.origin()))
                            .put("untilMillis", leased.untilMillis());
            case Conflict.InternalReserved reserved ->
                    external(of("internalReserved"), reserved.externalIp(), reserved.externalPort())
                            .put("reservationId", reserved.reservationId());
            case Conflict.PairedElsewhere paired ->
                    of("pairedElsewhere")
                            .put("subscriber", paired.subscriber())
                            .put("externalAddress", Ipv4.format(paired.externalIp()));
        };
    }

    private static JsonObject resting(Conflict.PortResting resting) {
        JsonObject object = of("portResting").put("subscriber", resting.subscriber());
        resting.untilMillis().ifPresent(until -> object.put("untilMillis", until));
        return object;
    }

    private static JsonObject of(String kind) {
        return new JsonObject().put("kind", kind);
    }

    private static JsonObject external(JsonObject object, int externalIp, int externalPort) {
        return object.put("externalAddress", Ipv4.format(externalIp))
                .put("externalPort", externalPort);
    }
}
