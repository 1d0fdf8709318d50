package org.portreeve.nat.icmp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.io.PacketBatch;
import org.portreeve.nat.memory.Memory;

class ErrorMessageTest {
    private static final int NODE_IP = 0xc633_6401;
    private static final int LONG_BYTES = 900;
    private static final int SHORT_BYTES = 29;
    private static final int MESSAGE_BYTES = 20 + 8;

    private final long cause = Memory.allocate(LONG_BYTES);

    /** A datagram whose octets are all set, as far as they mean nothing here. */
    private void place(int bytes) {
        byte[] packet = new byte[bytes];
        Arrays.fill(packet, (byte) 0xa5);
        packet[0] = 0x45;
        packet[2] = (byte) (bytes >>> 8);
        packet[3] = (byte) bytes;
        packet[9] = 17;
        Memory.put(cause, packet, 0, bytes);
    }

    private byte[] written(ErrorMessage error, int quoted) {
        long packet = error.write(3, 1, 0, cause, NODE_IP);
        byte[] octets = new byte[PacketBatch.HEADROOM + MESSAGE_BYTES + quoted];
        Memory.get(packet - PacketBatch.HEADROOM, octets, 0, octets.length);
        return octets;
    }

    @Test
    void nothingOfAnEarlierErrorIsLeftInTheNextOne() {
        place(SHORT_BYTES);
        byte[] expected = written(new ErrorMessage(), SHORT_BYTES);

        var error = new ErrorMessage();
        place(LONG_BYTES);
        long packet = error.write(3, 4, 1_400, cause, NODE_IP);
        // Whoever sends it may write into it.
        int bytes = PacketBatch.HEADROOM + MESSAGE_BYTES;
        byte[] scribble = new byte[bytes];
        Arrays.fill(scribble, (byte) 0x5a);
        Memory.put(packet - PacketBatch.HEADROOM, scribble, 0, bytes);
        place(SHORT_BYTES);

        assertArrayEquals(expected, written(error, SHORT_BYTES));
    }
}
