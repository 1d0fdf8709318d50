package org.portreeve.pcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.portreeve.pcp.RawRequest.ANY_IPV4;
import static org.portreeve.pcp.RawRequest.join;
import static org.portreeve.pcp.RawRequest.map;
import static org.portreeve.pcp.RawRequest.mapped;
import static org.portreeve.pcp.RawRequest.option;
import static org.portreeve.pcp.RawRequest.preferFailure;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.portreeve.control.ControlConfig;
import org.portreeve.control.PortControl;
import org.portreeve.control.RecoveredState;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.policy.RequestRate;
import org.portreeve.control.view.Sizes;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.wire.PcpAddress;
import org.portreeve.testkit.Conformance;

/**
 * Goal: no octets from anybody stop the server, hang it or stay with it. Method: requests with some
 * octets changed, and random octets, go through the whole of it, port control and translator
 * included, on a clock that a test turns; then nobody says anything for two days, and nothing may
 * be left. {@code -Dportreeve.datagrams=10000000} sends so many.
 */
class AnyDatagramTest {
    private static final int DATAGRAMS = Integer.getInteger("portreeve.datagrams", 4_000);
    private static final RequestRate UNLIMITED = new RequestRate(1_000_000, 1_000_000);
    private static final String PORTAL = "127.200.0.1";
    private static final int HOSTS = 6;

    /** For whom the portal may ask: a changed octet may name one that never asks itself. */
    private static final Prefix TARGETS = Prefix.of("127.18.0.0/29");

    private static final int TARGET_COUNT = 8;

    /** The portal asks for itself too. */
    private static final int SUBSCRIBERS = TARGET_COUNT + 1;

    private static final int MOST_EACH = 8;
    private static final long SECOND_NS = 1_000_000_000L;

    /** What counts no datagram's end. */
    private static final Set<PcpCounter> ABOUT_NO_DATAGRAM =
            EnumSet.of(
                    PcpCounter.RECEIVED,
                    PcpCounter.REFRESHED_SILENTLY,
                    PcpCounter.ANSWER_UNSENT,
                    PcpCounter.READ_FAILED,
                    PcpCounter.ANNOUNCED_LINK,
                    PcpCounter.ANNOUNCED_CLIENT,
                    PcpCounter.UPDATED);

    private final Counters<PcpCounter> counters = new Counters<>(PcpCounter.class);
    private final MemoryPort packets = new MemoryPort();
    private final PortControl control;
    private final PcpServer server;
    private final Shard shard;
    private SplittableRandom random = new SplittableRandom(1);
    private long nowNs = 1_000 * SECOND_NS;
    private long wallMillis = 1_700_000_000_000L;
    private int longestAnswer;
    private String lastHost = "127.18.0.1";
    private String sender = PORTAL;

    AnyDatagramTest() {
        ControlConfig config = PcpNode.config(UNLIMITED);
        var directory = new Directory();
        var link = new ShardLink(64);
        shard =
                new Shard(
                        0,
                        config.nat(),
                        directory,
                        link,
                        packets,
                        new Handover(1),
                        ShardSecrets.of(new SplittableRandom(1)),
                        nowNs);
        control =
                new PortControl(
                        config,
                        directory,
                        List.of(link),
                        new MemoryJournal(),
                        RecoveredState.empty(),
                        nowNs,
                        wallMillis);
        var natPmp = new NatPmpServer(control, new Counters<>(NatPmpCounter.class));
        server = new PcpServer(control, UNLIMITED, counters, natPmp);
        server.use(
                new PcpSettings(
                        true,
                        true,
                        PcpSettings.USUAL.announce(),
                        new ThirdParties(List.of(Prefix.of(PORTAL)), List.of(TARGETS)),
                        PcpSettings.USUAL.nat64()));
    }

    @ParameterizedTest(name = "-Dseed={0}")
    @MethodSource("org.portreeve.testkit.Seeds#all")
    @Conformance("PCP-SEC-006")
    void anyOctetsAreDealtWithAndNothingOfThemStays(long seed) {
        random = new SplittableRandom(seed);
        for (int count = 0; count < DATAGRAMS; count++) {
            sender = random.nextInt(10) == 0 ? PORTAL : host();
            server.onDatagram(datagram(), requester(), nowNs, wallMillis);
            if (random.nextInt(8) == 0) {
                pass(random.nextLong(SECOND_NS / 10));
                assertBounded();
            }
        }
        pass(SECOND_NS);

        assertEquals(0, server.owedCount());
        // A request of a set may be answered for each mapping that it touched.
        assertTrue(ended() >= counters.value(PcpCounter.RECEIVED), "one ended in no counter");
        assertTrue(counters.value(PcpCounter.ANSWERED_SUCCESS) > DATAGRAMS / 20);
        assertTrue(longestAnswer <= 1100, () -> "an answer of " + longestAnswer + " octets");
        for (long seconds = 0; seconds < 2 * 86_400; seconds += 300) {
            pass(300 * SECOND_NS);
        }
        assertEquals(new Sizes(0, 0, 0, 0, 0), control.sizes());
    }

