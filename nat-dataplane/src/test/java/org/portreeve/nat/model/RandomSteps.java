package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.model.ReferenceNat.Pairing;
import org.portreeve.nat.model.ReferencePorts.External;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.shard.ShardOutcome.Refusal;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;

/** Things that may happen to a translator, in random order, and what port control does about it. */
final class RandomSteps {
    private static final int SUBSCRIBERS = 8;
    private static final int[] INTERNAL_PORTS = {0, 53, 1_024, 5_350, 40_000, 40_001, 65_535};

    /** Out of every range, and the ports of PCP, which nobody gets for UDP. */
    private static final int[] STATIC_PORTS = {0, 1, 80, 5_350, 5_351, 60_000, 65_535};

    private static final int[] REMOTE_PORTS = {0, 53, 443, 65_535};
    private static final int[] PROTOCOLS = {
        Protocol.TCP, Protocol.UDP, Protocol.UDP, Protocol.ICMP
    };
    private static final List<Integer> ICMP_NO_ECHO = List.of(4, 5, 9, 10, 15, 16, 17, 18);
    private static final List<Integer> ICMP_ERRORS = List.of(3, 11, 12);

    /** Of a datagram with nine octets of data. */
    private static final List<Integer> UDP_LENGTHS = List.of(0, 7, 18, 255);

    /** None of those that matter, or such as contradict each other. */
    private static final List<Integer> NO_FLAGS = List.of(0, 0x08, 0x03, 0x06, 0x07);

    /** Less than a TCP header, and more than there is. */
    private static final List<Integer> OFFSETS = List.of(0x40, 0x80);

    private static final long SECOND_NS = 1_000_000_000L;
    private static final int[] FLAGS = {
        TcpHeader.SYN,
        TcpHeader.SYN,
        TcpHeader.SYN,
        TcpHeader.SYN | TcpHeader.ACK,
        TcpHeader.SYN | TcpHeader.ACK,
        TcpHeader.ACK,
        TcpHeader.ACK | TcpHeader.PSH,
        TcpHeader.FIN | TcpHeader.ACK,
        TcpHeader.FIN | TcpHeader.ACK,
        TcpHeader.RST,
        TcpHeader.RST | TcpHeader.ACK
    };

    private final SimulatedNode node;
    private final SplittableRandom random;
    private final int shards;
    private final List<Integer> strangers = new ArrayList<>();
    private final Map<Integer, Integer> subscribers = new LinkedHashMap<>();

    /** Requests between reservation and activation, which hold their place in the mailbox. */
    private final Map<InternalTuple, ShardCommand.ReserveMapping> reserved = new LinkedHashMap<>();

    RandomSteps(SimulatedNode node, SplittableRandom random) {
        this.node = node;
        this.random = random;
        shards = node.config.shardCount();
        for (String text : List.of("0.1.2.3", "127.0.0.1", "224.0.0.1", "255.255.255.255")) {
            strangers.add(Ipv4.of(text));
        }
        strangers.add(Ipv4.of("10.1.1.1"));
        strangers.add(Ipv4.of("100.127.255.255"));
        strangers.add(Ipv4.of("192.168.1.1"));
        strangers.add(node.config.pool().addresses().getFirst());
    }

    /** One step; the story hears what it is before it is done. */
    void next(Consumer<String> story) {
        switch (random.nextInt(36)) {
            case 0, 1, 2, 3 -> outbound(story);
            case 4 -> burst(story);
            case 5, 6, 7, 8 -> inbound(story);
            case 9, 10 -> hairpin(story);
            case 11 -> stranger(story);
            case 12 -> malformed(story);
            case 13, 14 -> reserve(story);
            case 15, 16 -> finish(story);
            case 17 -> end(story);
            case 18, 19, 20 -> answer(story);
            case 21, 22, 23, 24 -> segment(story);
            case 25, 26 -> install(story);
            case 27 -> remove(story);
            case 28 -> query(story);
            case 29 -> changePolicy(story);
            case 30 -> cut(story);
            case 31 -> move(story);
            default -> advance(story);
        }
    }

    // ------------------------------------------------------------------ packets

