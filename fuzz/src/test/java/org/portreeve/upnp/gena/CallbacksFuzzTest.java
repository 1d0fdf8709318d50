package org.portreeve.upnp.gena;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.portreeve.nat.Ipv4;

/** Where subscribers want their events. */
class CallbacksFuzzTest {
    private static final int CALLER = Ipv4.of("100.64.0.7");

    @FuzzTest(maxDuration = "1m")
    void whatIsReadCanBeCalled(byte[] header) {
        if (Callbacks.read(new String(header, ISO_8859_1), CALLER)
                instanceof Callbacks.Read.Accepted(var urls)) {
            assertTrue(!urls.isEmpty() && urls.size() <= Callbacks.MAX_URLS);
            for (Callbacks.Callback url : urls) {
                assertTrue(url.port() > 0 && url.port() < 1 << 16);
                // It becomes a request line.
                assertTrue(url.path().startsWith("/"));
                assertTrue(url.path().chars().allMatch(c -> c > ' ' && c != 0x7f), url::path);
            }
        }
    }
}
