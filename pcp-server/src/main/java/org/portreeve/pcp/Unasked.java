package org.portreeve.pcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.portreeve.control.Client;
import org.portreeve.control.MappingUpdate;
import org.portreeve.control.PortControl;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.pcp.wire.PcpEncoder;
import org.portreeve.pcp.wire.PcpOption;
import org.portreeve.pcp.wire.PcpResponse;

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

    /** Filters that 1100 octets have room for beside a host (RFC 6887 §7). */
    private static final int MOST_FILTERS = 42;

    private final PortControl control;
    private final NatPmpServer natPmp;
    private final Counters<PcpCounter> counters;
    private final Announcing everybody = new Announcing();
    private final ClientRounds each;
    private AnnounceSettings settings = AnnounceSettings.USUAL;
    private TokenBucket pace = pace(AnnounceSettings.USUAL);
    private RememberedDevices devices = new RememberedDevices(InsideLinks.NONE.deviceTowards());
    private InsideLinks links = InsideLinks.NONE;

    Unasked(PortControl control, NatPmpServer natPmp, Counters<PcpCounter> counters) {
        this.control = control;
        this.natPmp = natPmp;
        this.counters = counters;
        this.each = new ClientRounds(control.clients());
    }

    private static TokenBucket pace(AnnounceSettings settings) {
        int burst = Math.max(1, settings.perSecond() / BURST_PARTS);
        return new TokenBucket(new RequestRate(settings.perSecond(), burst));
    }

    /** Where announcements go and where clients are. */
    void links(InsideLinks links) {
        devices = new RememberedDevices(links.deviceTowards());
        this.links = new InsideLinks(links.all(), devices);
    }

    /** Announces so from the next announcement on. */
    void use(AnnounceSettings settings) {
        if (!settings.equals(this.settings)) {
            this.settings = settings;
            pace = pace(settings);
        }
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
        if (everybody.poll(nowNs)) {
            for (InsideLink link : links.all()) {
                announceTo(link, isPcp, isNatPmp, nowNs, wallMillis);
            }
        }
        if (isPcp) {
            devices.at(nowNs);
            tellOwners(nowNs);
            tellClients(nowNs);
        } else {
            // What they would hear later would be old by then.
            control.updates().clear();
            each.cease();
        }
    }

    private void announceTo(
            InsideLink link, boolean isPcp, boolean isNatPmp, long nowNs, long wallMillis) {
        if (isPcp) {
            counters.increment(PcpCounter.ANNOUNCED_LINK);
            link.everybody().send(announcement(nowNs));
        }
        if (isNatPmp && link.listen().isIpv4()) {
            int listenIp = link.listen().ipv4().orElseThrow();
            natPmp.announcement(listenIp, nowNs, wallMillis, link.everybody()::send);
        }
    }

    private byte[] announcement(long nowNs) {
        return PcpEncoder.octets(new PcpResponse.AnnounceResponse(control.epochSeconds(nowNs)));
    }

    private void tellClients(long nowNs) {
        for (int step = 0; step < STEPS && each.isDue(nowNs) && pace.isReady(nowNs); step++) {
            Optional<Client> client = each.next(nowNs);
            client.ifPresent(c -> tell(c, announcement(nowNs), PcpCounter.ANNOUNCED_CLIENT));
        }
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
        return new PcpResponse.MapResponse(
                update.lifetimeSeconds(),
                control.epochSeconds(nowNs),
                update.nonce(),
                update.internal().protocol(),
                update.internal().internalPort(),
                update.externalPort(),
                PcpAddress.ofIpv4(update.externalIp()),
                options(update));
    }

    /** RFC 6887 §14.2: those that say which mapping it is, and whom it lets in. */
    private static List<PcpOption> options(MappingUpdate update) {
        List<PcpOption> options = new ArrayList<>();
        if (update.client().ip() != update.internal().internalIp()) {
            PcpAddress host = PcpAddress.ofIpv4(update.internal().internalIp());
            options.add(new PcpOption.ThirdParty(host));
        }
        update.filters().stream()
                .limit(MOST_FILTERS)
                .map(MapCommands::filterOption)
                .forEach(options::add);
        return options;
    }
}
