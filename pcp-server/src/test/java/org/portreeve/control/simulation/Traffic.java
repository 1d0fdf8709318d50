package org.portreeve.control.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;

/** Packets of hosts and strangers, and what must be true of those that get through. */
final class Traffic {
    private static final int REMOTES = 64;
    private static final int FLOWS = 4096;
    private static final int BUSY_HOSTS = 80;
    private static final int JAM_ROUNDS = 40;
    private static final int JAM = 64;
    private static final int LARGE_BYTES = 1_400;
    private static final int TRIES = 16;
    private static final int[] PROTOCOLS = {
        Protocol.UDP, Protocol.UDP, Protocol.TCP, Protocol.TCP, Protocol.ICMP
    };
    private static final int[] SEGMENTS = {
        TcpHeader.SYN,
        TcpHeader.SYN | TcpHeader.ACK,
        TcpHeader.ACK,
        TcpHeader.ACK | TcpHeader.PSH,
        TcpHeader.FIN | TcpHeader.ACK,
        TcpHeader.RST
    };

    private final SplittableRandom random;
    private final Population population;
    private final ExternalWatch externals;
    private final Tally tally;
    private WholeNode node;
    private BiConsumer<Packet, Packet> inbound = (_, _) -> {};
    private Supplier<Optional<InternalTuple>> filtered = Optional::empty;

    /** What was sent, by number. */
    private final Packet[] sent = new Packet[Packet.NUMBERS];

    private final int[] sides = new int[Packet.NUMBERS];
    private final long[] sentNs = new long[Packet.NUMBERS];

    /** Packets as they left to the outside: what to answer. */
    private final Packet[] seenOutside = new Packet[FLOWS];

    /** Packets of hosts whose translation is in the same place above. */
    private final Packet[] seenInside = new Packet[FLOWS];

    private int nextNumber;
    private int nextNewcomer;

    Traffic(SplittableRandom random, Population population, ExternalWatch externals, Tally tally) {
        this.random = random;
        this.population = population;
        this.externals = externals;
        this.tally = tally;
    }

    void goesThrough(WholeNode node) {
        this.node = node;
    }

    /** Somebody hears of each packet that reached a host from outside, and of how it came. */
    void isHeardBy(BiConsumer<Packet, Packet> listener) {
        inbound = listener;
    }

    /** Somebody knows the external tuple of a lease that lets in some, and not others. */
    void aimsAt(Supplier<Optional<InternalTuple>> filtered) {
        this.filtered = filtered;
    }

    // ------------------------------------------------------------------ what comes

    /** Hosts send, one after the other until all did. */
    void newcomers() {
        newcomers(1 + random.nextInt(400));
    }

    void newcomers(int count) {
        for (int left = count; left > 0; left--) {
            nextNewcomer = (nextNewcomer + 1) % population.hosts();
            fromInside(opening(nextNewcomer));
        }
    }

    void outbound() {
        for (int left = burst(); left > 0; left--) {
            fromInside(opening(host()));
        }
    }

    /** Either side of what is there says more. */
    void replies() {
        for (int left = burst(); left > 0; left--) {
            int flow = random.nextInt(FLOWS);
            if (seenOutside[flow] == null) {
                continue;
            }
            if (random.nextBoolean()) {
                fromInside(again(seenInside[flow]));
            } else {
                fromOutside(answer(seenOutside[flow]));
            }
        }
    }

    void strangers() {
        for (int left = burst(); left > 0; left--) {
            Optional<InternalTuple> aim =
                    random.nextInt(4) == 0 ? filtered.get() : Optional.empty();
            fromOutside(aim.map(this::knocking).orElseGet(this::stranger));
        }
    }

    private Packet stranger() {
        Packet known = seenOutside[random.nextInt(FLOWS)];
        boolean isKnown = known != null && random.nextInt(4) > 0;
        int protocol = isKnown ? known.protocol() : protocol();
        return packet(
                protocol,
                Knobs.REMOTE + random.nextInt(256),
                1 + random.nextInt(65_535),
                isKnown ? known.sourceIp() : address(),
                isKnown ? known.sourcePort() : random.nextInt(65_536));
    }

    /** One whom a lease lets in, or his neighbour. */
    private Packet knocking(InternalTuple external) {
        return packet(
                external.protocol(),
                Knobs.REMOTE + random.nextInt(REMOTES),
                1 + random.nextInt(FilterWatch.PORTS),
                external.internalIp(),
                external.internalPort());
    }

    void hairpin() {
        for (int left = burst(); left > 0; left--) {
            Packet known = seenOutside[random.nextInt(FLOWS)];
            if (known != null) {
                int host = host();
                fromInside(
                        packet(
                                known.protocol(),
                                Population.ip(host),
                                port(host),
                                known.sourceIp(),
                                known.sourcePort()));
            }
        }
    }

