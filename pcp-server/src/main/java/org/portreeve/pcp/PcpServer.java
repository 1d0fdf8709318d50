package org.portreeve.pcp;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.portreeve.control.Description;
import org.portreeve.control.LeaseOrigin;
import org.portreeve.control.MapCommand;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.PortControl;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.natpmp.Asker;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.wire.Decoded;
import org.portreeve.pcp.wire.Opcode;
import org.portreeve.pcp.wire.OptionCode;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpFeatures;
import org.portreeve.pcp.wire.PcpRequest.AnnounceRequest;
import org.portreeve.pcp.wire.PcpRequest.MapRequest;
import org.portreeve.pcp.wire.PcpRequest.PeerRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.RequestDecoder;
import org.portreeve.pcp.wire.ResultCode;

/**
 * Answers PCP requests (RFC 6887 §8.2): reads the datagram, has port control decide, and writes
 * what became of it. Keeps no state of its own but a count of answers that are owed. Port-control
 * thread only.
 */
public final class PcpServer {
    /**
     * Requests of all clients together that are looked at (RFC 6887 §17.2): about what one core can
     * serve; beyond it the kernel would drop without counting.
     */
    public static final RequestRate TOTAL = new RequestRate(200_000, 50_000);

    /** What is offered to every client while NAT-PMP is off. */
    private static final PcpFeatures PCP_ALONE = features(false);

    /** What is offered to every client while it is on. */
    private static final PcpFeatures PCP_AND_NAT_PMP = features(true);

    /** Protocols whose ports can be mapped. */
    private static final Set<Integer> MAPPABLE = Set.of(Protocol.TCP, Protocol.UDP);

    /** RFC 6887 §11.1: stands for every protocol, for hosts with an address of their own. */
    private static final int ALL_PROTOCOLS = 0;

    private static final int ALL_PORTS = 0;
    private static final int NO_SUGGESTION = 0;

    /** What an IPv6 address that is insisted on becomes: no pool has it, so none is found. */
    private static final int UNAVAILABLE_IP = 0xffff_ffff;

    private final PortControl control;
    private final TokenBucket total;
    private final Counters<PcpCounter> counters;
    private final NatPmpServer natPmp;
    private final Announcing announcing = new Announcing();
    private PcpFeatures offered = PCP_AND_NAT_PMP;
    private List<InsideLink> links = List.of();
    private boolean started;
    private int owedCount;
    private long nowNs;
    private long wallMillis;

    /**
     * A server before this port control, which offers NAT-PMP too.
     *
     * @param total how many requests of all clients together are looked at
     * @param natPmp gets what is of version 0
     */
    public PcpServer(
            PortControl control,
            RequestRate total,
            Counters<PcpCounter> counters,
            NatPmpServer natPmp) {
        this.control = control;
        this.total = new TokenBucket(total);
        this.counters = counters;
        this.natPmp = natPmp;
    }

    private static PcpFeatures features(boolean natPmp) {
        return new PcpFeatures(
                EnumSet.of(Opcode.ANNOUNCE, Opcode.MAP),
                EnumSet.of(OptionCode.PREFER_FAILURE),
                natPmp);
    }

    /**
     * Offers NAT-PMP from now on, or no more: its clients are then told that this node speaks PCP
     * (RFC 6887 App. A).
     */
    public void offerNatPmp(boolean offers) {
        offered = offers ? PCP_AND_NAT_PMP : PCP_ALONE;
    }

    /** The links that announcements go to. */
    public void links(List<InsideLink> links) {
        this.links = List.copyOf(links);
    }

    /** Announces this node to its links, now and, in case that gets lost, nine times more. */
    public void announce(long nowNs) {
        announcing.begin(nowNs);
    }

    /** Handles one datagram; the answer, if there is one, may come later. */
    public void onDatagram(byte[] datagram, Requester client, long nowNs, long wallMillis) {
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
        counters.increment(PcpCounter.RECEIVED);
        if (client.port() == 0) {
            counters.increment(PcpCounter.IGNORED_NO_RETURN_PORT);
            return;
        }
        switch (RequestDecoder.decode(datagram, PcpAddress.ofIpv4(client.ip()), offered)) {
            case Decoded.Ignored(Decoded.Reason reason) ->
                    counters.increment(PcpCounter.ignored(reason));
            case Decoded.NatPmp() -> {
                counters.increment(PcpCounter.NAT_PMP);
                natPmp.onDatagram(datagram, asker(client), () -> admits(client), nowNs, wallMillis);
            }
            case Decoded.Refused refused -> {
                if (admits(client)) {
                    answer(client, refused.code(), refused.answer(epochSeconds()));
                }
            }
            case Decoded.Accepted accepted -> {
                if (admits(client)) {
                    serve(accepted, client);
                }
            }
        }
    }

    /** Whether all that was durable at the start is back in the translator. */
    public boolean isReady() {
        return control.isReady();
    }

    /** Lets port control go on with what is under way; returns how much there was to do. */
    public int doWork(long nowNs, long wallMillis) {
        this.nowNs = nowNs;
        this.wallMillis = wallMillis;
        natPmp.at(nowNs, wallMillis);
        int done = control.doWork(nowNs, wallMillis);
        if (!started && control.isReady()) {
            started = true;
            announce(nowNs);
        }
        if (announcing.poll(nowNs)) {
            links.forEach(this::announceTo);
        }
        return done;
    }

