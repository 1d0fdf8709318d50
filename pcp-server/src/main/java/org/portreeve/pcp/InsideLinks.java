package org.portreeve.pcp;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.portreeve.control.Client;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * The links of this node, and which of them lead to a client. Immutable. Port-control thread only.
 *
 * @param all one for each address that is listened on
 * @param deviceTowards the device that leads to an address, which need not be one of the links';
 *     empty when that is not known
 */
public record InsideLinks(
        List<InsideLink> all, Function<PcpAddress, Optional<String>> deviceTowards) {
    /** No links at all. */
    public static final InsideLinks NONE = new InsideLinks(List.of(), _ -> Optional.empty());

    /** Takes a copy of the list. */
    public InsideLinks {
        all = List.copyOf(all);
    }

    /**
     * Whether a host's datagrams may come by a device: not when the way to it leads by another one,
     * for then somebody wrote its address who is not it.
     */
    boolean mayComeBy(String device, PcpAddress host) {
        return device.isEmpty() || deviceTowards.apply(host).stream().allMatch(device::equals);
    }

    /**
     * The links that a client may have asked on: nobody remembers which address that was, but not
     * all of them lead there.
     */
    List<InsideLink> towards(Client client) {
        List<InsideLink> ipv4 = all.stream().filter(link -> link.listen().isIpv4()).toList();
        boolean isOneDevice = ipv4.stream().map(InsideLink::device).distinct().count() <= 1;
        if (isOneDevice) {
            return ipv4;
        }
        // It asked on one of them, so it is not where no link leads.
        Optional<String> device =
                deviceTowards
                        .apply(PcpAddress.ofIpv4(client.ip()))
                        .filter(name -> ipv4.stream().anyMatch(l -> l.device().equals(name)));
        return ipv4.stream()
                .filter(link -> device.stream().allMatch(link.device()::equals))
                .toList();
    }
}
