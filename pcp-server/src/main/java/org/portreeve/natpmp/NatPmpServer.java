package org.portreeve.natpmp;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.portreeve.control.Description;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.Nonce;
import org.portreeve.control.PortControl;
import org.portreeve.control.PortSpan;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.policy.Service;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.natpmp.wire.NatPmpDecoded;
import org.portreeve.natpmp.wire.NatPmpDecoder;
import org.portreeve.natpmp.wire.NatPmpRequest.ExternalAddressRequest;
import org.portreeve.natpmp.wire.NatPmpRequest.MapRequest;
import org.portreeve.natpmp.wire.NatPmpResponse;
import org.portreeve.natpmp.wire.NatPmpResponse.ExternalAddress;
import org.portreeve.natpmp.wire.NatPmpResponse.Mapped;
import org.portreeve.natpmp.wire.NatPmpResult;

/**
 * Answers NAT-PMP requests (RFC 6886): reads the datagram, has port control decide, and writes what
 * became of it. The subscriber's paired address plays the part of the one external address. Keeps
 * no state of its own but a count of answers that are owed. Port-control thread only.
 */
public final class NatPmpServer {
    /**
     * What a static mapping's lifetime becomes at most, as forever cannot be said here: a client
     * looks again within a day.
     */
    static final long STATIC_LIFETIME_SECONDS = 86_400;

    /** In a deletion: all ports of the host (RFC 6886 §3.4). */
    private static final int ALL_PORTS = 0;

    private final PortControl control;
    private final Counters<NatPmpCounter> counters;
    private int owedCount;
    private long nowNs;
    private long wallMillis;

    /** A server before this port control. */
    public NatPmpServer(PortControl control, Counters<NatPmpCounter> counters) {
        this.control = control;
        this.counters = counters;
    }

    /**
     * Handles one datagram that no other protocol takes, within its sender's share of the request
     * rate; the answer, if there is one, may come later.
     */
    public void onDatagram(byte[] datagram, Asker asker, long nowNs, long wallMillis) {
        at(nowNs, wallMillis);
        counters.increment(NatPmpCounter.RECEIVED);
        NatPmpDecoded decoded = NatPmpDecoder.decode(datagram);
        if (decoded instanceof NatPmpDecoded.Ignored(NatPmpDecoded.Reason reason)) {
            counters.increment(NatPmpCounter.ignored(reason));
        } else {
            serve(decoded, asker);
        }
    }

    /** The time, for answers that port control gives before the next datagram. */
    public void at(long nowNs, long wallMillis) {
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
    }

    /** Requests whose answer waits for port control. */
    public int owedCount() {
        return owedCount;
    }

    private void serve(NatPmpDecoded decoded, Asker asker) {
        switch (decoded) {
            case NatPmpDecoded.Accepted(ExternalAddressRequest _) -> serveAddress(asker);
            case NatPmpDecoded.Accepted(MapRequest map) -> serveMap(map, asker);
            case NatPmpDecoded.OtherVersion _ ->
                    answer(asker, new NatPmpResponse.UnsupportedVersion(epochSeconds(asker)));
            case NatPmpDecoded.Unsupported(NatPmpResponse.UnsupportedOpcode response) ->
                    answer(asker, response);
            case NatPmpDecoded.Ignored _ -> throw new AssertionError("ignored and yet served");
        }
    }

    private void serveAddress(Asker asker) {
        if (!control.isSubscriber(asker.ip()) || isWithheld(asker, Service.NAT_PMP)) {
            answer(asker, noAddress(NatPmpResult.NOT_AUTHORIZED, epochSeconds(asker)));
            return;
        }
        owedCount++;
        control.externalIp(
                asker.ip(),
                nowNs,
                wallMillis,
                found -> {
                    owedCount--;
                    answer(asker, addressAnswer(found, epochSeconds(asker)));
                });
    }

    private static NatPmpResponse addressAnswer(OptionalInt externalIp, long epochSeconds) {
        return externalIp.isPresent()
                ? new ExternalAddress(NatPmpResult.SUCCESS, epochSeconds, externalIp.getAsInt())
                : noAddress(NatPmpResult.NETWORK_FAILURE, epochSeconds);
    }

    private static NatPmpResponse noAddress(NatPmpResult result, long epochSeconds) {
        return new ExternalAddress(result, epochSeconds, 0);
    }

    private void serveMap(MapRequest map, Asker asker) {
        boolean deletes = map.lifetimeSeconds() == 0;
        if (map.internalPort() == ALL_PORTS && !deletes) {
            // RFC 6886 §3.4: all ports are a matter of deletions alone.
            answer(asker, refusal(map, asker, NatPmpResult.NOT_AUTHORIZED, 0));
            return;
        }
        if (isWithheld(asker, Service.NAT_PMP) || isWithheld(asker, Service.MAP)) {
            answer(asker, refusal(map, asker, NatPmpResult.NOT_AUTHORIZED, 0));
            return;
        }
        MapCommand command = command(map, asker);
        owedCount++;
        if (map.internalPort() == ALL_PORTS) {
            control.deleteAll(command, nowNs, wallMillis, o -> onOutcome(o, map, asker));
        } else {
            control.map(command, nowNs, wallMillis, o -> onOutcome(o, map, asker));
        }
    }

