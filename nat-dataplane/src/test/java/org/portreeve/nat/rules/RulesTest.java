package org.portreeve.nat.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.portreeve.nat.rules.Behaviour.ADDRESS_AND_PORT_DEPENDENT;
import static org.portreeve.nat.rules.Behaviour.ADDRESS_DEPENDENT;
import static org.portreeve.nat.rules.Behaviour.ENDPOINT_INDEPENDENT;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;

class RulesTest {
    private static final PortRange PORTS = new PortRange(1_024, 65_535);
    private static final Rules.Quota QUOTA = new Rules.Quota(1, 2, 3, 4, 5);
    private static final Rules.Eif EIF = new Rules.Eif(1, 2, 3, 4, true);

    private static Rules filtered(Behaviour udp, Behaviour tcp, Application... applications) {
        var mapping = new Rules.Mapping(ADDRESS_DEPENDENT, ADDRESS_DEPENDENT, false);
        var filtering = new Rules.Filtering(udp, tcp);
        return new Rules(QUOTA, PORTS, mapping, filtering, EIF, List.of(applications));
    }

    private static Application application(Behaviour filtering) {
        return new Application(
                Protocol.UDP, Application.Side.INTERNAL, PORTS, ENDPOINT_INDEPENDENT, filtering);
    }

    @Test
    void contactsMatterWhereAnythingIsFilteredByAddress() {
        Behaviour open = ENDPOINT_INDEPENDENT;
        Behaviour strict = ADDRESS_AND_PORT_DEPENDENT;
        assertEquals(false, filtered(open, strict).filtersByAddress());
        assertEquals(false, filtered(strict, open, application(strict)).filtersByAddress());
        assertEquals(true, filtered(ADDRESS_DEPENDENT, open).filtersByAddress());
        assertEquals(true, filtered(open, ADDRESS_DEPENDENT).filtersByAddress());
        Rules byApplication =
                filtered(open, open, application(open), application(ADDRESS_DEPENDENT));
        assertEquals(true, byApplication.filtersByAddress());
    }

    @Test
    void limitsOfProtocolsAreTheirs() {
        var each = new Rules.PortsOf(7, 8, 9);
        assertEquals(7, each.of(Protocol.TCP));
        assertEquals(8, each.of(Protocol.UDP));
        assertEquals(9, each.of(Protocol.ICMP));
        assertEquals(new Rules.Quota(1, 2, 3, 4, 5, each), QUOTA.with(each));
        assertEquals(Rules.PortsOf.ANY, QUOTA.each());
    }

    @Test
    void whatIsNotSaidIsOpenAndUnbounded() {
        Rules rules = Rules.of(QUOTA, PORTS, EIF);
        assertEquals(
                new Rules.Mapping(ENDPOINT_INDEPENDENT, ENDPOINT_INDEPENDENT, false),
                rules.mapping());
        assertEquals(
                new Rules.Filtering(ENDPOINT_INDEPENDENT, ENDPOINT_INDEPENDENT), rules.filtering());
        assertEquals(List.of(), rules.applications());
        assertEquals(false, EIF.inboundPackets().isBounded());
        assertEquals(true, new Rules.PacketRate(1, 1).isBounded());
        var other = new Rules.Quota(9, 9, 9, 9, 9);
        assertEquals(Rules.of(other, PORTS, EIF), rules.with(other));
    }
}
