package org.portreeve.pcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.portreeve.control.Client;
import org.portreeve.control.KnownClients;
import org.portreeve.control.MappingUpdate;
import org.portreeve.control.PortControl;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpRequest;
import org.portreeve.pcp.wire.PcpResponse;
import org.portreeve.pcp.wire.ResultCode;

/**
 * What the server says unasked: announcements of a start or a loss, to all hosts of a link and to
 * each known client (RFC 6887 §14.1.3, RFC 6886 §3.2.1), and updates of single mappings (RFC 6887
 * §14.2). Datagrams to single hosts leave no faster than configured. Port-control thread only.
 */
final class Unasked {
    /** What single hosts are told at once, in parts of what they are told in a second. */
    private static final int BURST_PARTS = 20;

    /** Steps of walks in one turn of the loop. */
    private static final int STEPS = 512;

    /** How often clients are told that theirs alone is another epoch. */
    private static final int CONCERNED_COPIES = 3;

    /** What 1100 octets have for options besides PREFER_FAILURE or a set (RFC 6887 §7). */
    private static final int OPTION_BYTES = 1_100 - 60 - 12;

    private static final int FILTER_BYTES = 4 + 20;

    private final PortControl control;
    private final NatPmpServer natPmp;
    private final Counters<PcpCounter> counters;
    private final Announcing everybody = new Announcing();
    private final ClientRounds each;
    private final ClientRounds concerned;
    private AnnounceSettings settings = AnnounceSettings.USUAL;
    private Realms realms = Realms.NONE;
    private Nat64Prefixes nat64 = Nat64Prefixes.NONE;
    private TokenBucket pace = pace(AnnounceSettings.USUAL);
    private InsideLinks links = InsideLinks.NONE;

    Unasked(PortControl control, NatPmpServer natPmp, Counters<PcpCounter> counters) {
        this.control = control;
        this.natPmp = natPmp;
        this.counters = counters;
        KnownClients clients = control.clients();
        this.each = new ClientRounds(clients::walk, clients::forgetLost);
        this.concerned = new ClientRounds(clients::walkConcerned, () -> {});
    }

    private static TokenBucket pace(AnnounceSettings settings) {
        int burst = Math.max(1, settings.perSecond() / BURST_PARTS);
        return new TokenBucket(new RequestRate(settings.perSecond(), burst));
    }

    /** Where announcements go and where clients are. */
    void links(InsideLinks links) {
        this.links = links;
    }

    /** Announces so from the next announcement on. */
    void use(AnnounceSettings settings) {
        if (!settings.equals(this.settings)) {
            this.settings = settings;
            pace = pace(settings);
        }
    }

    /** Announcements tell these from now on. */
    void use(Nat64Prefixes nat64) {
        this.nat64 = nat64;
    }

    /** How hosts that others ask for are named from now on. */
    void use(Realms realms) {
        this.realms = realms;
    }

    /** Announces this node, now and again and again in case that gets lost. */
    void announce(long nowNs) {
        if (settings.multicast()) {
            everybody.begin(settings.copies(), nowNs);
        }
        if (settings.unicast()) {
            each.begin(settings.copies(), nowNs);
        } else {
            each.cease();
        }
    }

    /**
     * Says what is due.
     *
     * @param isPcp whether PCP is spoken
     * @param isNatPmp whether NAT-PMP is
     */
    void doWork(boolean isPcp, boolean isNatPmp, long nowNs, long wallMillis) {
        if (control.epochs().takeNewForAll()) {
            announce(nowNs);
        }
        if (everybody.poll(nowNs)) {
            for (InsideLink link : links.all()) {
                announceTo(link, isPcp, isNatPmp, nowNs, wallMillis);
            }
        }
        if (isPcp) {
            tellOwners(nowNs);
            tellClients(each, nowNs);
            tellConcerned(nowNs);
        } else {
            // What they would hear later would be old by then.
            control.updates().clear();
            each.cease();
            concerned.cease();
        }
    }

    private void announceTo(
            InsideLink link, boolean isPcp, boolean isNatPmp, long nowNs, long wallMillis) {
        if (isPcp) {
            announceTo(link, nowNs);
        }
        if (isNatPmp && link.listen().isIpv4()) {
            int listenIp = link.listen().ipv4().orElseThrow();
            natPmp.announcement(listenIp, nowNs, wallMillis, link.everybody()::send);
        }
    }

    /**
     * PCP-EPO-004: what all hear is one epoch; where they have several, each hears its own. Who
     * asks by IPv6 has the same as all others there.
     */
    private void announceTo(InsideLink link, long nowNs) {
        OptionalLong epochSeconds =
                link.listen().isIpv4()
                        ? control.epochs().ofLink(link.listen().ipv4().orElseThrow(), nowNs)
                        : OptionalLong.of(control.epochs().secondsByIpv6(nowNs));
        if (epochSeconds.isPresent()) {
            counters.increment(PcpCounter.ANNOUNCED_LINK);
            link.everybody().send(announcement(epochSeconds.getAsLong()));
        } else {
            counters.increment(PcpCounter.NOT_ANNOUNCED_LINK);
        }
    }

