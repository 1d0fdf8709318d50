package org.portreeve.pcp;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.portreeve.control.Description;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.PortControl;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.policy.Service;
import org.portreeve.control.view.MappingOrigin;
import org.portreeve.nat.Protocol;
import org.portreeve.natpmp.Asker;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.wire.Decoded;
import org.portreeve.pcp.wire.Opcode;
import org.portreeve.pcp.wire.OptionCode;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpFeatures;
import org.portreeve.pcp.wire.PcpRequest;
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

    /** Protocols whose ports can be mapped. */
    private static final Set<Integer> MAPPABLE = Set.of(Protocol.TCP, Protocol.UDP);

    /** RFC 6887 §11.1: stands for every protocol, for hosts with an address of their own. */
    private static final int ALL_PROTOCOLS = 0;

    private static final int ALL_PORTS = 0;

    private final PortControl control;
    private final TokenBucket total;
    private final Counters<PcpCounter> counters;
    private final NatPmpServer natPmp;
    private final Unasked unasked;
    private final Offers alone = new Offers(features(false));
    private final Offers besideNatPmp = new Offers(features(true));
    private final Offers toPortalsAlone = new Offers(portalFeatures(false));
    private final Offers toPortalsBesideNatPmp = new Offers(portalFeatures(true));
    private PcpSettings settings = PcpSettings.USUAL;
    private InsideLinks links = InsideLinks.NONE;
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
        this.unasked = new Unasked(control, natPmp, counters);
    }

    /** Everything that is offered to anybody. */
    private static PcpFeatures features(boolean natPmp) {
        return new PcpFeatures(
                EnumSet.of(Opcode.ANNOUNCE, Opcode.MAP, Opcode.PEER),
                EnumSet.of(
                        OptionCode.PREFER_FAILURE,
                        OptionCode.FILTER,
                        OptionCode.DESCRIPTION,
                        OptionCode.PREFIX64),
                natPmp);
    }

    /** RFC 6887 §13.1: to whoever may not use it, the option is none that is supported. */
    private static PcpFeatures portalFeatures(boolean natPmp) {
        return features(natPmp).with(OptionCode.THIRD_PARTY);
    }

    /** Serves by these settings from now on; announces so from the next announcement on. */
    public void use(PcpSettings settings) {
        this.settings = settings;
        unasked.use(settings.announce());
    }

    /** The links that subscribers are on. */
    public void links(InsideLinks links) {
        this.links = links;
        unasked.links(links);
    }

    /**
     * Announces this node to its links and to each client that is known, now and, in case that gets
     * lost, again and again (RFC 6887 §14.1.3).
     */
    public void announce(long nowNs) {
        unasked.announce(nowNs);
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
        if (!client.isIpv4() && !settings.enabled()) {
            counters.increment(PcpCounter.IGNORED_OFF);
            return;
        }
        switch (decoded(datagram, client)) {
            case Decoded.Ignored(Decoded.Reason reason) ->
                    counters.increment(PcpCounter.ignored(reason));
            case Decoded.NatPmp() -> {
                counters.increment(PcpCounter.NAT_PMP);
                natPmp.onDatagram(datagram, asker(client), () -> admits(client), nowNs, wallMillis);
            }
            case Decoded.Refused refused -> {
                if (admits(client)) {
                    turnedAway(client, refused.code());
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

    private Decoded decoded(byte[] datagram, Requester client) {
        if (!client.isIpv4()) {
            // RFC 6886 is for IPv4 alone.
            return RequestDecoder.decode(datagram, client.address(), alone.without(Set.of()));
        }
        if (!settings.enabled()) {
            return new Decoded.NatPmp();
        }
        Set<Service> withheld = control.withheldFrom(client.ip());
        Offers offers = offers(client);
        Decoded decoded =
                RequestDecoder.decode(datagram, client.address(), offers.without(withheld));
        OptionalInt host = thirdParty(decoded);
        if (host.isEmpty()) {
            return decoded;
        }
        // What is withheld from a host is so whoever asks for it, and is refused as to itself.
        Set<Service> ofBoth = new HashSet<>(withheld);
        ofBoth.addAll(control.withheldFrom(host.getAsInt()));
        return RequestDecoder.decode(datagram, client.address(), offers.without(ofBoth));
    }

    private static OptionalInt thirdParty(Decoded decoded) {
        return decoded instanceof Decoded.Accepted accepted
                ? accepted.request().thirdParty().map(PcpAddress::ipv4).orElse(OptionalInt.empty())
                : OptionalInt.empty();
    }

    private Offers offers(Requester client) {
        boolean isPortal = settings.thirdParties().mayAsk(client.ip());
        if (settings.natPmp()) {
            return isPortal ? toPortalsBesideNatPmp : besideNatPmp;
        }
        return isPortal ? toPortalsAlone : alone;
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
        // First, while the time is right: what follows may take long, and gaps are counted from it.
        unasked.doWork(settings.enabled(), settings.natPmp(), nowNs, wallMillis);
        int done = control.doWork(nowNs, wallMillis);
        if (!started && control.isReady()) {
            started = true;
            announce(nowNs);
        }
        return done;
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
        boolean isWithinItsShare =
                client.isIpv4()
                        ? control.admits(client.ip(), nowNs)
                        : control.admitsForeign(client.address().high(), nowNs);
        if (!isWithinItsShare) {
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
        if (!client.isIpv4()) {
            serveIpv6(accepted, client);
            return;
        }
        if (accepted.request().thirdParty().isPresent()
                && !links.mayComeBy(client.device(), client.ip())) {
            // PCP-TP-002: somebody else wrote the portal's address, and has no such option.
            refuse(accepted, client, ResultCode.UNSUPP_OPTION);
            return;
        }
        // PCP-SRV-010: on an open link anybody may send, but nothing is done for strangers.
        boolean isKnown =
                control.isSubscriber(client.ip()) || settings.thirdParties().mayAsk(client.ip());
        if (!isKnown || !isForWhomItMay(accepted.request())) {
            refuse(accepted, client, ResultCode.NOT_AUTHORIZED);
            return;
        }
        switch (accepted.request()) {
            case AnnounceRequest announce ->
                    answer(client, ResultCode.SUCCESS, announce.success(epochSeconds()));
            case MapRequest map -> serveMap(map, accepted, client);
            case PeerRequest peer -> servePeer(peer, accepted, client);
        }
    }

    /** No external address is of its family, so there is nothing to map for the client itself. */
    private void serveIpv6(Decoded.Accepted accepted, Requester client) {
        if (accepted.request() instanceof AnnounceRequest announce) {
            answer(client, ResultCode.SUCCESS, announce.success(epochSeconds()));
        } else {
            refuse(accepted, client, ResultCode.NOT_AUTHORIZED);
        }
    }

    private void serveMap(MapRequest map, Decoded.Accepted accepted, Requester client) {
        boolean allPorts = map.internalPort() == ALL_PORTS;
        boolean mappable = MAPPABLE.contains(map.protocol());
        if (allPorts
                && map.lifetimeSeconds() == 0
                && (mappable || map.protocol() == ALL_PROTOCOLS)) {
            // RFC 6887 §15.1: this ends a mapping of all ports only, and nobody can have one here.
            answer(client, ResultCode.SUCCESS, deleted(map, 0));
        } else if (allPorts || !mappable) {
            // RFC 6887 §11.3: all ports need an external address that is not shared.
            refuse(accepted, client, ResultCode.UNSUPP_PROTOCOL);
        } else if (!MapAnswers.fits(map)) {
            // RFC 6887 §7.3: what cannot be answered must not be done.
            refuse(accepted, client, ResultCode.MALFORMED_REQUEST);
        } else {
            owedCount++;
            control.map(
                    MapCommands.of(map, client),
                    nowNs,
                    wallMillis,
                    outcome -> {
                        owedCount--;
                        answerMap(outcome, map, accepted, client);
                    });
        }
    }

    private void servePeer(PeerRequest peer, Decoded.Accepted accepted, Requester client) {
        Optional<ResultCode> fault = PeerService.fault(peer);
        if (fault.isPresent()) {
            refuse(accepted, client, fault.get());
            return;
        }
        owedCount++;
        control.peers()
                .peer(
                        PeerService.command(peer, client),
                        nowNs,
                        wallMillis,
                        outcome -> {
                            owedCount--;
                            answer(
                                    client,
                                    PeerService.resultCode(outcome),
                                    PeerService.response(outcome, peer, accepted, epochSeconds()));
                        });
    }

    /** Not for a host that nobody may ask for, or of a family without external addresses here. */
    private boolean isForWhomItMay(PcpRequest request) {
        return request.thirdParty()
                .map(host ->
                        host.isIpv4() && settings.thirdParties().areFor(host.ipv4().getAsInt()))
                .orElse(true);
    }

    private void answerMap(
            MapOutcome outcome, MapRequest map, Decoded.Accepted accepted, Requester client) {
        switch (outcome) {
            case MapOutcome.Granted(int ip, int port, long lifetimeSeconds, String description) -> {
                PcpAddress assigned = PcpAddress.ofIpv4(ip);
                answer(
                        client,
                        ResultCode.SUCCESS,
                        MapAnswers.processed(map, description, settings.nat64())
                                .granted(lifetimeSeconds, port, assigned, epochSeconds()));
            }
            case MapOutcome.Deleted(long lifetimeSeconds) ->
                    answer(client, ResultCode.SUCCESS, deleted(map, lifetimeSeconds));
            case MapOutcome.Refused(MapOutcome.Reason reason, long lifetimeSeconds) -> {
                ResultCode code = resultCode(reason);
                answer(client, code, accepted.refuse(code, lifetimeSeconds, epochSeconds()));
            }
        }
    }

    private PcpResponse deleted(MapRequest map, long lifetimeSeconds) {
        return MapAnswers.processed(map, Description.NONE, settings.nat64())
                .deleted(lifetimeSeconds, epochSeconds());
    }

    static ResultCode resultCode(MapOutcome.Reason reason) {
        return switch (reason) {
            case NOT_AUTHORIZED -> ResultCode.NOT_AUTHORIZED;
            case NETWORK_FAILURE -> ResultCode.NETWORK_FAILURE;
            case NO_RESOURCES -> ResultCode.NO_RESOURCES;
            case USER_EX_QUOTA -> ResultCode.USER_EX_QUOTA;
            case CANNOT_PROVIDE_EXTERNAL -> ResultCode.CANNOT_PROVIDE_EXTERNAL;
            case EXCESSIVE_REMOTE_PEERS -> ResultCode.EXCESSIVE_REMOTE_PEERS;
        };
    }

    private void turnedAway(Requester client, ResultCode code) {
        // The log is of subscribers, whose addresses are IPv4.
        if (client.isIpv4()) {
            control.requests()
                    .turnedAway(MappingOrigin.PCP, client.ip(), code.name(), code.meaning());
        }
    }

    private void refuse(Decoded.Accepted accepted, Requester client, ResultCode code) {
        turnedAway(client, code);
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
