package org.portreeve.bench.differential;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.lab.Lab;
import org.portreeve.testkit.pcp.PcpRequests;

/** Builds datagrams, those that no client should send among them. The seed gives the nonces. */
final class Requests {
    /** A usual lifetime. */
    static final int LIFETIME_SECONDS = 3_600;

    private static final int FIRST_PORT = 20_000;
    private static final int NAT_PMP_BYTES = 12;
    private static final int SUGGESTED_ADDRESS = 44;
    private static final int ADDRESS_BYTES = 16;

    private final RandomGenerator random;
    private int nextPort = FIRST_PORT;

    Requests(RandomGenerator random) {
        this.random = random;
    }

    /** An internal port that no question has used. */
    int port() {
        return nextPort++;
    }

    byte[] nonce() {
        byte[] nonce = new byte[PcpRequests.NONCE_BYTES];
        random.nextBytes(nonce);
        return nonce;
    }

    /** A number from the first to the last, both included. */
    int between(int first, int last) {
        return random.nextInt(first, last + 1);
    }

    byte[] octets(int count) {
        byte[] octets = new byte[count];
        random.nextBytes(octets);
        return octets;
    }

    /** A MAP for UDP of a port of its own. */
    byte[] map() {
        return map(PcpRequests.UDP, port(), 0, LIFETIME_SECONDS);
    }

    byte[] map(int protocol, int internalPort, int suggestedPort, int lifetimeSeconds) {
        return PcpRequests.map(
                Lab.SUB, nonce(), protocol, internalPort, suggestedPort, lifetimeSeconds);
    }

    byte[] peer(int protocol, int internalPort, String remote, int remotePort) {
        return PcpRequests.peer(
                Lab.SUB, nonce(), protocol, internalPort, remote, remotePort, LIFETIME_SECONDS);
    }

    /** RFC 6886 §3.3. */
    static byte[] natPmp(int opcode, int internalPort, int suggestedPort, int lifetimeSeconds) {
        return ByteBuffer.allocate(NAT_PMP_BYTES)
                .put(1, (byte) opcode)
                .putShort(4, (short) internalPort)
                .putShort(6, (short) suggestedPort)
                .putInt(8, lifetimeSeconds)
                .array();
    }

    /** The same with another lifetime. */
    static byte[] lasting(byte[] request, int lifetimeSeconds) {
        return ByteBuffer.wrap(request.clone()).putInt(4, lifetimeSeconds).array();
    }

    /** The same with one octet changed. */
    static byte[] changed(byte[] request, int place, int octet) {
        byte[] changed = request.clone();
        changed[place] = (byte) octet;
        return changed;
    }

    /** The same, cut or drawn out with zeros. */
    static byte[] sized(byte[] request, int lengthBytes) {
        return Arrays.copyOf(request, lengthBytes);
    }

    /** The same with another nonce. */
    byte[] renonced(byte[] request) {
        return ByteBuffer.wrap(request.clone()).put(24, nonce()).array();
    }

    /** The same with a suggested external port. */
    static byte[] suggesting(byte[] request, int port) {
        return ByteBuffer.wrap(request.clone()).putShort(42, (short) port).array();
    }

    /** The same with a suggested external address, as 16 octets. */
    static byte[] suggesting(byte[] request, byte[] address) {
        return ByteBuffer.wrap(request.clone())
                .put(SUGGESTED_ADDRESS, address, 0, ADDRESS_BYTES)
                .array();
    }

    /** An address as PCP has it. */
    static byte[] address(String dotted) {
        return Arrays.copyOfRange(PcpRequests.announce(dotted), 8, 8 + ADDRESS_BYTES);
    }
}
