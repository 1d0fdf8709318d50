package org.portreeve.upnp.igd;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;

/** Asks port control for the mappings that a caller may know of. Any thread. */
final class RowReader {
    private final Desk desk;

    RowReader(Desk desk) {
        this.desk = desk;
    }

    /** The mappings of one host. */
    CompletionStage<List<MappingView>> ofHost(int internalIp) {
        return desk.mappingsForHost(MappingQuery.ofInternalIp(internalIp))
                .thenApply(Listing::items);
    }

    /** What the caller may know of, by the version it called. */
    CompletionStage<Rows> of(ActionCall call) {
        CompletionStage<List<MappingView>> own = ofHost(call.callerIp());
        return switch (call.version()) {
            case V1 -> own.thenApply(rows -> new Rows(rows, List.of()));
            case V2 ->
                    own.thenCombine(
                            ofSubscriberOf(call.callerIp()),
                            (rows, all) -> Rows.of(call.callerIp(), rows, all));
        };
    }

    private CompletionStage<List<MappingView>> ofSubscriberOf(int internalIp) {
        return desk.subscriberOf(internalIp)
                .thenCompose(id ->
                        id.map(this::ofSubscriber)
                                .orElseGet(() -> CompletableFuture.completedStage(List.of())));
    }

    private CompletionStage<List<MappingView>> ofSubscriber(String id) {
        var query =
                new MappingQuery(
                        Optional.of(id),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        EnumSet.noneOf(MappingOrigin.class),
                        "",
                        0,
                        MappingQuery.MAX_LIMIT);
        return desk.mappingsForHost(query).thenApply(Listing::items);
    }
}
