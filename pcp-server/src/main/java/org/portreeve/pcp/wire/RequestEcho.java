package org.portreeve.pcp.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What an error answer carries back of its request: the opcode, and octets 12 on, cut to 1100
 * octets and padded to a multiple of four (RFC 6887 §8.2). That is how a client knows which request
 * was refused. Immutable.
 */
public final class RequestEcho {
    private static final int ADDRESS_TAIL_BYTES = PcpFormat.HEADER_BYTES - PcpFormat.ADDRESS_TAIL;

    private final int opcodeNumber;

    /** The message from {@link PcpFormat#ADDRESS_TAIL} on. */
    private final byte[] tail;

    private RequestEcho(int opcodeNumber, byte[] tail) {
        this.opcodeNumber = opcodeNumber;
        this.tail = tail;
    }

    /** The echo of a message of at least two octets, a request or an error answer. */
    static RequestEcho of(byte[] message) {
        int kept = Math.min(message.length, PcpFormat.MAX_MESSAGE_BYTES);
        // PCP-RSP-008: a request shorter than a header is lengthened, as the answer needs one.
        int lengthBytes = Math.max(PcpFormat.padded(kept), PcpFormat.HEADER_BYTES);
        byte[] tail = new byte[lengthBytes - PcpFormat.ADDRESS_TAIL];
        if (kept > PcpFormat.ADDRESS_TAIL) {
            int tailBytes = kept - PcpFormat.ADDRESS_TAIL;
            System.arraycopy(message, PcpFormat.ADDRESS_TAIL, tail, 0, tailBytes);
        }
        return new RequestEcho(message[PcpFormat.OPCODE] & PcpFormat.OPCODE_MASK, tail);
    }

    /** The request's opcode, which may be one that nobody knows. */
    public int opcodeNumber() {
        return opcodeNumber;
    }

    /** The length of the answer that carries this. */
    int messageBytes() {
        return PcpFormat.ADDRESS_TAIL + tail.length;
    }

    /** The echo for a request that was parsed: those 96 bits are then zero (RFC 6887 §7.2). */
    RequestEcho withoutAddressTail() {
        byte[] cleared = tail.clone();
        Arrays.fill(cleared, 0, ADDRESS_TAIL_BYTES, (byte) 0);
        return new RequestEcho(opcodeNumber, cleared);
    }

    void write(ByteBuffer octets) {
        octets.put(tail);
    }

    /**
     * Whether this came from the given request: same opcode and, where there is one, same nonce,
     * protocol, internal port and remote peer (RFC 6887 §11.4, §12.4).
     */
    public boolean isOf(PcpRequest request) {
        int lengthBytes = request.opcode().minMessageBytes();
        if (opcodeNumber != request.opcode().number() || messageBytes() < lengthBytes) {
            return false;
        }
        byte[] sent = of(PcpEncoder.octets(request)).tail;
        return switch (request) {
            case PcpRequest.AnnounceRequest _ -> true;
            case PcpRequest.MapRequest _ -> repeatsMapping(sent);
            case PcpRequest.PeerRequest _ ->
                    repeatsMapping(sent)
                            && repeats(sent, PcpFormat.REMOTE_PORT, Short.BYTES)
                            && repeats(sent, PcpFormat.REMOTE_ADDRESS, PcpAddress.LENGTH);
        };
    }

    private boolean repeatsMapping(byte[] sent) {
        int nonceAndProtocolBytes = PcpFormat.PROTOCOL + 1 - PcpFormat.NONCE;
        return repeats(sent, PcpFormat.NONCE, nonceAndProtocolBytes)
                && repeats(sent, PcpFormat.INTERNAL_PORT, Short.BYTES);
    }

    private boolean repeats(byte[] sent, int messageOffset, int lengthBytes) {
        int from = messageOffset - PcpFormat.ADDRESS_TAIL;
        int to = from + lengthBytes;
        return Arrays.equals(tail, from, to, sent, from, to);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RequestEcho echo
                && opcodeNumber == echo.opcodeNumber
                && Arrays.equals(tail, echo.tail);
    }

    @Override
    public int hashCode() {
        return 31 * opcodeNumber + Arrays.hashCode(tail);
    }

    /** Its size only: the octets hold a nonce. */
    @Override
    public String toString() {
        return "echo of opcode " + opcodeNumber + ", " + messageBytes() + " octets";
    }
}
