package org.portreeve.testkit.hostile;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.portreeve.testkit.pcp.PcpOptions;
import org.portreeve.testkit.pcp.PcpRequests;

/** Makes the datagrams of each kind of attack, by chance. */
final class Arsenal {
    private static final int[] LIFETIMES = {0, 1, 119, 120, 3_600, 86_400, Integer.MAX_VALUE, -1};
    private static final int[] PROTOCOLS = {PcpRequests.UDP, PcpRequests.TCP};
    private static final int[] SET_SIZES = {1, 2, 8, 64, 65_535};
    private static final int FIRST_OWN_PORT = 30_000;
    private static final int OWN_PORTS = 40;
    private static final int MOST_FILTERS = 40;
    private static final int MOST_NOISE_BYTES = 64;
    private static final int MOST_DRAWN_OUT_BYTES = 60;
    private static final int CLIENT = 8;
    private static final int ADDRESS_BYTES = 16;
    private static final int NAT_PMP_BYTES = 12;

    private final String own;
    private final RandomGenerator random;
    private final byte[] ownNonce;
    private final List<Victim> victims = new ArrayList<>();
    private final List<byte[]> captured = new ArrayList<>();

    /** That of a subscriber with this address. */
    Arsenal(String own, RandomGenerator random) {
        this.own = own;
        this.random = random;
        this.ownNonce = random(PcpRequests.NONCE_BYTES);
    }

    void add(Victim victim) {
        victims.add(victim);
    }

    /** A request of somebody else, as it was sent. */
    void capture(byte[] request) {
        captured.add(request);
    }

    Victim someVictim() {
        return victims.get(random.nextInt(victims.size()));
    }

    /** A datagram that the hostile subscriber sends from its own address. */
    byte[] next(Attack attack) {
        return switch (attack) {
            case OWN_MAPPING -> own(someOwnPort(), 0, someLifetime());
            case OWN_DELETION -> own(random.nextInt(2) * someOwnPort(), 0, 0);
            case GRAB -> grab();
            case OTHER_NAME -> wrong(someVictim());
            case REPLAY -> someCaptured();
            case THIRD_PARTY -> thirdParty(own);
            case FILTERS -> filters();
            case SET -> set();
            case PREFIX64 -> PcpOptions.with(own(someOwnPort(), 0, 3_600), PcpOptions.prefix64());
            case PEER -> peer();
            case ANNOUNCE -> PcpRequests.announce(own);
            case NAT_PMP -> natPmp(random.nextInt(3), someOwnPort(), someVictim(), someLifetime());
            case MUTATION -> mutated(someCaptured().clone());
            case NOISE -> random(random.nextInt(MOST_NOISE_BYTES));
            case SPOOFED, PORTAL ->
                    throw new IllegalArgumentException("it is sent from another address");
        };
    }

    /** A datagram that is sent from the address of a victim: its own tuple, another nonce. */
    byte[] spoofed(Victim victim) {
        return switch (random.nextInt(4)) {
            // Only of a mapping with a nonce, which NAT-PMP may read.
            case 0 ->
                    natPmp(
                            victim.protocol() == PcpRequests.UDP ? 1 : 2,
                            victim.internalPort(),
                            victim,
                            someLifetime());
            case 1 -> map(victim.address(), victim.protocol(), 0, 0);
            default -> wrong(victim);
        };
    }

    /** A request of a victim's tuple with another nonce, at times with options. */
    private byte[] wrong(Victim victim) {
        byte[] request =
                map(victim.address(), victim.protocol(), victim.internalPort(), someLifetime());
        return switch (random.nextInt(4)) {
            case 0 -> PcpOptions.with(request, PcpOptions.noFilters());
            case 1 -> PcpOptions.with(request, PcpOptions.description("taken"));
            default -> request;
        };
    }

    private byte[] grab() {
        int port = someVictim().externalPort();
        byte[] request = own(someOwnPort(), port, 3_600);
        return random.nextBoolean()
                ? request
                : PcpOptions.with(request, PcpOptions.preferFailure());
    }

    /** In its own name, with its own nonce or with one that its mappings do not know. */
    private byte[] own(int internalPort, int suggestedPort, int lifetimeSeconds) {
        byte[] nonce = random.nextBoolean() ? ownNonce : random(PcpRequests.NONCE_BYTES);
        return PcpRequests.map(
                own, nonce, someProtocol(), internalPort, suggestedPort, lifetimeSeconds);
    }

    /** In the name of a client, with the nonce and the tuple of somebody else. */
    byte[] thirdParty(String client) {
        byte[] request = someCaptured().clone();
        byte[] address =
                Arrays.copyOfRange(PcpRequests.announce(client), CLIENT, CLIENT + ADDRESS_BYTES);
        System.arraycopy(address, 0, request, CLIENT, ADDRESS_BYTES);
        ByteBuffer.wrap(request).putInt(4, someLifetime());
        return PcpOptions.with(request, PcpOptions.thirdParty(someVictim().address()));
    }

    private byte[] filters() {
        byte[] request = map(own, someProtocol(), someOwnPort(), 3_600);
        int count = random.nextInt(MOST_FILTERS);
        for (int i = 0; i < count; i++) {
            String network = "198.18." + random.nextInt(256) + "." + random.nextInt(256);
            int length = random.nextInt(40);
            request =
                    PcpOptions.with(
                            request, PcpOptions.filter(network, length, random.nextInt(65_536)));
        }
        return request;
    }

    private byte[] set() {
        int first = someOwnPort();
        byte[] request = own(first, 0, someLifetime());
        int size = SET_SIZES[random.nextInt(SET_SIZES.length)];
        return PcpOptions.with(request, PcpOptions.portSet(size, first, random.nextBoolean()));
    }

    private byte[] peer() {
        String remote = "203.0.113." + random.nextInt(256);
        return PcpRequests.peer(
                own,
                random(PcpRequests.NONCE_BYTES),
                someProtocol(),
                someOwnPort(),
                remote,
                random.nextInt(65_536),
                someLifetime());
    }

    /** RFC 6886 §3.3; operation 0 asks for the external address alone (§3.2). */
    private static byte[] natPmp(int operation, int port, Victim victim, int lifetimeSeconds) {
        ByteBuffer request = ByteBuffer.allocate(NAT_PMP_BYTES).put(1, (byte) operation);
        request.putShort(4, (short) port).putShort(6, (short) victim.externalPort());
        request.putInt(8, lifetimeSeconds);
        return operation == 0 ? Arrays.copyOf(request.array(), 2) : request.array();
    }

    private byte[] mutated(byte[] request) {
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            request[random.nextInt(request.length)] = (byte) random.nextInt();
        }
        return random.nextBoolean()
                ? request
                : Arrays.copyOf(request, random.nextInt(request.length + MOST_DRAWN_OUT_BYTES));
    }

    private byte[] map(String client, int protocol, int port, int lifetimeSeconds) {
        byte[] nonce = random(PcpRequests.NONCE_BYTES);
        return PcpRequests.map(client, nonce, protocol, port, lifetimeSeconds);
    }

    private byte[] someCaptured() {
        return captured.get(random.nextInt(captured.size()));
    }

    private int someProtocol() {
        return PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    }

    private int someOwnPort() {
        return FIRST_OWN_PORT + random.nextInt(OWN_PORTS);
    }

    private int someLifetime() {
        return LIFETIMES[random.nextInt(LIFETIMES.length)];
    }

    private byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
