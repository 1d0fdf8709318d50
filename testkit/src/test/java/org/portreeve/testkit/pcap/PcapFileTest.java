package org.portreeve.testkit.pcap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class PcapFileTest {
    private static final String FILE_HEADER = "d4c3b2a1020004000000000000000000ffff000001000000";
    private static final String RECORD_HEADER = "0200000003000000" + "2a0000002a000000";
    private static final String FRAME =
            ("0200000000010200000000020800" + "4500001c00000000401100006440000263" + "000202")
                    + ("1b581388" + "00080000");

    @Test
    void aUdpPacketIsReadWithItsPorts() throws IOException {
        List<CapturedPacket> packets = read(FILE_HEADER + RECORD_HEADER + FRAME);

        CapturedPacket expected =
                new CapturedPacket(2_000_003, 17, "100.64.0.2", "99.0.2.2", 7000, 5000, 28);
        assertEquals(List.of(expected), packets);
    }

    @Test
    void aRecordCutAtTheEndIsLeftOut() throws IOException {
        assertEquals(List.of(), read(FILE_HEADER + RECORD_HEADER + FRAME.substring(0, 40)));
    }

    @Test
    void anotherKindOfFileIsRefused() {
        assertThrows(IOException.class, () -> read("00".repeat(24)));
    }

    private static List<CapturedPacket> read(String hex) throws IOException {
        return PcapFile.read(HexFormat.of().parseHex(hex));
    }
}
