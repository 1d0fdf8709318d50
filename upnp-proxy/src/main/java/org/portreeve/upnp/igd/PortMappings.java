package org.portreeve.upnp.igd;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.PortSpan;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.desk.Desk;
import org.portreeve.control.view.MappingEvent;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.upnp.counter.UpnpCounter;

/**
 * The actions of WANIPConnection that make, end and list port mappings, as requests to port control
 * (RFC 6970 §4, §5). Loop of the gateway only; the stages complete there.
 */
public final class PortMappings {
    /** Renewals and ends in one call of {@link #doWork}. */
    private static final int STEPS_AT_ONCE = 64;

    private static final int NO_SUGGESTION = 0;
    private static final int NO_PORT = 0;
    private static final long DELETE = 0;

    private final Desk desk;
    private final Executor loop;
    private final LongSupplier nowNs;
    private final Counters<UpnpCounter> counters;
    private final RowReader rows;
    private final AskedLeases asked = new AskedLeases();
    private final Adoption adoption;

    /**
     * The actions before this port control.
     *
     * @param loop runs what it is given on the loop of the gateway, in order
     */
    public PortMappings(
            Desk desk, Executor loop, LongSupplier nowNs, Counters<UpnpCounter> counters) {
        this.desk = desk;
        this.loop = loop;
        this.nowNs = nowNs;
        this.counters = counters;
        this.rows = new RowReader(desk);
        this.adoption = new Adoption(desk, loop, nowNs, asked);
    }

    /** AddPortMapping: the exact external port or a fault (RFC 6970 §5.6.2). */
    public CompletionStage<ActionOutcome> add(ActionCall call) {
        return switch (MappingWish.read(call, false)) {
            case MappingWish.Read.Refused(ActionOutcome outcome) ->
                    CompletableFuture.completedStage(outcome);
            case MappingWish.Read.Accepted(MappingWish wish) ->
                    ask(command(wish, true, wish.leaseSeconds()))
                            .thenCompose(outcome -> onAdded(call, wish, outcome));
        };
    }

    /** AddAnyPortMapping: the external port or another one (RFC 6970 §5.6.1). */
    public CompletionStage<ActionOutcome> addAny(ActionCall call) {
        return switch (MappingWish.read(call, true)) {
            case MappingWish.Read.Refused(ActionOutcome outcome) ->
                    CompletableFuture.completedStage(outcome);
            case MappingWish.Read.Accepted(MappingWish wish) ->
                    ask(command(wish, false, wish.leaseSeconds()))
                            .thenCompose(outcome -> onAddedAny(call, wish, outcome));
        };
    }

    /** DeletePortMapping: ends at once what the caller has by UPnP or NAT-PMP. */
    public CompletionStage<ActionOutcome> delete(ActionCall call) {
        OptionalInt protocol = MappingWish.protocol(call.text("NewProtocol"));
        if (protocol.isEmpty()) {
            return unknownProtocol(call);
        }
        long externalPort = call.number("NewExternalPort");
        return rows.of(call)
                .thenComposeAsync(
                        found -> delete(call, found, protocol.getAsInt(), externalPort), loop);
    }

    /** GetSpecificPortMappingEntry: nothing is said of other subscribers (IGD-SPEC-002). */
    public CompletionStage<ActionOutcome> specific(ActionCall call) {
        OptionalInt protocol = MappingWish.protocol(call.text("NewProtocol"));
        if (protocol.isEmpty()) {
            return unknownProtocol(call);
        }
        long externalPort = call.number("NewExternalPort");
        return rows.of(call)
                .thenApplyAsync(
                        found ->
                                findOwn(call, found, protocol.getAsInt(), externalPort)
                                        .map(row -> (ActionOutcome) shown(call, row))
                                        .orElseGet(() ->
                                                absent(found, protocol.getAsInt(), externalPort)),
                        loop);
    }

    /** GetGenericPortMappingEntry: the caller's own first, so that a list is whole up to there. */
    public CompletionStage<ActionOutcome> generic(ActionCall call) {
        int index = (int) call.number("NewPortMappingIndex");
        return rows.of(call)
                .thenApplyAsync(
                        found -> {
                            if (index < found.own().size()) {
                                return identified(call, found.own().get(index));
                            }
                            boolean isForeign = index < found.own().size() + found.others().size();
                            return ActionOutcome.failed(
                                    isForeign
                                            ? IgdFault.NOT_AUTHORIZED
                                            : IgdFault.ARRAY_INDEX_INVALID);
                        },
                        loop);
    }

    /** Renews and ends what is due; call about once a second. */
    public void doWork() {
        adoption.doWork();
        for (AskedLeases.Step step : asked.due(nowNs.getAsLong(), STEPS_AT_ONCE)) {
            switch (step) {
                case AskedLeases.Step.Renew(MappingWish wish) -> renew(wish);
                case AskedLeases.Step.End(InternalTuple internal) -> {
                    // The outcome changes nothing: what cannot be ended now ends by itself.
                    var _ = desk.map(deletion(internal));
                }
            }
        }
    }

