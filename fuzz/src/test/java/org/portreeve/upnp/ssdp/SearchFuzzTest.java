package org.portreeve.upnp.ssdp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Searches of strangers. */
class SearchFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void whatIsReadIsFitForAnAnswer(byte[] datagram) {
        SearchRequest.read(datagram)
                .ifPresent(search -> {
                    String target = search.target();
                    assertTrue(!target.isEmpty() && target.chars().allMatch(c -> c > ' '));
                    assertTrue(target.chars().allMatch(c -> c < 0x7f), "what a header may hold");
                    assertTrue(search.maxWaitSeconds().orElse(1) >= 1);
                });
    }
}
