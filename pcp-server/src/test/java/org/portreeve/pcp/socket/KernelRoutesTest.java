package org.portreeve.pcp.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.testkit.Conformance;

class KernelRoutesTest {
    private static final PcpAddress LOOPBACK = PcpAddress.ofIpv4(0x7f00_0001);

    @Test
    @Conformance("PCP-TP-002")
    void aDeviceThatIsNoneOfTheInsideIsNamed() throws Exception {
        for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
            Optional<PcpAddress> own =
                    device.inetAddresses()
                            .filter(Inet4Address.class::isInstance)
                            .map(PcpAddress::of)
                            .findFirst();
            if (own.isPresent() && !device.isLoopback() && device.isUp()) {
                assertEquals(
                        Optional.of(device.getName()),
                        new KernelRoutes(List.of("lo")).apply(own.get()));
                return;
            }
        }
        assumeTrue(false, "no other device here");
    }

    @Test
    void theLoopbackDeviceIsNamedOnlyWhereItIsListenedOn() {
        assertEquals(Optional.of("lo"), new KernelRoutes(List.of("lo")).apply(LOOPBACK));
        assertEquals(Optional.empty(), new KernelRoutes(List.of()).apply(LOOPBACK));
    }

    @Test
    void whereNoRouteLeadsNoDeviceIsNamed() {
        var ofAnyLink = new PcpAddress(0xfe80_0000_0000_0000L, 1);

        assertEquals(Optional.empty(), new KernelRoutes(List.of("lo")).apply(ofAnyLink));
    }
}