    private void outbound(Consumer<String> story) {
        send(story, List.of(packet(internal(), remote())));
    }

    private void burst(Consumer<String> story) {
        List<TestPacket> packets = new ArrayList<>();
        Endpoint sender = internal();
        boolean isOneSender = random.nextBoolean();
        for (int count = random.nextInt(2, 40); count > 0; count--) {
            packets.add(packet(isOneSender ? sender : internal(), remote()));
        }
        send(story, packets);
    }

    private void send(Consumer<String> story, List<TestPacket> packets) {
        int shard = random.nextInt(shards);
        story.accept("inside of " + shard + ": " + packets);
        node.fromInside(shard, packets);
    }

    private void inbound(Consumer<String> story) {
        int shard = random.nextInt(shards);
        TestPacket packet = inboundTo(external());
        story.accept("outside of " + shard + ": " + packet);
        node.fromOutside(shard, packet);
    }

    private TestPacket inboundTo(External external) {
        var to = new Endpoint(addressOf(external), external.port());
        int type = random.nextInt(6) == 0 ? IcmpHeader.ECHO : IcmpHeader.ECHO_REPLY;
        return shaped(
                switch (external.protocol()) {
                    case Protocol.TCP -> numbered(TestPacket.tcp(remote(), to, flags()));
                    case Protocol.UDP -> TestPacket.udp(remote(), to);
                    default ->
                            TestPacket.echo(new Endpoint(remote().ip(), to.port()), to.ip(), type);
                });
    }

    /** One of a TCP session that is there, from either end. */
    private void segment(Consumer<String> story) {
        List<ReferenceNat.Ends> known = node.reference.tcpSessions();
        if (known.isEmpty()) {
            return;
        }
        ReferenceNat.Ends ends = pick(known);
        if (random.nextBoolean()) {
            send(story, List.of(numbered(TestPacket.tcp(ends.internal(), ends.remote(), flags()))));
            return;
        }
        int shard = random.nextInt(shards);
        TestPacket packet = numbered(TestPacket.tcp(ends.remote(), ends.external(), flags()));
        story.accept("outside of " + shard + ": " + packet);
        node.fromOutside(shard, packet);
    }

    /** Only from tuples that have a port, which else could not be seen. */
    private void hairpin(Consumer<String> story) {
        External external = external();
        var to = new Endpoint(addressOf(external), external.port());
        TestPacket packet = packet(internal(), to);
        if (node.reference.findsMapping(packet)) {
            send(story, List.of(packet));
        }
    }

    /** Addresses that have no business where they appear. */
    private void stranger(Consumer<String> story) {
        int ip = pick(strangers);
        boolean isSource = random.nextBoolean();
        int shard = random.nextInt(shards);
        if (random.nextBoolean()) {
            var wrong = new Endpoint(ip, 5_260);
            boolean isPool = node.config.pool().addresses().contains(ip);
            TestPacket packet = packet(isSource ? wrong : internal(), isSource ? remote() : wrong);
            if (!isPool || isSource) {
                send(story, List.of(packet));
            }
            return;
        }
        TestPacket packet = inboundTo(external());
        packet =
                isSource
                        ? packet.from(new Endpoint(ip, packet.source().port()))
                        : packet.to(new Endpoint(ip, packet.destination().port()));
        story.accept("outside of " + shard + ": " + packet);
        node.fromOutside(shard, packet);
    }

    private void malformed(Consumer<String> story) {
        TestPacket packet = packet(internal(), remote()).shaped(9, 4, Checksum.RIGHT);
        byte[] bytes = packet.bytes();
        NatCounter reason = spoil(packet.protocol(), bytes);
        int shortened = reason == NatCounter.DROP_TRUNCATED ? random.nextInt(1, bytes.length) : 0;
        boolean isShort = shortened > 0 && random.nextBoolean();
        byte[] received = isShort ? Arrays.copyOf(packet.bytes(), shortened) : bytes;
        int side = random.nextBoolean() ? PacketPort.INSIDE : PacketPort.OUTSIDE;
        story.accept("malformed, " + reason + ": " + Arrays.toString(received));
        node.malformed(random.nextInt(shards), side, received, reason);
    }

