package org.portreeve.nat.io.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelDropsTest {
    @Test
    void theCounterIsFoundByItsName() {
        List<String> netstat =
                List.of(
                        "TcpExt: SyncookiesSent IPReversePathFilter TCPTimeouts",
                        "TcpExt: 3 17 5",
                        "IpExt: InNoRoutes IPReversePathFilter",
                        "IpExt: 1 99");

        assertEquals(17, KernelDrops.parse(netstat));
    }

    @Test
    void aKernelThatDoesNotTellHasDroppedNothing() {
        assertEquals(0, KernelDrops.parse(List.of("TcpExt: TCPTimeouts", "TcpExt: 5")));
        assertEquals(0, KernelDrops.parse(List.of()));
    }
}