    /** More large datagrams to one shard than can be handed to it while it stands still. */
    void jam(int target) {
        for (int round = 0; round < JAM_ROUNDS; round++) {
            for (int left = JAM; left > 0; left--) {
                int remote = Knobs.REMOTE + random.nextInt(REMOTES);
                int host = hostOf(target);
                Packet packet = packet(Protocol.UDP, Population.ip(host), port(host), remote, 1);
                send(PacketPort.INSIDE, packet, LARGE_BYTES);
            }
            for (int shard = 0; shard < Knobs.SHARDS; shard++) {
                node.turnShard(shard);
            }
        }
    }

    /** A host whose packets a shard translates; another one when none was found. */
    private int hostOf(int shard) {
        int host = host();
        for (int tries = 0; tries < TRIES && !isOf(host, shard); tries++) {
            host = random.nextInt(population.hosts());
        }
        return host;
    }

    private boolean isOf(int host, int shard) {
        long pairing = node.pairing(Population.ip(host));
        return pairing != Directory.NONE
                && node.config.nat().shardOf(Directory.addressIndex(pairing)) == shard;
    }

    /** Nothing of it may get through. */
    void garbage() {
        for (int left = burst(); left > 0; left--) {
            int side = random.nextBoolean() ? PacketPort.INSIDE : PacketPort.OUTSIDE;
            byte[] octets = opening(host()).octets();
            switch (random.nextInt(8)) {
                // No version that is translated.
                case 0 -> {
                    random.nextBytes(octets);
                    octets[0] = (byte) ((octets[0] & 0x0f) | 0x60);
                }
                // No protocol that is.
                case 1 -> octets[9] = 47;
                // A fragment.
                case 2 -> octets[7] = 9;
                // Shorter than its header.
                case 3 -> octets[3] = 19;
                // A source that is neither a subscriber's nor, on this side, a stranger's.
                case 4 -> octets[12] = (byte) (side == PacketPort.INSIDE ? 192 : 224);
                // A destination that nobody can have.
                case 5 -> octets[16] = 127;
                // One that is inside, or not in the pool.
                case 6 -> {
                    octets[16] = 100;
                    octets[17] = 64;
                }
                default -> octets[0] = 0x41;
            }
            inject(side, octets);
        }
    }

    // ------------------------------------------------------------------ what leaves

    /** A packet left the node. */
    void onLeft(MemoryPacket left, boolean isLate) {
        tally.packetsOut++;
        if (isLate) {
            // Whose its external tuple was then cannot be told any more.
            return;
        }
        Packet packet = Packet.read(left.bytes());
        if (packet.isError()) {
            errorLeft(left.side(), packet);
            return;
        }
        Packet origin = sent[packet.number()];
        assertTrue(origin != null, () -> "nobody sent " + packet);
        if (left.side() == PacketPort.OUTSIDE) {
            leftOutside(packet, origin);
        } else {
            leftInside(packet, origin);
        }
    }

    /** The node's own errors come from an external address, and go to who can be told. */
    private void errorLeft(int side, Packet error) {
        tally.errors++;
        // Perhaps one that has left the pool since.
        assertTrue(PoolWatch.isExternal(error.sourceIp()), () -> "shows who it is: " + error);
        int host = Population.host(error.destinationIp());
        boolean isHost = 0 <= host && host < population.hosts();
        assertEquals(side == PacketPort.INSIDE, isHost, () -> "told the wrong side: " + error);
    }

    private void leftOutside(Packet packet, Packet origin) {
        assertEquals(PacketPort.INSIDE, sides[packet.number()], "sent back outside");
        assertEquals(origin.destinationIp(), packet.destinationIp());
        if (isListed(origin.protocol(), origin.destinationIp(), origin.destinationPort())) {
            leftUntranslated(packet, origin);
        } else {
            checkOwner(packet, origin.source());
        }
        int flow = random.nextInt(FLOWS);
        seenOutside[flow] = packet;
        seenInside[flow] = origin;
    }

    private void leftInside(Packet packet, Packet origin) {
        boolean isHairpin = sides[packet.number()] == PacketPort.INSIDE;
        if (isHairpin) {
            tally.hairpins++;
            // RFC 4787 REQ-9: the sender's external tuple, never its internal one. Whose that was
            // cannot be told of one that another shard was slow to take.
            if (sentNs[packet.number()] == node.nowNs()) {
                checkOwner(packet, origin.source());
            }
        } else {
            assertEquals(origin.sourceIp(), packet.sourceIp());
        }
        if (Knobs.INSIDE.contains(origin.destinationIp())) {
            assertTrue(
                    isListed(origin.protocol(), origin.sourceIp(), origin.sourcePort()),
                    () -> "let in untranslated: " + origin);
            leftUntranslated(packet, origin);
            return;
        }
        assertEquals(
                packet.destination(),
                ownerOf(origin.destination(), packet.sourceIp()),
                () -> "given to the wrong host: " + origin);
        if (!isHairpin) {
            inbound.accept(packet, origin);
        }
    }