    /** Breaks a packet with 24 octets of IPv4 header and names what is then wrong. */
    private NatCounter spoil(int protocol, byte[] bytes) {
        int message = 24;
        return switch (random.nextInt(9)) {
            case 0 -> spoilt(bytes, 0, 0x66, NatCounter.DROP_NOT_IPV4);
            case 1 -> spoilt(bytes, 0, 0x44, NatCounter.DROP_TRUNCATED);
            case 2 -> spoilt(bytes, 2, 1, NatCounter.DROP_TRUNCATED);
            case 3 -> spoilt(bytes, 3, random.nextInt(message + 8), NatCounter.DROP_TRUNCATED);
            case 4 -> spoilt(bytes, 6, 0x20, NatCounter.DROP_FRAGMENT);
            case 5 -> spoilt(bytes, 7, 1, NatCounter.DROP_FRAGMENT);
            case 6 -> spoilt(bytes, 9, 47, NatCounter.DROP_GRE);
            default -> spoilMessage(protocol, bytes, message);
        };
    }

    private NatCounter spoilMessage(int protocol, byte[] bytes, int message) {
        return switch (protocol) {
            case Protocol.ICMP ->
                    random.nextBoolean()
                            ? spoilt(bytes, message, pick(ICMP_NO_ECHO), NatCounter.DROP_ICMP)
                            : spoilt(bytes, message, pick(ICMP_ERRORS), NatCounter.DROP_ICMP_QUOTE);
            case Protocol.UDP ->
                    spoilt(bytes, message + 5, pick(UDP_LENGTHS), NatCounter.DROP_TRUNCATED);
            default ->
                    random.nextBoolean()
                            ? spoilt(bytes, message + 13, pick(NO_FLAGS), NatCounter.DROP_TCP_FLAGS)
                            : spoilt(bytes, message + 12, pick(OFFSETS), NatCounter.DROP_TRUNCATED);
        };
    }

    private static NatCounter spoilt(byte[] bytes, int at, int value, NatCounter reason) {
        bytes[at] = (byte) value;
        return reason;
    }

    private TestPacket packet(Endpoint source, Endpoint destination) {
        int type = random.nextInt(6) == 0 ? IcmpHeader.ECHO_REPLY : IcmpHeader.ECHO;
        return shaped(
                switch (PROTOCOLS[random.nextInt(PROTOCOLS.length)]) {
                    case Protocol.TCP -> numbered(TestPacket.tcp(source, destination, flags()));
                    case Protocol.UDP -> TestPacket.udp(source, destination);
                    default -> TestPacket.echo(source, destination.ip(), type);
                });
    }

    private TestPacket numbered(TestPacket packet) {
        return packet.numbered(random.nextInt(60), random.nextInt(60), random.nextInt(30));
    }

    private TestPacket shaped(TestPacket packet) {
        int payload = random.nextInt(20) == 0 ? random.nextInt(9_000) : random.nextInt(40);
        int options = random.nextInt(4) == 0 ? 4 * random.nextInt(11) : 0;
        return packet.shaped(
                payload,
                options,
                switch (random.nextInt(8)) {
                    case 0 -> Checksum.WRONG;
                    case 1 -> packet.protocol() == Protocol.UDP ? Checksum.NONE : Checksum.RIGHT;
                    case 2 ->
                            packet.protocol() == Protocol.ICMP ? Checksum.RIGHT : Checksum.PARTIAL;
                    default -> Checksum.RIGHT;
                });
    }

    private int flags() {
        return FLAGS[random.nextInt(FLAGS.length)];
    }

    /** Two addresses for each subscriber, so that several share quotas and blocks. */
    private Endpoint internal() {
        int host = random.nextInt(2 * SUBSCRIBERS);
        int port = INTERNAL_PORTS[random.nextInt(INTERNAL_PORTS.length)];
        return new Endpoint(Ipv4.of("100.64.1.0") + host, port);
    }

    private Endpoint remote() {
        int port = REMOTE_PORTS[random.nextInt(REMOTE_PORTS.length)];
        return new Endpoint(Ipv4.of("203.0.113.7") + random.nextInt(3), port);
    }

