package org.portreeve.pcp.wire;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.portreeve.control.Nonce;
import org.portreeve.nat.Prefix;

/** Messages in good form, drawn from a seed. */
final class RandomMessages {
    private static final int MAX_FILTERS = 36;
    private static final int MAX_TEXT = 30;

    private final SplittableRandom random;

    RandomMessages(long seed) {
        this.random = new SplittableRandom(seed);
    }

    PcpRequest request() {
        return switch (random.nextInt(3)) {
            case 0 -> announce();
            case 1 -> map();
            default -> peer();
        };
    }

    PcpResponse response() {
        Decoded.Accepted accepted = accepted(request());
        if (random.nextInt(3) == 0) {
            // UNSUPP_VERSION (1) is read as an outcome of its own, so it cannot round trip.
            ResultCode code = ResultCode.of(random.nextInt(2, 14)).orElseThrow();
            return accepted.refuse(code, seconds(), seconds());
        }
        return switch (accepted.request()) {
            case PcpRequest.AnnounceRequest announce ->
                    announce.success(seconds(), announce.options());
            case PcpRequest.MapRequest map -> map.granted(seconds(), port(), address(), seconds());
            case PcpRequest.PeerRequest peer ->
                    peer.granted(seconds(), port(), address(), seconds());
        };
    }

    private static Decoded.Accepted accepted(PcpRequest request) {
        return new Decoded.Accepted(request, RequestEcho.of(PcpEncoder.octets(request)));
    }

    private PcpRequest map() {
        PcpAddress client = address();
        long lifetimeSeconds = seconds();
        int protocol = random.nextInt(256);
        int internalPort = protocol == 0 ? 0 : port();
        int suggestedPort = port();
        List<PcpOption> options = thirdParty();
        if (lifetimeSeconds != 0 && suggestedPort != 0 && random.nextBoolean()) {
            options.add(new PcpOption.PreferFailure());
        }
        int filters =
                lifetimeSeconds == 0 || random.nextBoolean() ? 0 : random.nextInt(MAX_FILTERS);
        PcpAddress internal = PcpFields.thirdParty(options).orElse(client);
        for (int count = 0; count < filters; count++) {
            options.add(filter(internal.isIpv4()));
        }
        // One with padding at most, at the end: tshark takes padding before another option for one.
        if (lifetimeSeconds != 0 && random.nextInt(4) == 0) {
            options.add(new PcpOption.Description(text()));
        } else if (random.nextInt(4) == 0) {
            options.add(prefix64());
        } else if (!options.contains(new PcpOption.PreferFailure()) && random.nextInt(4) == 0) {
            options.add(
                    new PcpOption.PortSet(
                            random.nextInt(1, 65_536), internalPort, random.nextBoolean()));
        }
        return new PcpRequest.MapRequest(
                client,
                lifetimeSeconds,
                nonce(),
                protocol,
                internalPort,
                suggestedPort,
                address(),
                options);
    }

    private PcpRequest announce() {
        List<PcpOption> options = random.nextBoolean() ? List.of() : List.of(prefix64());
        return new PcpRequest.AnnounceRequest(address(), seconds(), options);
    }

    private PcpRequest peer() {
        return new PcpRequest.PeerRequest(
                address(),
                seconds(),
                nonce(),
                random.nextInt(1, 256),
                random.nextInt(1, 65_536),
                port(),
                address(),
                random.nextInt(1, 65_536),
                address(),
                thirdParty());
    }

    private List<PcpOption> thirdParty() {
        List<PcpOption> options = new ArrayList<>();
        if (random.nextInt(4) == 0) {
            options.add(new PcpOption.ThirdParty(address()));
            if (random.nextInt(4) == 0) {
                options.add(new PcpOption.ThirdPartyId(realm()));
            }
        }
        return options;
    }

    /** Without padding: tshark takes that before another option for one. */
    private RealmId realm() {
        byte[] octets = new byte[4 * random.nextInt(1, 8)];
        random.nextBytes(octets);
        return RealmId.parse("0x" + HexFormat.of().formatHex(octets)).orElseThrow();
    }

    private PcpOption filter(boolean ipv4) {
        if (random.nextInt(8) == 0) {
            return new PcpOption.Filter(0, port(), address());
        }
        return ipv4
                ? new PcpOption.Filter(
                        random.nextInt(96, 129), port(), PcpAddress.ofIpv4(random.nextInt()))
                : new PcpOption.Filter(random.nextInt(1, 129), port(), address6());
    }

    private String text() {
        int[] kinds = {'a', 0xfc, 0x6f22, 0x1f3b2, '\n', 0x202e};
        var text = new StringBuilder();
        for (int left = random.nextInt(MAX_TEXT); left > 0; left--) {
            text.appendCodePoint(kinds[random.nextInt(kinds.length)]);
        }
        return text.toString();
    }

    private PcpOption prefix64() {
        int[] lengths = {4, 5, 6, 7, 8, 12};
        List<Prefix> destinations = new ArrayList<>();
        for (int left = random.nextInt(3); left > 0; left--) {
            int length = random.nextInt(1, 33);
            destinations.add(new Prefix(random.nextInt() & (-1 << (32 - length)), length));
        }
        return new PcpOption.Prefix64(
                lengths[random.nextInt(lengths.length)],
                random.nextLong(),
                random.nextInt(),
                destinations);
    }

    private PcpAddress address() {
        return random.nextBoolean() ? PcpAddress.ofIpv4(random.nextInt()) : address6();
    }

    private PcpAddress address6() {
        return new PcpAddress(random.nextLong(), random.nextLong());
    }

    private Nonce nonce() {
        return new Nonce(random.nextLong(), random.nextInt());
    }

    private int port() {
        return random.nextInt(65_536);
    }

    private long seconds() {
        return random.nextInt(8) == 0 ? 0 : random.nextLong(1L << 32);
    }
}