    /** Whether a remote endpoint is reached untranslated; queries have no port. */
    private boolean isListed(int protocol, int remoteIp, int remotePort) {
        int port = protocol == Protocol.ICMP ? 0 : remotePort;
        return node.knobs.nat().passThrough().stream()
                .anyMatch(listed -> listed.matches(protocol, remoteIp, port));
    }

    private void leftUntranslated(Packet packet, Packet origin) {
        assertEquals(origin, packet, "translated, though listed");
        tally.untranslated++;
    }

    private void checkOwner(Packet packet, InternalTuple internal) {
        InternalTuple external = packet.source();
        int remoteIp = packet.destinationIp();
        boolean isHairpin = Knobs.INSIDE.contains(remoteIp);
        if (externals.isShared(external)) {
            tally.sharedPackets++;
        }
        if (isHairpin && externals.isShared(external)) {
            // Its remote address was another subscriber's external one.
            return;
        }
        assertEquals(
                internal, ownerOf(external, remoteIp), () -> "the external tuple of " + external);
        externals.onPacket(external, remoteIp, internal, packet.isReset(), node.nowNs());
    }

    private InternalTuple ownerOf(InternalTuple external, int remoteIp) {
        assertTrue(
                node.addressIndex(external.internalIp()) >= 0,
                () -> "no external tuple: " + external);
        return node.ownerOf(external, remoteIp)
                .orElseThrow(() -> new AssertionError("nobody's external tuple: " + external));
    }

    // ------------------------------------------------------------------ how they look

    private Packet opening(int host) {
        return packet(
                protocol(),
                Population.ip(host),
                port(host),
                Knobs.REMOTE + random.nextInt(REMOTES),
                1 + random.nextInt(8));
    }

    private Packet answer(Packet packet) {
        int kind =
                packet.protocol() == Protocol.ICMP
                        ? IcmpHeader.ECHO_REPLY
                        : kind(packet.protocol());
        return packet.answered(kind);
    }

    private Packet again(Packet packet) {
        return packet.of(kind(packet.protocol()), packet.number());
    }

    private Packet packet(int protocol, int fromIp, int fromPort, int toIp, int toPort) {
        boolean isQuery = protocol == Protocol.ICMP;
        int kind = isQuery ? IcmpHeader.ECHO : protocol == Protocol.TCP ? TcpHeader.SYN : 0;
        return new Packet(protocol, fromIp, fromPort, toIp, isQuery ? fromPort : toPort, kind, 0);
    }

    private int kind(int protocol) {
        return switch (protocol) {
            case Protocol.TCP -> SEGMENTS[random.nextInt(SEGMENTS.length)];
            case Protocol.ICMP -> IcmpHeader.ECHO;
            default -> 0;
        };
    }

    private int protocol() {
        return PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    }

    /** A host: often one of a few, who come to their limits. */
    int host() {
        return random.nextInt(population.hosts() * (random.nextBoolean() ? 1 : 0) + BUSY_HOSTS)
                % population.hosts();
    }

    private int port(int host) {
        return 1024 + random.nextInt(host < BUSY_HOSTS ? 80 : 3);
    }

    private int address() {
        List<Integer> addresses = node.addresses();
        return addresses.get(random.nextInt(addresses.size()));
    }

    private int burst() {
        return 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 20);
    }

    private void fromInside(Packet packet) {
        send(PacketPort.INSIDE, packet);
    }

    private void fromOutside(Packet packet) {
        send(PacketPort.OUTSIDE, packet);
    }

    private void send(int side, Packet packet) {
        send(side, packet, 0);
    }

    private void send(int side, Packet packet, int payloadBytes) {
        nextNumber = (nextNumber + 1) % Packet.NUMBERS;
        Packet numbered = packet.of(packet.kind(), nextNumber);
        sent[nextNumber] = numbered;
        sides[nextNumber] = side;
        sentNs[nextNumber] = node.nowNs();
        inject(side, numbered.octets(payloadBytes));
    }

    private void inject(int side, byte[] octets) {
        int shard = random.nextInt(Knobs.SHARDS);
        if (node.devices.get(shard).inject(side, octets)) {
            tally.packetsIn++;
        }
    }
}
