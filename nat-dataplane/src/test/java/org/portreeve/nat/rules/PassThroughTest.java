package org.portreeve.nat.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;

class PassThroughTest {
    private static final int SERVER = Ipv4.of("203.0.113.9");

    @Test
    void whatIsWrittenIsWhatIsRead() {
        for (String text :
                List.of(
                        "203.0.113.0/28",
                        "203.0.113.9/32 tcp",
                        "203.0.113.9/32 udp 53-53",
                        "0.0.0.0/0 25-26")) {
            assertEquals(Optional.of(text), PassThrough.parse(text).map(PassThrough::toString));
        }
        assertEquals(PassThrough.parse("203.0.113.9/32 53"), PassThrough.parse("203.0.113.9 53"));
    }

    @Test
    void anythingElseIsRefused() {
        for (String text :
                List.of(
                        "",
                        "tcp",
                        "203.0.113.1/28",
                        "203.0.113.0/28 icmp",
                        "203.0.113.0/28 tcp udp",
                        "203.0.113.0/28 53 tcp",
                        "203.0.113.0/28  53",
                        "203.0.113.0/28 0",
                        "203.0.113.0/28 9-8",
                        "203.0.113.0/28 65536",
                        "203.0.113.0/28 tcp 53 54")) {
            assertEquals(Optional.empty(), PassThrough.parse(text), text);
        }
    }

    @Test
    void nothingButWhatIsListedMatches() {
        PassThrough all = PassThrough.parse("203.0.113.8/31").orElseThrow();
        PassThrough dns = PassThrough.parse("203.0.113.9 udp 53-54").orElseThrow();
        PassThrough ports = PassThrough.parse("203.0.113.9 53").orElseThrow();
        for (int protocol : new int[] {Protocol.TCP, Protocol.UDP, Protocol.ICMP}) {
            int port = protocol == Protocol.ICMP ? 0 : 53;
            assertEquals(true, all.matches(protocol, SERVER, port));
            assertEquals(false, all.matches(protocol, SERVER + 1, port));
            assertEquals(protocol == Protocol.UDP, dns.matches(protocol, SERVER, port));
            assertEquals(protocol != Protocol.ICMP, ports.matches(protocol, SERVER, port));
        }
        assertEquals(true, dns.matches(Protocol.UDP, SERVER, 54));
        assertEquals(false, dns.matches(Protocol.UDP, SERVER, 52));
        assertEquals(false, dns.matches(Protocol.UDP, SERVER, 55));
        assertEquals(false, dns.matches(Protocol.UDP, SERVER - 1, 53));
    }
}