    /** Takes note of a change of a mapping, whoever made it. */
    public void onEvent(MappingEvent event) {
        adoption.onChange(event.mapping().internal());
        boolean isOurs =
                switch (event) {
                    case MappingEvent.Ended _ -> false;
                    case MappingEvent.Made(MappingView row) -> row.origin() == MappingOrigin.UPNP;
                    case MappingEvent.Changed(MappingView row) ->
                            row.origin() == MappingOrigin.UPNP;
                };
        if (!isOurs) {
            asked.forget(event.mapping().internal());
        }
    }

    /**
     * Asks port control for a host. What follows runs on the loop in the turn in which the outcome
     * is heard, so that no renewal or end of the tuple comes in between.
     */
    private CompletionStage<MapOutcome> ask(MapCommand command) {
        InternalTuple internal = command.internal();
        asked.begin(internal);
        return desk.map(command).whenCompleteAsync((_, _) -> asked.finish(internal), loop);
    }

    private CompletionStage<ActionOutcome> onAdded(
            ActionCall call, MappingWish wish, MapOutcome outcome) {
        return switch (outcome) {
            case MapOutcome.Granted granted -> {
                remember(wish, granted);
                yield CompletableFuture.completedStage(ActionOutcome.done());
            }
            case MapOutcome.Deleted _ -> failed(IgdFault.ACTION_FAILED);
            case MapOutcome.Refused(MapOutcome.Reason reason, long _) -> {
                if (reason == MapOutcome.Reason.CANNOT_PROVIDE_EXTERNAL) {
                    counters.increment(UpnpCounter.EXACT_PORT_UNAVAILABLE);
                }
                yield refused(call, wish, reason, IgdFault.CONFLICT_IN_MAPPING_ENTRY);
            }
        };
    }

    private CompletionStage<ActionOutcome> onAddedAny(
            ActionCall call, MappingWish wish, MapOutcome outcome) {
        return switch (outcome) {
            case MapOutcome.Granted granted -> {
                remember(wish, granted);
                String reserved = Integer.toString(granted.externalPort());
                yield CompletableFuture.completedStage(
                        new ActionOutcome.Done(Map.of("NewReservedPort", reserved)));
            }
            case MapOutcome.Deleted _ -> failed(IgdFault.ACTION_FAILED);
            case MapOutcome.Refused(MapOutcome.Reason reason, long _) ->
                    refused(call, wish, reason, IgdFault.NO_PORT_MAPS_AVAILABLE);
        };
    }

    private void remember(MappingWish wish, MapOutcome.Granted granted) {
        asked.onGranted(wish, granted.externalPort(), granted.lifetimeSeconds(), nowNs.getAsLong());
    }

    /** The table of RFC 6970 §4.3. */
    private CompletionStage<ActionOutcome> refused(
            ActionCall call, MappingWish wish, MapOutcome.Reason reason, IgdFault unavailable) {
        return switch (reason) {
            case NOT_AUTHORIZED -> inTheWay(call, wish, IgdFault.NOT_AUTHORIZED);
            case CANNOT_PROVIDE_EXTERNAL -> inTheWay(call, wish, unavailable);
            case NETWORK_FAILURE -> failed(IgdFault.ACTION_FAILED);
            case NO_RESOURCES, USER_EX_QUOTA, EXCESSIVE_REMOTE_PEERS ->
                    CompletableFuture.completedStage(
                            call.refuse(IgdFault.ACTION_FAILED, IgdFault.NO_PORT_MAPS_AVAILABLE));
        };
    }

    /**
     * Who is in the way is told only when it is another mechanism of the same subscriber
     * (IGD-ADD-007): of other subscribers nothing is said, and version 1 has no word for it.
     */
    private CompletionStage<ActionOutcome> inTheWay(
            ActionCall call, MappingWish wish, IgdFault otherwise) {
        return switch (call.version()) {
            case V1 -> failed(IgdFault.CONFLICT_IN_MAPPING_ENTRY);
            case V2 ->
                    rows.of(call)
                            .thenApply(found ->
                                    ActionOutcome.failed(
                                            isOtherMechanism(found, wish)
                                                    ? IgdFault.CONFLICT_WITH_OTHER_MECHANISMS
                                                    : otherwise));
        };
    }

    /** Whether what was not made by UPnP has the internal tuple or the external port. */
    private static boolean isOtherMechanism(Rows found, MappingWish wish) {
        int protocol = wish.internal().protocol();
        return Stream.of(
                        found.ownOf(wish.internal()),
                        found.ownAt(protocol, wish.externalPort()),
                        found.otherAt(protocol, wish.externalPort()))
                .flatMap(Optional::stream)
                .anyMatch(row -> row.origin() != MappingOrigin.UPNP);
    }

    private static CompletionStage<ActionOutcome> failed(IgdFault fault) {
        return CompletableFuture.completedStage(ActionOutcome.failed(fault));
    }

