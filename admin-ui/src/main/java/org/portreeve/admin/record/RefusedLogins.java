package org.portreeve.admin.record;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Wrong passwords in the audit, so that strangers cannot fill it: the first from an address is
 * written at once, those that follow within a minute become one entry at its end. Event loop only.
 */
public final class RefusedLogins {
    static final long SUM_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /** Addresses that are summed each for itself; all further ones are summed together. */
    static final int MAX_ADDRESSES = 64;

    private static final String ELSEWHERE = "further addresses";

    private final Vertx vertx;
    private final Audits audits;
    private final Map<String, Sum> byAddress = new HashMap<>();

    /** Those after the first. Immutable. */
    private record Sum(long count, String lastName) {}

    /** No refusal yet. */
    public RefusedLogins(Vertx vertx, Audits audits) {
        this.vertx = vertx;
        this.audits = audits;
    }

    /** A name and a password from this address were wrong; completes when it may be answered. */
    public Future<Void> add(String name, String address) {
        boolean isNamed = byAddress.containsKey(address) || byAddress.size() < MAX_ADDRESSES;
        String place = isNamed ? address : ELSEWHERE;
        Sum before = byAddress.get(place);
        if (before != null) {
            byAddress.put(place, new Sum(before.count + 1, name));
            return Future.succeededFuture();
        }
        begin(place);
        return write(name, "From " + place + ".");
    }

    private void begin(String place) {
        byAddress.put(place, new Sum(0, ""));
        vertx.setTimer(SUM_MILLIS, _ -> onMinuteOver(place));
    }

    /** Writes the sum down and goes on, as long as there is one. */
    void onMinuteOver(String place) {
        Sum sum = byAddress.remove(place);
        if (sum.count > 0) {
            begin(place);
            var _ =
                    write(
                            sum.lastName,
                            "From %s: %d more within a minute; the name is that of the last."
                                    .formatted(place, sum.count));
        }
    }

    private Future<Void> write(String name, String detail) {
        return audits.add("", "login.refused", name, detail);
    }
}