    private void announceTo(InsideLink link) {
        if (offered.natPmp()) {
            natPmp.announcement(link.listenIp(), nowNs, wallMillis, link.everybody()::send);
        }
    }

    /** Requests whose answer waits for port control. */
    public int owedCount() {
        return owedCount + natPmp.owedCount();
    }

    private static Asker asker(Requester client) {
        return new Asker(client.ip(), client.port(), client.reply()::send);
    }

    private boolean admits(Requester client) {
        // The client's own share first: what one client asks too much must not cost the others.
        if (!control.admits(client.ip(), nowNs)) {
            counters.increment(PcpCounter.RATE_LIMITED_CLIENT);
            return false;
        }
        if (!total.admits(nowNs)) {
            counters.increment(PcpCounter.RATE_LIMITED_TOTAL);
            return false;
        }
        return true;
    }

    private void serve(Decoded.Accepted accepted, Requester client) {
        // PCP-SRV-010: on an open link anybody may send, but nothing is done for strangers.
        if (!control.isSubscriber(client.ip())) {
            refuse(accepted, client, ResultCode.NOT_AUTHORIZED);
            return;
        }
        switch (accepted.request()) {
            case AnnounceRequest announce ->
                    answer(client, ResultCode.SUCCESS, announce.success(epochSeconds()));
            case MapRequest map -> serveMap(map, accepted, client);
            case PeerRequest _ -> throw new AssertionError("PEER is not offered");
        }
    }

    private void serveMap(MapRequest map, Decoded.Accepted accepted, Requester client) {
        boolean allPorts = map.internalPort() == ALL_PORTS;
        boolean mappable = MAPPABLE.contains(map.protocol());
        if (allPorts
                && map.lifetimeSeconds() == 0
                && (mappable || map.protocol() == ALL_PROTOCOLS)) {
            // RFC 6887 §15.1: this ends a mapping of all ports only, and nobody can have one here.
            answer(client, ResultCode.SUCCESS, map.deleted(0, epochSeconds()));
        } else if (allPorts || !mappable) {
            // RFC 6887 §11.3: all ports need an external address that is not shared.
            refuse(accepted, client, ResultCode.UNSUPP_PROTOCOL);
        } else {
            owedCount++;
            control.map(
                    command(map, client),
                    nowNs,
                    wallMillis,
                    outcome -> {
                        owedCount--;
                        answerMap(outcome, map, accepted, client);
                    });
        }
    }

    private static MapCommand command(MapRequest map, Requester client) {
        return new MapCommand(
                // PCP-MAP-005: the decoder has compared the address with the client's own field.
                InternalTuple.of(map.protocol(), client.ip(), map.internalPort()),
                map.nonce(),
                LeaseOrigin.PCP,
                suggestedIp(map),
                map.suggestedExternalPort(),
                map.prefersFailure(),
                map.lifetimeSeconds(),
                client.ip(),
                client.port(),
                Description.NONE);
    }

    private static int suggestedIp(MapRequest map) {
        PcpAddress suggested = map.suggestedExternalAddress();
        if (suggested.isIpv4() || suggested.isAny()) {
            return suggested.ipv4().orElse(NO_SUGGESTION);
        }
        // PCP-MAP-033: of another family, so a hint that cannot be followed.
        return map.prefersFailure() ? UNAVAILABLE_IP : NO_SUGGESTION;
    }

    private void answerMap(
            MapOutcome outcome, MapRequest map, Decoded.Accepted accepted, Requester client) {
        switch (outcome) {
            case MapOutcome.Granted(int ip, int port, long lifetimeSeconds) -> {
                PcpAddress assigned = PcpAddress.ofIpv4(ip);
                answer(
                        client,
                        ResultCode.SUCCESS,
                        map.granted(lifetimeSeconds, port, assigned, epochSeconds()));
            }
            case MapOutcome.Deleted(long lifetimeSeconds) ->
                    answer(
                            client,
                            ResultCode.SUCCESS,
                            map.deleted(lifetimeSeconds, epochSeconds()));
            case MapOutcome.Refused(MapOutcome.Reason reason, long lifetimeSeconds) -> {
                ResultCode code = resultCode(reason);
                answer(client, code, accepted.refuse(code, lifetimeSeconds, epochSeconds()));
            }
        }
    }

    private static ResultCode resultCode(MapOutcome.Reason reason) {
        return switch (reason) {
            case NOT_AUTHORIZED -> ResultCode.NOT_AUTHORIZED;
            case NETWORK_FAILURE -> ResultCode.NETWORK_FAILURE;
            case NO_RESOURCES -> ResultCode.NO_RESOURCES;
            case USER_EX_QUOTA -> ResultCode.USER_EX_QUOTA;
            case CANNOT_PROVIDE_EXTERNAL -> ResultCode.CANNOT_PROVIDE_EXTERNAL;
        };
    }

    private void refuse(Decoded.Accepted accepted, Requester client, ResultCode code) {
        answer(client, code, accepted.refuse(code, epochSeconds()));
    }

    private void answer(Requester client, ResultCode code, PcpResponse response) {
        counters.increment(PcpCounter.answered(code));
        client.reply().send(PcpEncoder.octets(response));
    }

    private long epochSeconds() {
        return control.epochSeconds(nowNs);
    }
}
