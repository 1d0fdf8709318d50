package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.wish;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.portreeve.testkit.Conformance;

/** A nonce is the proof of ownership: whoever reads what is written of it must not have it. */
class NonceSecrecyTest {
    private static final Nonce SECRET = new Nonce(0x1a2b_3c4d_5e6f_7a8bL, 0x9cad_beef);
    private static final Nonce TRIED = new Nonce(0x7654_3210_0fed_cba9L, 0x1357_9bdf);

    private final ControlRig rig = new ControlRig(1);

    @Test
    @Conformance("PCP-SEC-005")
    void whatIsWrittenOfRequestsAndMappingsNamesNoWholeNonce() {
        rig.granted(wish(WEB, SECRET, 5000, false, 600));
        rig.map(wish(WEB, TRIED, 0, false, 600));
        rig.map(wish(WEB, TRIED, 0, false, 0));
        List<String> written = new ArrayList<>(lines());
        written.add(rig.control.requests().of("100.64.0.10").toString());
        written.add(rig.listed().toString());
        written.add(rig.journal.durable().state().toString());
        written.add(wish(WEB, SECRET, 5000, false, 600).toString());
        rig.map(wish(WEB, SECRET, 0, false, 0));
        written.add(rig.journal.durable().state().toString());

        String all = String.join("\n", written).toLowerCase(Locale.ROOT);

        assertTrue(all.contains("another nonce owns"), all);
        assertTrue(all.contains(SECRET.toString()), all);
        for (Nonce nonce : List.of(SECRET, TRIED)) {
            assertFalse(all.contains(Long.toHexString(nonce.high())), all);
            assertFalse(all.contains(Integer.toHexString(nonce.low())), all);
            assertFalse(all.contains(Long.toString(nonce.high())), all);
            assertFalse(all.contains(Integer.toString(nonce.low())), all);
        }
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        Optional<String> next = rig.control.notices().poll(rig.nowNs);
        while (next.isPresent()) {
            lines.add(next.get());
            next = rig.control.notices().poll(rig.nowNs);
        }
        return lines;
    }
}
