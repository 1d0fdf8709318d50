package org.portreeve.pcp;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.portreeve.control.Description;
import org.portreeve.control.MapOutcome;
import org.portreeve.control.PortControl;
import org.portreeve.control.PortSpan;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.notice.Notice;
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
    private final Offers toPortalsAlone = new Offers(portalFeatures(false, false));
    private final Offers toPortalsBesideNatPmp = new Offers(portalFeatures(true, false));
    private final Offers ofRealmsAlone = new Offers(portalFeatures(false, true));
    private final Offers ofRealmsBesideNatPmp = new Offers(portalFeatures(true, true));
    private PcpSettings settings = PcpSettings.USUAL;
    private RememberedDevices devices = new RememberedDevices(InsideLinks.NONE.deviceTowards());
    private InsideLinks links = InsideLinks.NONE;

    /** Whether a start or a change waits to be announced. */
    private boolean hasNews = true;

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
                        OptionCode.PREFIX64,
                        OptionCode.PORT_SET),
                natPmp);
    }

    /** RFC 6887 §13.1: to whoever may not use it, the option is none that is supported. */
    private static PcpFeatures portalFeatures(boolean natPmp, boolean realms) {
        PcpFeatures ofPortals = features(natPmp).with(OptionCode.THIRD_PARTY);
        return realms ? ofPortals.with(OptionCode.THIRD_PARTY_ID) : ofPortals;
    }

    /** Serves by these settings from now on; announces so from the next announcement on. */
    public void use(PcpSettings settings) {
        // RFC 7225 §4.2: hosts go on by an old prefix until somebody tells them.
        hasNews |= !settings.nat64().prefixes().equals(this.settings.nat64().prefixes());
        this.settings = settings;
        unasked.use(settings.nat64());
        unasked.use(settings.announce());
        unasked.use(settings.thirdParties().realms());
    }

    /** The links that subscribers are on. */
    public void links(InsideLinks links) {
        devices = new RememberedDevices(links.deviceTowards());
        this.links = new InsideLinks(links.all(), devices);
        unasked.links(this.links);
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
        devices.at(nowNs);
        if (isKnownForger(client)) {
            forged(client);
            return;
        }
        if (!admits(client)) {
            return;
        }
        switch (decoded(datagram, client)) {
            case Decoded.Ignored(Decoded.Reason reason) ->
                    counters.increment(PcpCounter.ignored(reason));
            case Decoded.NatPmp() -> {
                counters.increment(PcpCounter.NAT_PMP);
                natPmp.onDatagram(datagram, asker(client), nowNs, wallMillis);
            }
            case Decoded.Refused refused -> {
                turnedAway(client, refused.code());
                answer(client, refused.code(), refused.answer(epochSeconds(client)));
            }
            case Decoded.Accepted accepted -> serve(accepted, client);
        }
    }

    private Decoded decoded(byte[] datagram, Requester client) {
        if (!settings.enabled()) {
            return new Decoded.NatPmp();
        }
        Set<Service> withheld = client.isIpv4() ? control.withheldFrom(client.ip()) : Set.of();
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
        boolean isPortal = isPortal(client);
        boolean hasRealms = settings.thirdParties().realms().areKnown();
        // RFC 6886 is for IPv4 alone.
        if (settings.natPmp() && client.isIpv4()) {
            Offers toPortals = hasRealms ? ofRealmsBesideNatPmp : toPortalsBesideNatPmp;
            return isPortal ? toPortals : besideNatPmp;
        }
        Offers toPortals = hasRealms ? ofRealmsAlone : toPortalsAlone;
        return isPortal ? toPortals : alone;
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
        devices.at(nowNs);
        // First, while the time is right: what follows may take long, and gaps are counted from it.
        unasked.doWork(settings.enabled(), settings.natPmp(), nowNs, wallMillis);
        int done = control.doWork(nowNs, wallMillis);
        if (hasNews && control.isReady()) {
            hasNews = false;
            announce(nowNs);
        }
        return done;
    }

    /** A line about overload or abuse that is to be written now. */
    public Optional<String> notice(long nowNs) {
        return control.notices().poll(nowNs);
    }

    /** Requests whose answer waits for port control. */
    public int owedCount() {
        return owedCount + natPmp.owedCount();
    }

    private static Asker asker(Requester client) {
        return new Asker(client.ip(), client.port(), client.reply()::send);
    }

    /** Asked before a datagram is read: what floods costs no more than that. */
    private boolean admits(Requester client) {
        // The client's own share first: what one client asks too much must not cost the others.
        boolean isWithinItsShare =
                client.isIpv4()
                        ? control.admission().admits(client.ip(), nowNs)
                        : control.admission().admitsForeign(client.address().high(), nowNs);
        if (!isWithinItsShare) {
            counters.increment(PcpCounter.RATE_LIMITED_CLIENT);
            return false;
        }
        if (!total.admits(nowNs)) {
            counters.increment(PcpCounter.RATE_LIMITED_TOTAL);
            notice(Notice.TOTAL_RATE, client);
            return false;
        }
        // Only now, as the kernel is asked of who is not known.
        if (isPortal(client) && !links.mayComeBy(client.device(), client.address())) {
            forged(client);
            return false;
        }
        return true;
    }

    /**
     * PCP-TP-002: whether somebody else wrote a portal's address. Asked before any share is charged
     * as far as it is known, for the portal would pay for it.
     */
    private boolean isKnownForger(Requester client) {
        return isPortal(client)
                && !client.device().isEmpty()
                && !devices.remembered(client.address()).stream().allMatch(client.device()::equals);
    }

    private boolean isPortal(Requester client) {
        return settings.thirdParties().mayAsk(client.address());
    }

    /** No answer: it would go to the portal, which asked for nothing. */
    private void forged(Requester client) {
        counters.increment(PcpCounter.IGNORED_FORGED_PORTAL);
        notice(Notice.FORGED_PORTAL, client);
    }

    private void notice(Notice notice, Requester client) {
        if (client.isIpv4()) {
            control.notices().add(notice, client.ip());
        } else {
            control.notices().add(notice, client.address()::toString);
        }
    }

    private void serve(Decoded.Accepted accepted, Requester client) {
        Optional<ResultCode> refusal = refusal(accepted.request(), client);
        if (refusal.isPresent()) {
            refuse(accepted, client, refusal.get());
            return;
        }
        switch (accepted.request()) {
            case AnnounceRequest announce ->
                    answer(
                            client,
                            ResultCode.SUCCESS,
                            announce.success(
                                    epochSeconds(client), settings.nat64().toldTo(announce)));
            case MapRequest map -> serveMap(map, accepted, client);
            case PeerRequest peer -> servePeer(peer, accepted, client);
        }
    }

    /** Why a request is refused whatever it is that it wants of its host. */
    private Optional<ResultCode> refusal(PcpRequest request, Requester client) {
        Optional<ResultCode> fault = settings.thirdParties().realms().fault(request);
        return fault.isPresent() || isAuthorized(request, client)
                ? fault
                : Optional.of(ResultCode.NOT_AUTHORIZED);
    }

    private boolean isAuthorized(PcpRequest request, Requester client) {
        if (request.thirdParty().isPresent()) {
            return isForWhomItMay(request.thirdParty().get(), client);
        }
        if (!client.isIpv4()) {
            // No external address is of its family: there is nothing to map for itself.
            return request instanceof AnnounceRequest;
        }
        // PCP-SRV-010: on an open link anybody may send, but nothing is done for strangers.
        return control.isSubscriber(client.ip()) || isPortal(client);
    }

    private void serveMap(MapRequest map, Decoded.Accepted accepted, Requester client) {
        if (control.isDedicated(map.internalAddress().ipv4().orElseThrow())) {
            decideMap(map, accepted, client);
            return;
        }
        boolean allPorts = map.internalPort() == ALL_PORTS;
        boolean mappable = MAPPABLE.contains(map.protocol());
        if (allPorts
                && map.lifetimeSeconds() == 0
                && (mappable || map.protocol() == ALL_PROTOCOLS)) {
            // RFC 6887 §15.1: this ends a mapping of all ports only, and nobody can have one here.
            answer(client, ResultCode.SUCCESS, deleted(map, 0, PortSpan.ASKED, client));
        } else if (allPorts || !mappable) {
            // RFC 6887 §11.3: all ports need an external address that is not shared.
            refuse(accepted, client, ResultCode.UNSUPP_PROTOCOL);
        } else {
            decideMap(map, accepted, client);
        }
    }

    private void decideMap(MapRequest map, Decoded.Accepted accepted, Requester client) {
        if (!MapAnswers.fits(map, settings.descriptionBytes())) {
            // RFC 6887 §7.3: what cannot be answered must not be done.
            refuse(accepted, client, ResultCode.MALFORMED_REQUEST);
            return;
        }
        owedCount++;
        var answers = new MapAnswers.Count();
        control.map(
                MapCommands.of(map, client, settings.descriptionBytes()),
                nowNs,
                wallMillis,
                outcome -> {
                    owedCount -= answers.isNone() ? 1 : 0;
                    if (answers.mayBeOneMore()) {
                        answerMap(outcome, map, accepted, client);
                    } else {
                        counters.increment(PcpCounter.REFRESHED_SILENTLY);
                    }
                });
    }

    private void servePeer(PeerRequest peer, Decoded.Accepted accepted, Requester client) {
        boolean isDedicated = control.isDedicated(peer.internalAddress().ipv4().orElseThrow());
        Optional<ResultCode> fault = PeerService.fault(peer, isDedicated);
        if (fault.isPresent()) {
            refuse(accepted, client, fault.get());
            return;
        }
        owedCount++;
        control.peers()
                .peer(
                        PeerService.command(peer, client, settings.descriptionBytes()),
                        nowNs,
                        wallMillis,
                        outcome -> {
                            owedCount--;
                            answer(
                                    client,
                                    PeerService.resultCode(outcome),
                                    PeerService.response(
                                            outcome,
                                            peer,
                                            accepted,
                                            settings.descriptionBytes(),
                                            epochSeconds(client)));
                        });
    }

    /** Not for a host that it may not ask for, or of a family without external addresses here. */
    private boolean isForWhomItMay(PcpAddress host, Requester client) {
        return host.isIpv4()
                && settings.thirdParties().mayAskFor(client.address(), host.ipv4().getAsInt());
    }

    private void answerMap(
            MapOutcome outcome, MapRequest map, Decoded.Accepted accepted, Requester client) {
        switch (outcome) {
            case MapOutcome.Granted granted ->
                    answer(client, ResultCode.SUCCESS, granted(map, granted, client));
            case MapOutcome.Deleted(long lifetimeSeconds, PortSpan span) ->
                    answer(client, ResultCode.SUCCESS, deleted(map, lifetimeSeconds, span, client));
            case MapOutcome.Refused(MapOutcome.Reason reason, long lifetimeSeconds) -> {
                ResultCode code = resultCode(reason);
                answer(client, code, accepted.refuse(code, lifetimeSeconds, epochSeconds(client)));
            }
        }
    }

    private PcpResponse granted(MapRequest map, MapOutcome.Granted granted, Requester client) {
        PcpAddress assigned = PcpAddress.ofIpv4(granted.externalIp());
        int port = granted.externalPort();
        var set = MapAnswers.set(map, granted.span(), port);
        return MapAnswers.processed(
                        MapAnswers.about(map, granted.span()), granted.description(), settings, set)
                .granted(granted.lifetimeSeconds(), port, assigned, epochSeconds(client));
    }

    private PcpResponse deleted(
            MapRequest map, long lifetimeSeconds, PortSpan span, Requester client) {
        var set = MapAnswers.set(map, span, span.internalPort());
        return MapAnswers.processed(MapAnswers.about(map, span), Description.NONE, settings, set)
                .deleted(lifetimeSeconds, epochSeconds(client));
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
        answer(client, code, accepted.refuse(code, epochSeconds(client)));
    }

    private void answer(Requester client, ResultCode code, PcpResponse response) {
        counters.increment(PcpCounter.answered(code));
        client.reply().send(PcpEncoder.octets(response));
    }

    private long epochSeconds(Requester client) {
        return client.isIpv4()
                ? control.epochs().seconds(client.ip(), nowNs)
                : control.epochs().secondsByIpv6(nowNs);
    }
}
