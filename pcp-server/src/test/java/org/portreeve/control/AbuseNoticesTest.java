package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.control.ControlRig.HOST_A;
import static org.portreeve.control.ControlRig.NONCE;
import static org.portreeve.control.ControlRig.OTHER_NONCE;
import static org.portreeve.control.ControlRig.WEB;
import static org.portreeve.control.ControlRig.wish;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.Ipv4;

/** What an operator reads of subscribers that ask too much or for what is not theirs. */
class AbuseNoticesTest {
    private final ControlRig rig = new ControlRig(1);

    private List<String> lines() {
        rig.settle();
        List<String> lines = new ArrayList<>();
        Optional<String> next = rig.control.notices().poll(rig.nowNs);
        while (next.isPresent()) {
            lines.add(next.get());
            next = rig.control.notices().poll(rig.nowNs);
        }
        return lines;
    }

    private static void assertNames(List<String> lines, String what) {
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.getFirst().contains("subscriber 100.64.0.10"), lines::toString);
        assertTrue(lines.getFirst().contains(what), lines::toString);
    }

    @Test
    void whoAsksForWhatIsAnothersIsNamed() {
        rig.granted(wish(WEB, NONCE, 5000, false, 600));
        rig.map(wish(WEB, OTHER_NONCE, 0, false, 600));
        assertNames(lines(), "asks for mappings that another nonce owns");

        rig.map(wish(WEB, OTHER_NONCE, 0, false, 0));
        assertNames(lines(), "wants to end mappings that another nonce owns");

        rig.map(wish(WEB, NONCE, 0, false, 0));
        rig.map(wish(WEB, OTHER_NONCE, 5000, false, 600));
        assertNames(lines(), "ports that rest for another nonce");
    }

    @Test
    void whoAsksTooMuchIsNamedAndWhoIsNoSubscriberIsCalledThat() {
        while (rig.control.admission().admits(HOST_A, rig.nowNs)) {
            // Until its bucket is empty.
        }
        assertNames(lines(), "faster than its profile lets");

        rig.advance(61);
        int stranger = Ipv4.of("192.0.2.9");
        while (rig.control.admission().admits(stranger, rig.nowNs)) {
            // Likewise.
        }
        List<String> lines = lines();
        assertTrue(lines.getFirst().contains("192.0.2.9 (no subscriber)"), lines::toString);
    }

    @Test
    void tooManyRequestsForOnePortAreTold() {
        for (int i = 0; i < 100; i++) {
            rig.ask(wish(WEB, NONCE, 0, false, 600 + i));
        }
        assertNames(lines(), "one and the same internal port");
    }
}