    /** RFC 7225 §4.2: the prefixes are the same for all clients, and so may be in it. */
    private byte[] announcement(long epochSeconds) {
        return PcpEncoder.octets(
                new PcpResponse.AnnounceResponse(epochSeconds, List.copyOf(nat64.prefixes())));
    }

    private void tellClients(ClientRounds rounds, long nowNs) {
        for (int step = 0; step < STEPS && rounds.isDue(nowNs) && pace.isReady(nowNs); step++) {
            rounds.next(nowNs).ifPresent(client -> tellEpoch(client, nowNs));
        }
    }

    private void tellEpoch(Client client, long nowNs) {
        long epochSeconds = control.epochs().seconds(client.ip(), nowNs);
        tell(client, announcement(epochSeconds), PcpCounter.ANNOUNCED_CLIENT);
    }

    /** Those of an address that leaves the pool come over some turns; who is late waits. */
    private void tellConcerned(long nowNs) {
        if (concerned.isOver() && control.clients().areConcerned()) {
            concerned.begin(Math.min(CONCERNED_COPIES, settings.copies()), nowNs);
            if (!settings.unicast()) {
                concerned.cease();
            }
        }
        tellClients(concerned, nowNs);
    }

    private void tellOwners(long nowNs) {
        Optional<MappingUpdate> update = nextUpdate(nowNs);
        while (update.isPresent()) {
            byte[] octets = PcpEncoder.octets(response(update.get(), nowNs));
            tell(update.get().client(), octets, PcpCounter.UPDATED);
            update = nextUpdate(nowNs);
        }
    }

    private Optional<MappingUpdate> nextUpdate(long nowNs) {
        return pace.isReady(nowNs) ? control.updates().poll(nowNs) : Optional.empty();
    }

    private void tell(Client client, byte[] octets, PcpCounter counter) {
        for (InsideLink link : links.towards(client)) {
            // What is more than one for a client is paid by those who come next.
            pace.take();
            counters.increment(counter);
            link.one().send(octets, client.ip(), client.port());
        }
    }

    private PcpResponse response(MappingUpdate update, long nowNs) {
        long epochSeconds = control.epochs().seconds(update.client().ip(), nowNs);
        return update.isImpossible()
                ? impossible(update, epochSeconds)
                : new PcpResponse.MapResponse(
                        update.lifetimeSeconds(),
                        epochSeconds,
                        update.nonce(),
                        update.internal().protocol(),
                        update.internal().internalPort(),
                        update.externalPort(),
                        PcpAddress.ofIpv4(update.externalIp()),
                        options(update));
    }

    /** RFC 6887 §14.2: as if the owner had asked again for what it insists on. */
    private PcpResponse impossible(MappingUpdate update, long epochSeconds) {
        List<PcpOption> options = options(update);
        if (bytes(options) <= OPTION_BYTES) {
            options.add(new PcpOption.PreferFailure());
        }
        return new PcpRequest.MapRequest(
                        PcpAddress.ofIpv4(update.client().ip()),
                        update.lifetimeSeconds(),
                        update.nonce(),
                        update.internal().protocol(),
                        update.internal().internalPort(),
                        update.externalPort(),
                        PcpAddress.ofIpv4(update.externalIp()),
                        options)
                .refused(
                        ResultCode.CANNOT_PROVIDE_EXTERNAL, update.lifetimeSeconds(), epochSeconds);
    }

    /** RFC 6887 §14.2: those that say which mapping it is, and whom it lets in. */
    private List<PcpOption> options(MappingUpdate update) {
        List<PcpOption> options = new ArrayList<>();
        int hostIp = update.internal().internalIp();
        if (update.client().ip() != hostIp) {
            options.add(new PcpOption.ThirdParty(PcpAddress.ofIpv4(hostIp)));
            realms.neededFor(hostIp).map(PcpOption.ThirdPartyId::new).ifPresent(options::add);
        }
        int taken = bytes(options);
        update.filters().stream()
                .limit(Math.max(0, OPTION_BYTES - taken) / FILTER_BYTES)
                .map(PcpOption.Filter::of)
                .forEach(options::add);
        if (update.size() > 1 && bytes(options) <= OPTION_BYTES) {
            int first = update.internal().internalPort();
            options.add(new PcpOption.PortSet(update.size(), first, false));
        }
        return options;
    }

    private static int bytes(List<PcpOption> options) {
        return options.stream().mapToInt(PcpOption::messageBytes).sum();
    }
}