    private void assertBounded() {
        Sizes sizes = control.sizes();
        boolean isBounded =
                sizes.leases() <= SUBSCRIBERS * MOST_EACH
                        && sizes.holds() <= 2 * SUBSCRIBERS * MOST_EACH
                        && sizes.subscribers() <= SUBSCRIBERS;
        assertTrue(isBounded, sizes::toString);
    }

    private long ended() {
        return Arrays.stream(PcpCounter.values())
                .filter(counter -> !ABOUT_NO_DATAGRAM.contains(counter))
                .mapToLong(counters::value)
                .sum();
    }

    private void pass(long ns) {
        nowNs += ns;
        wallMillis += ns / 1_000_000;
        int quiet = 0;
        for (int round = 0; quiet < 2; round++) {
            assertTrue(round < 10_000, "it never comes to rest");
            int done = server.doWork(nowNs, wallMillis) + shard.doWork(nowNs);
            quiet = done == 0 ? quiet + 1 : 0;
        }
        while (packets.poll().isPresent()) {
            // What the translator sends is of no interest.
        }
    }

    private Requester requester() {
        int port = random.nextInt(50) == 0 ? 0 : 40_000;
        PcpReply reply = this::answered;
        return random.nextInt(10) == 0
                ? new Requester(new PcpAddress(random.nextLong(), 1), port, "", reply)
                : new Requester(Ipv4.of(sender), port, reply);
    }

    private void answered(byte[] answer) {
        // What NAT-PMP does not know comes back as long as it was (RFC 6886 §3.5).
        longestAnswer = Math.max(longestAnswer, answer[0] == 0 ? 0 : answer.length);
    }

    /** Mostly the same as in the request before, so that many requests are of their sender. */
    private String host() {
        if (random.nextInt(4) == 0) {
            lastHost = "127.18.0." + random.nextInt(1, HOSTS + 1);
        }
        return lastHost;
    }

    private byte[] datagram() {
        byte[] octets =
                switch (random.nextInt(8)) {
                    case 0 -> randomOctets();
                    case 1 -> RawRequest.announce(host());
                    case 2 ->
                            new byte[] {
                                0, (byte) random.nextInt(3), 0, 0, 0x1f, 1, 0, 0, 0, 0, 9, 9
                            };
                    case 3, 4 -> peer();
                    default -> mapping();
                };
        if (random.nextBoolean()) {
            return octets;
        }
        byte[] changed =
                random.nextInt(4) == 0
                        ? Arrays.copyOf(octets, random.nextInt(octets.length + 20))
                        : octets;
        for (int change = random.nextInt(4); change > 0 && changed.length > 0; change--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
        }
        return changed;
    }

    private byte[] randomOctets() {
        byte[] octets = new byte[random.nextInt(1_300)];
        random.nextBytes(octets);
        return octets;
    }

    private byte[] mapping() {
        String client = random.nextInt(8) == 0 ? host() : sender;
        int port = random.nextInt(4000, 4020);
        long seconds = random.nextInt(3) == 0 ? 0 : random.nextInt(100_000);
        int protocol = random.nextBoolean() ? RawRequest.TCP : RawRequest.UDP;
        byte[] request =
                map(
                        client,
                        random.nextInt(3),
                        protocol,
                        port,
                        seconds,
                        random.nextInt(65_536),
                        random.nextBoolean() ? ANY_IPV4 : mapped(PcpNode.EXTERNAL));
        return join(request, options(client, port));
    }

    private byte[] options(String client, int port) {
        if (client.equals(PORTAL) && random.nextInt(4) > 0) {
            return option(1, mapped(host()));
        }
        return switch (random.nextInt(8)) {
            case 0 -> preferFailure();
            case 1 -> option(1, mapped(client));
            case 2 -> option(3, join(new byte[] {0, (byte) 120, 0, 80}, mapped("203.0.113.0")));
            case 3 -> option(128, "a name".getBytes(US_ASCII));
            case 4 ->
                    option(
                            130,
                            ByteBuffer.allocate(5)
                                    .putShort((short) random.nextInt(1, 9))
                                    .putShort((short) port)
                                    .put((byte) random.nextInt(2))
                                    .array());
            default -> new byte[0];
        };
    }

    private byte[] peer() {
        byte[] request = join(mapping(), new byte[20]);
        request[1] = 2;
        ByteBuffer.wrap(request).putShort(60, (short) 443).put(64, mapped("203.0.113.9"));
        return request;
    }
}
