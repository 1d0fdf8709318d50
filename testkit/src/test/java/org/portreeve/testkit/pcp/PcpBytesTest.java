package org.portreeve.testkit.pcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PcpBytesTest {
    private static final String NONCE = "0102030405060708090a0b0c";

    @Test
    void aMapRequestIsWrittenAsTheRfcDrawsIt() {
        byte[] nonce = HexFormat.of().parseHex(NONCE);

        byte[] request = PcpRequests.map("100.64.0.2", nonce, 17, 0x1234, 0x5678, 3_600);

        assertEquals(
                "02010000"
                        + "00000e10"
                        + "00000000000000000000ffff64400002"
                        + NONCE
                        + "11000000"
                        + "12345678"
                        + "00000000000000000000ffff00000000",
                HexFormat.of().formatHex(request));
    }

    @Test
    void aMapAnswerIsReadWithItsTuple() {
        PcpAnswer answer =
                PcpAnswer.of(
                        HexFormat.of()
                                .parseHex(
                                        "02810000"
                                                + "00000e10"
                                                + "00000063"
                                                + "000000000000000000000000"
                                                + NONCE
                                                + "11000000"
                                                + "1234c000"
                                                + "00000000000000000000ffffc6336401"));

        assertEquals(
                new PcpAnswer(1, 0, 3_600, 99, NONCE, 17, 0x1234, 0xc000, "198.51.100.1"), answer);
    }

    @Test
    void anEpochThatGoesOnIsAcceptedAndOneThatStartsAgainIsNot() {
        EpochCheck check = new EpochCheck();

        assertTrue(check.accepts(1_000, 500));
        assertTrue(check.accepts(61_000, 560));
        assertFalse(check.accepts(62_000, 0));
    }
}