    /** One that is in use, mostly. */
    private External external() {
        List<External> explicit = node.reference.explicitExternals();
        boolean takesExplicit = !explicit.isEmpty() && random.nextInt(3) == 0;
        List<External> known = takesExplicit ? explicit : node.reference.externals();
        if (known.isEmpty() || random.nextInt(10) == 0) {
            int address = random.nextInt(node.config.pool().addresses().size());
            return new External(protocol(), address, random.nextInt(5_240, 5_510));
        }
        External external = pick(known);
        return random.nextInt(10) == 0
                ? new External(protocol(), external.addressIndex(), external.port())
                : external;
    }

    private int protocol() {
        return PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    // ------------------------------------------------------------------ time

    /** A moment, a while, or to just before, at or after the next deadline. */
    private void advance(Consumer<String> story) {
        long now = node.nowNs();
        long next = node.reference.nextDeadlineNs();
        long target =
                switch (random.nextInt(8)) {
                    case 0 -> now + random.nextLong(SECOND_NS);
                    case 1 -> now + random.nextLong(30) * SECOND_NS;
                    case 2 -> now + random.nextLong(400) * SECOND_NS / 2;
                    case 3 -> random.nextInt(20) == 0 ? now + 9_000 * SECOND_NS : now + 1;
                    default -> next == Long.MAX_VALUE ? now : next + random.nextInt(-1, 2);
                };
        story.accept("to " + (target - now) / 1e9 + " s later");
        node.advanceTo(Math.max(now, target));
    }

    // ------------------------------------------------------------------ port control

    private void answer(Consumer<String> story) {
        if (!node.unanswered.isEmpty()) {
            SimulatedNode.Event event = node.unanswered.removeFirst();
            if (random.nextInt(8) == 0) {
                node.unanswered.addLast(event);
                return;
            }
            story.accept("answer to " + event);
            answer(event, random.nextInt(10) > 0);
        }
    }

    /** Answers everything that port control was told, kindly. */
    void answerAll() {
        while (!node.unanswered.isEmpty()) {
            answer(node.unanswered.removeFirst(), true);
        }
    }

    private void answer(SimulatedNode.Event event, boolean isGranted) {
        switch (event.outcome()) {
            case ShardOutcome.PairingWanted(int _, int ip) -> {
                if (isGranted) {
                    pair(ip);
                }
                node.decidePairing(event.shard(), ip);
            }
            case ShardOutcome.BlockLeased leased ->
                    node.decideBlock(event.shard(), leased, isGranted);
            case ShardOutcome.SubscriberIdle(int subscriber) -> node.forget(subscriber);
            default -> throw new AssertionError("no event: " + event);
        }
    }

    /** All addresses of a subscriber share its external address. */
    private Pairing pair(int ip) {
        int subscriber = subscribers.computeIfAbsent(ip >>> 1, _ -> subscribers.size());
        int sibling = ip ^ 1;
        Optional<Pairing> known = node.pairingOf(ip).or(() -> node.pairingOf(sibling));
        int any = random.nextInt(node.config.pool().addresses().size());
        var fresh = new Pairing(subscriber, node.reference.ports.homeOf(ip).orElse(any));
        Pairing pairing = known.orElse(fresh);
        node.pair(ip, pairing);
        return pairing;
    }

    /** A mapping that was asked for and granted; empty when it was refused. */
    Optional<Endpoint> reserve(Endpoint internal, int protocol, int suggestedPort) {
        Pairing pairing = node.pairingOf(internal.ip()).orElseGet(() -> pair(internal.ip()));
        InternalTuple tuple = internal.tuple(protocol);
        long request = node.open(pairing.addressIndex()).orElseThrow();
        reserve(command(request, pairing, tuple, suggestedPort, false, false));
        Optional<ShardCommand.ReserveMapping> granted = Optional.ofNullable(reserved.get(tuple));
        granted.ifPresent(command -> finish(command, true));
        return node.reference.externals().stream()
                .filter(external -> node.reference.internalOf(external).equals(tuple))
                .map(external -> new Endpoint(addressOf(external), external.port()))
                .findFirst();
    }

    private int addressOf(External external) {
        return node.config.pool().addresses().get(external.addressIndex());
    }

    private static ShardCommand.ReserveMapping command(
            long request,
            Pairing pairing,
            InternalTuple internal,
            int suggestedPort,
            boolean exact,
            boolean reclaim) {
        return new ShardCommand.ReserveMapping(
                request,
                pairing.subscriber(),
                pairing.addressIndex(),
                internal,
                suggestedPort,
                exact,
                reclaim,
                List.of());
    }

    private void reserve(Consumer<String> story) {
        Endpoint internal = internal();
        int protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
        InternalTuple tuple = internal.tuple(protocol);
        Pairing pairing = node.pairingOf(internal.ip()).orElseGet(() -> pair(internal.ip()));
        Optional<Long> request = node.open(pairing.addressIndex());
        if (request.isEmpty() || reserved.containsKey(tuple)) {
            request.ifPresent(_ -> node.close(pairing.addressIndex()));
            return;
        }
        var command =
                command(
                        request.get(),
                        pairing,
                        tuple,
                        random.nextInt(3) == 0 ? 0 : external().port(),
                        random.nextInt(4) == 0,
                        random.nextBoolean());
        story.accept(command.toString());
        reserve(command);
    }

    private void reserve(ShardCommand.ReserveMapping command) {
        ShardOutcome outcome = node.ask(command.addressIndex(), command);
        boolean isRefused = outcome instanceof ShardOutcome.Refused;
        int port = outcome instanceof ShardOutcome.Reserved granted ? granted.externalPort() : 0;
        boolean wasThere = node.reference.hasMapping(command.internal());
        Optional<Refusal> refusal = node.reference.reserve(command, port);
        assertEquals(
                refusal.map(
                        reason -> (Object) new ShardOutcome.Refused(command.requestId(), reason)),
                isRefused ? Optional.of(outcome) : Optional.empty());
        if (isRefused) {
            node.close(command.addressIndex());
        } else {
            reserved.put(command.internal(), command);
        }
        node.agree();
        assertEquals(true, wasThere || node.reference.hasMapping(command.internal()) || isRefused);
    }

    /** A reservation became durable, or could not. */
    private void finish(Consumer<String> story) {
        if (reserved.isEmpty()) {
            return;
        }
        ShardCommand.ReserveMapping request = pick(List.copyOf(reserved.values()));
        boolean isDurable = random.nextInt(4) > 0;
        story.accept((isDurable ? "activate " : "release ") + request.internal());
        finish(request, isDurable);
    }

    private void finish(ShardCommand.ReserveMapping request, boolean isDurable) {
        InternalTuple tuple = request.internal();
        long id = request.requestId();
        reserved.remove(tuple);
        if (isDurable) {
            var command = new ShardCommand.ActivateMapping(id, tuple);
            ShardOutcome outcome = node.ask(request.addressIndex(), command);
            assertEquals(new ShardOutcome.Activated(id), outcome);
            node.reference.activate(tuple);
        } else {
            var command = new ShardCommand.ReleaseReservation(id, tuple);
            ShardOutcome outcome = node.ask(request.addressIndex(), command);
            boolean found = node.reference.abandon(tuple, node.nowNs());
            assertEquals(ended(id, found, tuple), outcome);
        }
        node.close(request.addressIndex());
        node.agree();
    }

    private void end(Consumer<String> story) {
        InternalTuple tuple = internal().tuple(random.nextBoolean() ? Protocol.TCP : Protocol.UDP);
        List<External> known = node.reference.explicitExternals();
        if (!known.isEmpty() && random.nextInt(8) > 0) {
            tuple = node.reference.internalOf(pick(known));
        }
        if (!reserved.containsKey(tuple)) {
            story.accept("end " + tuple);
            end(tuple, random.nextBoolean(), random.nextInt(4) == 0);
        }
    }

    /** An explicit mapping is ended, or asked about. */
    void end(InternalTuple tuple, boolean onlyIfIdle, boolean isQuery) {
        Optional<Pairing> pairing = node.pairingOf(tuple.internalIp());
        Optional<Long> request = pairing.flatMap(known -> node.open(known.addressIndex()));
        if (request.isEmpty()) {
            return;
        }
        long id = request.get();
        int address = pairing.get().addressIndex();
        boolean isExplicit = node.reference.isExplicit(tuple);
        long remainingNs = node.reference.outboundRemainingNs(tuple, node.nowNs());
        boolean asks = isQuery || (onlyIfIdle && isExplicit);
        boolean isStillUsed = asks && remainingNs > 0;
        ShardOutcome outcome =
                node.ask(
                        address,
                        isQuery
                                ? new ShardCommand.QueryIdle(id, tuple)
                                : new ShardCommand.EndMapping(id, tuple, onlyIfIdle));
        if (!isQuery && !isStillUsed) {
            node.reference.end(tuple, node.nowNs());
        }
        assertEquals(
                isStillUsed
                        ? new ShardOutcome.StillUsed(id, remainingNs)
                        : ended(id, isExplicit, tuple),
                outcome);
        node.close(address);
        node.agree();
    }

    private ShardOutcome ended(long id, boolean found, InternalTuple tuple) {
        return new ShardOutcome.Ended(id, found, node.reference.isActive(tuple));
    }

    // ------------------------------------------------------------------ static mappings

    private void install(Consumer<String> story) {
        InternalTuple tuple = internal().tuple(random.nextBoolean() ? Protocol.TCP : Protocol.UDP);
        int port =
                switch (random.nextInt(3)) {
                    case 0 -> external().port();
                    case 1 -> random.nextInt(5_240, 5_510);
                    default -> STATIC_PORTS[random.nextInt(STATIC_PORTS.length)];
                };
        story.accept("static " + port + " for " + tuple);
        install(tuple, port);
    }

    /** A reservation is made; empty when the mailbox is full. */
    Optional<ShardOutcome> install(InternalTuple tuple, int port) {
        Pairing pairing =
                node.pairingOf(tuple.internalIp()).orElseGet(() -> pair(tuple.internalIp()));
        int address = pairing.addressIndex();
        return node.open(address)
                .map(id -> {
                    int subscriber = pairing.subscriber();
                    var command =
                            new ShardCommand.InstallStatic(id, subscriber, address, port, tuple);
                    ShardOutcome outcome = node.ask(address, command);
                    assertEquals(node.reference.install(command, node.nowNs()), outcome);
                    node.close(address);
                    node.agree();
                    return outcome;
                });
    }

    private void remove(Consumer<String> story) {
        List<External> known = node.reference.staticExternals();
        boolean isKnown = !known.isEmpty() && random.nextInt(8) > 0;
        InternalTuple tuple =
                isKnown ? node.reference.internalOf(pick(known)) : internal().tuple(protocol());
        story.accept("remove static of " + tuple);
        remove(tuple);
    }

    /** A reservation is removed. */
    void remove(InternalTuple tuple) {
        Optional<Pairing> pairing = node.pairingOf(tuple.internalIp());
        Optional<Long> request = pairing.flatMap(known -> node.open(known.addressIndex()));
        if (request.isPresent()) {
            int address = pairing.get().addressIndex();
            var command = new ShardCommand.RemoveStatic(request.get(), tuple);
            ShardOutcome outcome = node.ask(address, command);
            boolean found = node.reference.removeStatic(tuple, node.nowNs());
            assertEquals(ended(request.get(), found, tuple), outcome);
            node.close(address);
            node.agree();
        }
    }

    private void cut(Consumer<String> story) {
        List<External> known =
                random.nextBoolean()
                        ? node.reference.staticExternals()
                        : node.reference.explicitExternals();
        InternalTuple tuple =
                known.isEmpty()
                        ? internal().tuple(protocol())
                        : node.reference.internalOf(pick(known));
        if (!reserved.containsKey(tuple)) {
            story.accept("cut " + tuple);
            cut(tuple);
        }
    }

    /** What has a port is cut for a reservation that wants it. */
    void cut(InternalTuple tuple) {
        Optional<Pairing> pairing = node.pairingOf(tuple.internalIp());
        Optional<Long> request = pairing.flatMap(known -> node.open(known.addressIndex()));
        if (request.isPresent()) {
            int address = pairing.get().addressIndex();
            var command = new ShardCommand.CutMapping(request.get(), tuple);
            ShardOutcome outcome = node.ask(address, command);
            boolean found = node.reference.cut(tuple, node.nowNs());
            assertEquals(ended(request.get(), found, tuple), outcome);
            node.close(address);
            node.agree();
        }
    }

    // ------------------------------------------------------------------ questions and policy

    private void query(Consumer<String> story) {
        External port = external();
        story.accept("who has " + port);
        portUse(port);
        node.pairingOf(internal().ip()).ifPresent(this::use);
    }

    /** Who has a port; empty when the mailbox is full. */
    Optional<ShardOutcome.PortUse> portUse(External port) {
        int address = port.addressIndex();
        return node.open(address)
                .map(id -> {
                    var query =
                            new ShardCommand.QueryPort(id, address, port.protocol(), port.port());
                    ShardOutcome.PortUse expected = node.reference.portUse(id, port);
                    assertEquals(expected, node.ask(address, query));
                    node.close(address);
                    return expected;
                });
    }

    /** What a subscriber has; empty when the mailbox is full. */
    Optional<ShardOutcome.SubscriberUse> use(Pairing pairing) {
        int address = pairing.addressIndex();
        return node.open(address)
                .map(id -> {
                    var query = new ShardCommand.QueryUse(id, pairing.subscriber());
                    ShardOutcome.SubscriberUse expected =
                            node.reference.use(id, pairing.subscriber());
                    assertEquals(expected, node.ask(address, query));
                    node.close(address);
                    return expected;
                });
    }

    /** Other limits, or another profile for a subscriber, perhaps one that is not there. */
    private void changePolicy(Consumer<String> story) {
        if (random.nextBoolean()) {
            List<Rules> profiles = new ArrayList<>();
            for (int count = random.nextInt(1, 4); count > 0; count--) {
                profiles.add(new RandomRules(random).next(node.config.rules()));
            }
            story.accept("rules " + profiles);
            node.rules(profiles);
        } else {
            int subscriber = random.nextInt(SUBSCRIBERS);
            int profile = random.nextInt(3);
            story.accept("subscriber " + subscriber + " in profile " + profile);
            node.profile(subscriber, profile);
        }
    }

    /**
     * An address goes to another subscriber of the same external address; whose it was keeps one,
     * for as long as something of him is left he stays where he is.
     */
    private void move(Consumer<String> story) {
        int ip = internal().ip();
        Optional<Pairing> before = node.pairingOf(ip);
        Optional<Pairing> sibling = node.pairingOf(ip ^ 1);
        Optional<Pairing> next = node.pairingOf(internal().ip());
        boolean isAsked = reserved.keySet().stream().anyMatch(tuple -> tuple.internalIp() == ip);
        if (before.isPresent()
                && before.equals(sibling)
                && next.filter(n -> n.addressIndex() == before.get().addressIndex()).isPresent()
                && !isAsked) {
            story.accept(Ipv4.format(ip) + " goes to " + next.get());
            node.pair(ip, next.get());
        }
    }

    /** Finishes everything that is under way, so that nothing waits for port control. */
    void comeToRest() {
        List.copyOf(reserved.values()).forEach(request -> finish(request, random.nextBoolean()));
        answerAll();
    }

    /** Finishes and ends everything that was asked for. */
    void endExplicit() {
        List.copyOf(reserved.values()).forEach(request -> finish(request, true));
        for (External external : node.reference.staticExternals()) {
            InternalTuple tuple = node.reference.internalOf(external);
            pairAgain(tuple.internalIp(), external.addressIndex());
            remove(tuple);
        }
        for (External external : node.reference.externals()) {
            InternalTuple tuple = node.reference.internalOf(external);
            pairAgain(tuple.internalIp(), external.addressIndex());
            end(tuple, false, false);
        }
    }

    /** An address whose pairing went to others, and from them, may still have a mapping. */
    private void pairAgain(int ip, int addressIndex) {
        if (node.pairingOf(ip).isEmpty()) {
            int subscriber = subscribers.computeIfAbsent(ip >>> 1, _ -> subscribers.size());
            node.pair(ip, new Pairing(subscriber, addressIndex));
        }
    }
}