    private CompletionStage<ActionOutcome> delete(
            ActionCall call, Rows found, int protocol, long externalPort) {
        Optional<MappingView> own = findOwn(call, found, protocol, externalPort);
        if (own.isEmpty()) {
            return CompletableFuture.completedStage(absent(found, protocol, externalPort));
        }
        boolean mayEnd =
                switch (own.get().origin()) {
                    case UPNP, NAT_PMP -> true;
                    // RFC 6887 §15.1: the nonce of PCP and staff's decision are proofs that UPnP
                    // does not have.
                    case PCP, PEER, STATIC -> false;
                };
        if (!mayEnd) {
            return CompletableFuture.completedStage(
                    call.refuse(IgdFault.NO_SUCH_ENTRY, IgdFault.NOT_AUTHORIZED));
        }
        InternalTuple internal = own.get().internal();
        return ask(deletion(internal)).thenApply(outcome -> onDeleted(call, internal, outcome));
    }

    private ActionOutcome onDeleted(ActionCall call, InternalTuple internal, MapOutcome outcome) {
        return switch (outcome) {
            case MapOutcome.Deleted _, MapOutcome.Granted _ -> {
                asked.forget(internal);
                yield ActionOutcome.done();
            }
            case MapOutcome.Refused(MapOutcome.Reason reason, long _) ->
                    reason == MapOutcome.Reason.NOT_AUTHORIZED
                            ? call.refuse(IgdFault.NO_SUCH_ENTRY, IgdFault.NOT_AUTHORIZED)
                            : ActionOutcome.failed(IgdFault.ACTION_FAILED);
        };
    }

    /** No mapping has a remote host, so only the wildcard finds one. */
    private static Optional<MappingView> findOwn(
            ActionCall call, Rows found, int protocol, long externalPort) {
        return MappingWish.isAnyRemoteHost(call.text("NewRemoteHost"))
                ? found.ownAt(protocol, externalPort)
                : Optional.empty();
    }

    private static ActionOutcome absent(Rows found, int protocol, long externalPort) {
        return ActionOutcome.failed(
                found.otherAt(protocol, externalPort).isPresent()
                        ? IgdFault.NOT_AUTHORIZED
                        : IgdFault.NO_SUCH_ENTRY);
    }

    private static CompletionStage<ActionOutcome> unknownProtocol(ActionCall call) {
        return CompletableFuture.completedStage(
                call.refuse(IgdFault.INVALID_ARGS, IgdFault.ARGUMENT_OUT_OF_RANGE));
    }

    private ActionOutcome identified(ActionCall call, MappingView row) {
        var results = new LinkedHashMap<>(shown(call, row).results());
        results.put("NewRemoteHost", "");
        results.put("NewExternalPort", Integer.toString(row.externalPort()));
        results.put("NewProtocol", Protocol.name(row.internal().protocol()));
        return new ActionOutcome.Done(results);
    }

    private ActionOutcome.Done shown(ActionCall call, MappingView row) {
        return new ActionOutcome.Done(
                Map.of(
                        "NewInternalPort",
                        Integer.toString(row.internal().internalPort()),
                        "NewInternalClient",
                        Ipv4.format(row.internal().internalIp()),
                        "NewEnabled",
                        "1",
                        "NewPortMappingDescription",
                        row.description(),
                        "NewLeaseDuration",
                        Long.toString(leaseSeconds(call, row))));
    }

    private long leaseSeconds(ActionCall call, MappingView row) {
        // WANIPConnection:2 §2.5.16.2: 0 is what out-of-band mappings show.
        return row.remainingSeconds() == MappingView.FOREVER
                ? 0
                : asked.shownSeconds(
                        row.internal(), row.remainingSeconds(), call.version(), nowNs.getAsLong());
    }

    private void renew(MappingWish wish) {
        var _ =
                desk.map(command(wish, true, wish.leaseSeconds()))
                        .thenAcceptAsync(outcome -> onRenewed(wish.internal(), outcome), loop);
    }

    private void onRenewed(InternalTuple internal, MapOutcome outcome) {
        switch (outcome) {
            case MapOutcome.Granted(int _, int _, long grantedSeconds, String _, PortSpan _) -> {
                counters.increment(UpnpCounter.RENEWALS);
                asked.onRenewed(internal, grantedSeconds, nowNs.getAsLong());
            }
            // It is tried again while the lease lives; its end is an event.
            case MapOutcome.Deleted _, MapOutcome.Refused _ ->
                    counters.increment(UpnpCounter.RENEWALS_REFUSED);
        }
    }

    private static MapCommand command(MappingWish wish, boolean insists, long lifetimeSeconds) {
        return new MapCommand(
                wish.internal(),
                Nonce.ZERO,
                LeaseOrigin.UPNP,
                NO_SUGGESTION,
                wish.externalPort(),
                insists,
                lifetimeSeconds,
                wish.internal().internalIp(),
                NO_PORT,
                wish.description());
    }

    private static MapCommand deletion(InternalTuple internal) {
        return command(new MappingWish(internal, NO_PORT, "", DELETE, false), false, DELETE);
    }

    /** What the gateway knows of the mappings of a host, for events. */
    public CompletionStage<List<MappingView>> ofHost(int internalIp) {
        return rows.ofHost(internalIp);
    }
}