    /** Whether the asker's profile does not have this (RFC 6886 §3.5). */
    private boolean isWithheld(Asker asker, Service service) {
        return control.withheldFrom(asker.ip()).contains(service);
    }

    private static MapCommand command(MapRequest map, Asker asker) {
        return new MapCommand(
                InternalTuple.of(map.protocol(), asker.ip(), map.internalPort()),
                Nonce.ZERO,
                LeaseOrigin.NAT_PMP,
                0,
                // RFC 6886 §3.4: to be ignored in a deletion.
                map.lifetimeSeconds() == 0 ? 0 : map.suggestedExternalPort(),
                false,
                map.lifetimeSeconds(),
                asker.ip(),
                asker.port(),
                Description.NONE);
    }

    private void onOutcome(MapOutcome outcome, MapRequest map, Asker asker) {
        owedCount--;
        answer(asker, mapAnswer(outcome, map, asker));
    }

    private NatPmpResponse mapAnswer(MapOutcome outcome, MapRequest map, Asker asker) {
        return switch (outcome) {
            case MapOutcome.Granted(
                            int _,
                            int externalPort,
                            long lifetimeSeconds,
                            String _,
                            PortSpan _) ->
                    success(map, asker, externalPort, expressible(lifetimeSeconds, map));
            case MapOutcome.Deleted _ -> success(map, asker, 0, 0);
            case MapOutcome.Refused(MapOutcome.Reason reason, long _) ->
                    refusal(map, asker, result(reason), externalPortThatStays(map, asker));
        };
    }

    private static long expressible(long lifetimeSeconds, MapRequest map) {
        return lifetimeSeconds == MappingView.FOREVER
                ? Math.min(map.lifetimeSeconds(), STATIC_LIFETIME_SECONDS)
                : lifetimeSeconds;
    }

    /** RFC 6886 §3.4: a deletion that failed is answered with the mapping that is still there. */
    private int externalPortThatStays(MapRequest map, Asker asker) {
        if (map.lifetimeSeconds() != 0) {
            return 0;
        }
        InternalTuple internal = InternalTuple.of(map.protocol(), asker.ip(), map.internalPort());
        return control.externalPortOf(internal).orElse(0);
    }

    private static NatPmpResult result(MapOutcome.Reason reason) {
        return switch (reason) {
            case NOT_AUTHORIZED -> NatPmpResult.NOT_AUTHORIZED;
            case NETWORK_FAILURE -> NatPmpResult.NETWORK_FAILURE;
            case NO_RESOURCES, USER_EX_QUOTA, CANNOT_PROVIDE_EXTERNAL, EXCESSIVE_REMOTE_PEERS ->
                    NatPmpResult.OUT_OF_RESOURCES;
        };
    }

    private NatPmpResponse success(
            MapRequest map, Asker asker, int externalPort, long lifetimeSeconds) {
        return mapped(map, asker, NatPmpResult.SUCCESS, externalPort, lifetimeSeconds);
    }

    private NatPmpResponse refusal(
            MapRequest map, Asker asker, NatPmpResult result, int externalPort) {
        return mapped(map, asker, result, externalPort, 0);
    }

    private NatPmpResponse mapped(
            MapRequest map,
            Asker asker,
            NatPmpResult result,
            int externalPort,
            long lifetimeSeconds) {
        return new Mapped(
                map.protocol(),
                result,
                epochSeconds(asker),
                map.internalPort(),
                externalPort,
                lifetimeSeconds);
    }

    private void answer(Asker asker, NatPmpResponse response) {
        counters.increment(NatPmpCounter.answered(response.result()));
        asker.reply().accept(response.octets());
    }

    /**
     * Makes a gratuitous answer with the external address of all who are on the link of a listen
     * address (RFC 6886 §3.2.1), now or later; or none, when there is no such address.
     *
     * @param send takes its octets
     */
    public void announcement(int listenIp, long nowNs, long wallMillis, Consumer<byte[]> send) {
        at(nowNs, wallMillis);
        control.linkExternalIp(
                listenIp, nowNs, wallMillis, found -> announce(found, listenIp, send));
    }

    private void announce(OptionalInt externalIp, int listenIp, Consumer<byte[]> send) {
        if (externalIp.isEmpty()) {
            counters.increment(NatPmpCounter.NOT_ANNOUNCED);
            return;
        }
        counters.increment(NatPmpCounter.ANNOUNCED);
        // RFC 6886 §3.6: whose own is a later one is not misled by one that is too old.
        OptionalLong ofLink = control.epochs().ofLink(listenIp, nowNs);
        long epochSeconds = ofLink.orElse(control.epochSeconds(nowNs));
        send.accept(addressAnswer(externalIp, epochSeconds).octets());
    }

    private long epochSeconds(Asker asker) {
        return control.epochs().seconds(asker.ip(), nowNs);
    }
}
