package org.portreeve.pcp;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.portreeve.control.Client;

/**
 * The links of this node, and which of them lead to a client. Immutable. Port-control thread only.
 *
 * @param all one for each address that is listened on
 * @param deviceTowards the device that leads to an IPv4 address; empty when that is not known
 */
public record InsideLinks(List<InsideLink> all, IntFunction<Optional<String>> deviceTowards) {
    /** No links at all. */
    public static final InsideLinks NONE = new InsideLinks(List.of(), _ -> Optional.empty());

    /** Takes a copy of the list. */
    public InsideLinks {
        all = List.copyOf(all);
    }

    /**
     * Whether a host's datagrams may come by a device: not when the way to it leads by another one
     * of ours, for then somebody wrote its address who is not it.
     */
    boolean mayComeBy(String device, int ip) {
        return device.isEmpty() || deviceTowards.apply(ip).stream().allMatch(device::equals);
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
        Optional<String> device = deviceTowards.apply(client.ip());
        return ipv4.stream()
                .filter(link -> device.stream().allMatch(link.device()::equals))
                .toList();
    }
}
