package org.portreeve.control;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.portreeve.control.request.RequestEntry;
import org.portreeve.control.request.RequestEntry.Asked;
import org.portreeve.control.request.RequestEntry.Told;
import org.portreeve.control.request.RequestLog;
import org.portreeve.control.view.MappingOrigin;

/**
 * Counts each answer and keeps it in the request log of the subscriber who asked; of hosts that
 * belong to nobody nothing is kept. Event loop only.
 */
public final class RequestRecords {
    private final RequestLog log = new RequestLog();
    private final Subscribers subscribers;
    private final ControlCounters counters;
    private final LongSupplier wallMillis;
    private final RefusalCauses causes;

    RequestRecords(
            Subscribers subscribers,
            ControlCounters counters,
            LongSupplier wallMillis,
            RefusalCauses causes) {
        this.causes = causes;
        this.subscribers = subscribers;
        this.counters = counters;
        this.wallMillis = wallMillis;
    }

    /** A reply to a client that also counts and keeps what it is told. */
    Consumer<MapOutcome> of(MapCommand command, Consumer<MapOutcome> reply) {
        return outcome -> {
            counters.countAnswer(outcome);
            var asked =
                    new Asked.Mapping(
                            command.internal(),
                            command.suggestedPort(),
                            command.lifetimeSeconds(),
                            command.set().size());
            int hostIp = command.internal().internalIp();
            add(
                    command.origin().shown(),
                    hostIp,
                    command.clientIp(),
                    asked,
                    told(command, outcome));
            reply.accept(outcome);
        };
    }

    /** The same of a PEER. */
    Consumer<PeerOutcome> of(PeerCommand command, Consumer<PeerOutcome> reply) {
        return outcome -> {
            counters.countAnswer(outcome);
            PeerTuple peer = command.peer();
            var asked =
                    new Asked.Session(
                            peer.internal(),
                            peer.remoteIp(),
                            peer.remotePort(),
                            command.lifetimeSeconds());
            int hostIp = peer.internal().internalIp();
            add(MappingOrigin.PEER, hostIp, command.clientIp(), asked, told(outcome));
            reply.accept(outcome);
        };
    }

    /**
     * A server answered a request by itself, because it was damaged or asks for what is not
     * offered.
     *
     * @param result the protocol's name of the result
     * @param reason a sentence for people
     */
    public void turnedAway(MappingOrigin protocol, int clientIp, String result, String reason) {
        add(protocol, clientIp, clientIp, new Asked.Undecided(), new Told.Refused(result, reason));
    }

    /** The last requests of a subscriber, the last one first; none when nobody is called so. */
    public List<RequestEntry> of(String subscriber) {
        return log.of(subscribers.keyOf(subscriber));
    }

    /** Belongs to the subscriber of the host that it was about, whoever asked. */
    private void add(MappingOrigin protocol, int hostIp, int clientIp, Asked asked, Told told) {
        long key = subscribers.ownerOf(hostIp);
        if (key != Subscribers.UNKNOWN) {
            log.add(key, new RequestEntry(wallMillis.getAsLong(), protocol, clientIp, asked, told));
        }
    }

    private Told told(MapCommand command, MapOutcome outcome) {
        return switch (outcome) {
            case MapOutcome.Granted(int ip, int port, long seconds, String _, PortSpan span) ->
                    new Told.Granted(ip, port, seconds, span.size());
            case MapOutcome.Deleted(long seconds, PortSpan _) -> new Told.Deleted(seconds);
            case MapOutcome.Refused refused ->
                    new Told.Refused(refused.reason().name(), causes.of(command, refused));
        };
    }

    private static Told told(PeerOutcome outcome) {
        return switch (outcome) {
            case PeerOutcome.Kept(int ip, int port, long seconds, String _) ->
                    new Told.Granted(ip, port, seconds);
            case PeerOutcome.NotThere _ -> new Told.Deleted(0);
            case PeerOutcome.InvalidPeer _ ->
                    new Told.Refused(
                            "MALFORMED_REQUEST",
                            "Packets to such a remote peer are not translated.");
            case PeerOutcome.Refused(MapOutcome.Reason reason, long _) ->
                    new Told.Refused(reason.name(), reason.sentence());
        };
    }
}
