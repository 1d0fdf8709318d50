package org.portreeve.upnp.gena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.portreeve.nat.Ipv4;

class CallbacksTest {
    private static final int HOST = Ipv4.of("100.64.0.10");

    @Test
    void severalUrlsAreReadInOrder() {
        String header = "<http://100.64.0.10:2869/upnp/eventing/x?y=1> <http://100.64.0.10>";
        assertEquals(
                new Callbacks.Read.Accepted(
                        List.of(
                                new Callbacks.Callback(2869, "/upnp/eventing/x?y=1"),
                                new Callbacks.Callback(80, "/"))),
                Callbacks.read(header, HOST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<http://100.64.0.11/>",
                "<http://192.0.2.1/>",
                "<http://100.64.0.10.example/>",
                "<http://localhost/>",
                "<http://[::1]/>",
                "<http://100.64.0.10/><http://100.64.0.11/>"
            })
    void otherHostsAreForeign(String header) {
        assertInstanceOf(Callbacks.Read.Foreign.class, Callbacks.read(header, HOST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "http://100.64.0.10/",
                "<>",
                "<ftp://100.64.0.10/>",
                "<http://>",
                "<http://100.64.0.10:0/>",
                "<http://100.64.0.10:70000/>",
                "<http://user@100.64.0.10/>",
                "<http://100.64.0.10/> and more"
            })
    void otherTextIsMalformed(String header) {
        assertInstanceOf(Callbacks.Read.Malformed.class, Callbacks.read(header, HOST));
    }

    @Test
    void listIsBounded() {
        String five = "<http://100.64.0.10/>".repeat(5);
        assertInstanceOf(Callbacks.Read.Malformed.class, Callbacks.read(five, HOST));
        String longer = "<http://100.64.0.10/" + "x".repeat(3000) + ">";
        assertInstanceOf(Callbacks.Read.Malformed.class, Callbacks.read(longer, HOST));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    void anyTextIsReadWithoutHarm(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            char[] text = "<http://100.64.0.10:2869/x><http://100.64.0.10>".toCharArray();
            for (int i = 0; i <= random.nextInt(4); i++) {
                text[random.nextInt(text.length)] = (char) random.nextInt(1, 256);
            }
            if (Callbacks.read(new String(text), HOST)
                    instanceof Callbacks.Read.Accepted(List<Callbacks.Callback> urls)) {
                assertTrue(urls.stream().allMatch(url -> url.port() > 0 && url.port() < 65_536));
            }
        }
    }
}
