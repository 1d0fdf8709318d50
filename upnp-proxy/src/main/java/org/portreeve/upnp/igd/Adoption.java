package org.portreeve.upnp.igd;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;

/**
 * Takes over, once after the start, the mappings that UPnP made before it. How long each was asked
 * for is not known any more, so each is taken as asked for the longest time: a control point that
 * asked for a lease without end does not notice a restart, and one that asked for less ends its
 * mapping itself or leaves it for a week. One that ends while the pages are read may hide another
 * one, which then lives as long as port control last granted. Loop of the gateway only.
 */
final class Adoption {
    private final Desk desk;
    private final Executor loop;
    private final LongSupplier nowNs;
    private final AskedLeases asked;

    /** What pages under way may tell wrongly. */
    private final Set<InternalTuple> changed = new HashSet<>();

    private int offset;
    private boolean isAsking;
    private boolean isDone;

    Adoption(Desk desk, Executor loop, LongSupplier nowNs, AskedLeases asked) {
        this.desk = desk;
        this.loop = loop;
        this.nowNs = nowNs;
        this.asked = asked;
    }

    /** Asks for the next page, if there is one; call about once a second. */
    void doWork() {
        if (isDone || isAsking) {
            return;
        }
        isAsking = true;
        var _ =
                desk.isReady()
                        .thenCompose(isReady ->
                                isReady
                                        ? desk.mappings(page()).thenApply(Optional::of)
                                        : CompletableFuture.completedStage(
                                                Optional.<Listing<MappingView>>empty()))
                        .whenCompleteAsync(
                                (page, failure) -> {
                                    isAsking = false;
                                    // Without an answer it is asked again.
                                    if (failure == null) {
                                        page.ifPresent(this::onPage);
                                    }
                                },
                                loop);
    }

    /** A mapping was made, changed or ended, which is newer than what a page says of it. */
    void onChange(InternalTuple internal) {
        if (!isDone && changed.size() < AskedLeases.MAX_LEASES) {
            changed.add(internal);
        }
    }

    private void onPage(Listing<MappingView> page) {
        page.items().stream()
                .filter(row -> !changed.contains(row.internal()))
                .forEach(row ->
                        asked.adopt(longest(row), row.remainingSeconds(), nowNs.getAsLong()));
        offset += page.items().size();
        isDone = page.items().size() < MappingQuery.MAX_LIMIT;
        if (isDone) {
            changed.clear();
        }
    }

    private MappingQuery page() {
        return new MappingQuery(
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                EnumSet.of(MappingOrigin.UPNP),
                "",
                offset,
                MappingQuery.MAX_LIMIT);
    }

    private static MappingWish longest(MappingView row) {
        return new MappingWish(
                row.internal(),
                row.externalPort(),
                row.description(),
                MappingWish.MAX_LEASE_SECONDS,
                false);
    }
}
