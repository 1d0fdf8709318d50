package org.portreeve.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.portreeve.admin.tls.MadeCertificate;

class NodeNamesTest {
    @TempDir Path directory;

    @Test
    void ipv6AddressesWithTheirZonesAreLeftOut() throws Exception {
        byte[] octets = InetAddress.ofLiteral("2001:db8::7").getAddress();
        InetAddress zoned = Inet6Address.getByAddress("", octets, 3);
        assertEquals("2001:db8:0:0:0:0:0:7%3", zoned.getHostAddress());

        NodeNames names =
                NodeNames.of(
                        "cgn-1",
                        InetAddress.ofLiteral("0.0.0.0"),
                        Stream.of(
                                zoned,
                                InetAddress.ofLiteral("::1"),
                                InetAddress.ofLiteral("169.254.3.4"),
                                InetAddress.ofLiteral("192.0.2.7")));

        assertEquals(Set.of("localhost", "127.0.0.1", "cgn-1"), names.lasting());
        assertEquals(Set.of("192.0.2.7"), names.passing());
        var identity =
                new MadeCertificate(directory.resolve("tls"), new SecureRandom())
                        .forNames(names.lasting(), names.passing(), 0);
        assertEquals(Set.of("localhost", "cgn-1"), identity.dnsNames());
    }

    @Test
    void oneAddressToListenOnLasts() throws Exception {
        NodeNames names =
                NodeNames.of(
                        "not a name!",
                        InetAddress.ofLiteral("192.0.2.7"),
                        Stream.of(InetAddress.ofLiteral("192.0.2.8")));

        assertEquals(Set.of("localhost", "127.0.0.1", "192.0.2.7"), names.lasting());
        assertTrue(names.passing().isEmpty());
    }
}
