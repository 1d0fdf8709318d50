package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.nat.event.ShardEvent;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.model.ReferenceNat.Pairing;
import org.portreeve.nat.model.ReferencePorts.BlockName;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.shard.ShardSecrets;
import org.portreeve.nat.snapshot.SnapshotHeader;
import org.portreeve.nat.snapshot.SnapshotReader;
import org.portreeve.nat.snapshot.SnapshotWriter;

/**
 * The shards of a node and the reference beside them, on one thread and one clock. Each method is
 * one step: both do the same, and must then agree on every packet, every drop and every event.
 * Plays port control, which answers events when the test says so.
 */
final class SimulatedNode implements Witness {
    /** What port control was told and has not answered yet. */
    record Event(int shard, ShardOutcome outcome) {}

    private static final long TICK_NS = 250_000_000;
    private static final int REQUEST_PLACES = 3;
    private static final int MANY = 10_000;

    final NatConfig config;
    final ReferenceNat reference;
    final Deque<Event> unanswered = new ArrayDeque<>();

    private final SplittableRandom random;
    private final Directory directory = new Directory();
    private final List<ShardLink> links = new ArrayList<>();
    private final List<MemoryPort> devices = new ArrayList<>();
    private final List<Shard> shards = new ArrayList<>();
    private final List<Deque<MemoryPacket>> left = new ArrayList<>();
    private final List<Event> told = new ArrayList<>();
    private final Map<NatCounter, Long> expected = new EnumMap<>(NatCounter.class);
    private final Map<Integer, Pairing> pairings = new HashMap<>();
    private final List<TestPacket> sent = new ArrayList<>();
    private final GeneratedErrors generated = new GeneratedErrors();
    private long startNs;
    private long nowNs;
    private long lastRequest;

    SimulatedNode(NatConfig config, SplittableRandom random) {
        this.config = config;
        reference = new ReferenceNat(config, this);
        this.random = random;
        nowNs = random.nextLong(-1L << 50, 1L << 50);
        build();
    }

    /** Shards with empty tables; nothing of others is left. */
    private void build() {
        links.clear();
        devices.clear();
        left.clear();
        shards.clear();
        expected.clear();
        startNs = nowNs;
        var handover = new Handover(config.shardCount());
        for (int shard = 0; shard < config.shardCount(); shard++) {
            links.add(new ShardLink(REQUEST_PLACES));
            devices.add(new MemoryPort());
            left.add(new ArrayDeque<>());
            shards.add(
                    new Shard(
                            shard,
                            config,
                            directory,
                            links.get(shard),
                            devices.get(shard),
                            handover,
                            ShardSecrets.of(random),
                            startNs));
        }
    }

    long nowNs() {
        return nowNs;
    }

    // ------------------------------------------------------------------ restarts

    /**
     * The node stops as planned and another process of it starts after a while: the journal's part
     * comes first, then what the snapshot kept. Nobody may wait for port control.
     */
    void restart(long downNs) {
        generated.restart();
        byte[] file = snapshot();
        nowNs += downNs;
        build();
        new JournalStandIn(this, random).restore(nowNs);
        var opened = SnapshotReader.open(ByteBuffer.wrap(file));
        var whole = assertInstanceOf(SnapshotReader.Opened.Whole.class, opened);
        for (Shard shard : shards) {
            shard.restore(whole.snapshot(), downNs);
        }
        run();
        new ReferenceRestart(reference).restart(nowNs);
        agree();
    }

    private byte[] snapshot() {
        var octets = new ByteArrayOutputStream();
        try {
            var header = new SnapshotHeader("sim", 0);
            var out = new SnapshotWriter(Channels.newChannel(octets), header);
            for (Shard shard : shards) {
                shard.write(out, nowNs);
            }
            out.finish();
            return octets.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the shards counted together since they were made. */
    long counted(NatCounter counter) {
        return shards.stream().mapToLong(shard -> shard.counters().read().get(counter)).sum();
    }

    // ------------------------------------------------------------------ packets

    /** Packets arrive together on the inside of one shard's device. */
    void fromInside(int shard, List<TestPacket> packets) {
        for (TestPacket packet : packets) {
            inject(shard, PacketPort.INSIDE, packet.vnetHeader(), packet.bytes());
        }
        run();
        packets.forEach(packet -> reference.fromInside(shard, packet, nowNs));
        agree();
    }

    /** A packet arrives on the outside of one shard's device. */
    void fromOutside(int shard, TestPacket packet) {
        inject(shard, PacketPort.OUTSIDE, packet.vnetHeader(), packet.bytes());
        run();
        reference.fromOutside(packet, nowNs);
        agree();
    }

    /** Octets arrive that are no packet to translate, for this reason. */
    void malformed(int shard, int side, byte[] bytes, NatCounter reason) {
        inject(shard, side, new byte[10], bytes);
        run();
        onVerdict(new Verdict.Dropped(reason));
        agree();
    }

    /**
     * Octets arrive of which the reference knows nothing, and have this fate.
     *
     * @return what left, errors of the translator itself included
     */
    List<MemoryPacket> raw(int shard, int side, byte[] bytes, NatCounter fate) {
        inject(shard, side, new byte[10], bytes);
        run();
        expected.merge(fate, 1L, Long::sum);
        List<MemoryPacket> packets = new ArrayList<>(generated.take());
        for (Deque<MemoryPacket> queue : left) {
            packets.addAll(queue);
            queue.clear();
        }
        agree();
        return packets;
    }

    /** The errors that the translator made itself since the last time this was asked. */
    List<MemoryPacket> takeGenerated() {
        return generated.take();
    }

    /** What the shards told since the last time this was asked. */
    List<ShardEvent> takeEvents() {
        List<ShardEvent> events = new ArrayList<>();
        shards.forEach(shard -> shard.telemetry().drain(events::add, MANY));
        return events;
    }

    /** What was counted under this name, in all shards. */
    long count(NatCounter counter) {
        return shards.stream().mapToLong(shard -> shard.counters().read().get(counter)).sum();
    }

    /** What left since the last time this was asked, as octets that were compared. */
    List<TestPacket> takeSent() {
        List<TestPacket> packets = List.copyOf(sent);
        sent.clear();
        return packets;
    }

    // ------------------------------------------------------------------ time

    /**
     * The clock goes on; what ends on the way ends at its tick. Between a deadline and its tick a
     * shard may do either, so no step happens there: the clock then goes on to the tick.
     */
    void advanceTo(long targetNs) {
        while (reference.nextDeadlineNs() <= targetNs) {
            nowNs = tickAtOrAfter(Math.max(nowNs, reference.nextDeadlineNs()));
            run();
            reference.expire(nowNs);
            reference.giveUpWaiting(nowNs);
            agree();
        }
        nowNs = Math.max(nowNs, targetNs);
        run();
        reference.giveUpWaiting(nowNs);
        agree();
    }

    private long tickAtOrAfter(long atNs) {
        return startNs + Math.ceilDiv(atNs - startNs, TICK_NS) * TICK_NS;
    }

    // ------------------------------------------------------------------ port control

    Optional<Pairing> pairingOf(int internalIp) {
        return Optional.ofNullable(pairings.get(internalIp));
    }

    /** Port control pairs an internal address. */
    void pair(int internalIp, Pairing pairing) {
        pairings.put(internalIp, pairing);
        directory.put(
                InternalTuple.DEFAULT_REALM,
                internalIp,
                pairing.subscriber(),
                pairing.addressIndex());
        reference.pair(internalIp, Optional.of(pairing));
    }

    private void unpair(int internalIp) {
        directory.remove(InternalTuple.DEFAULT_REALM, internalIp);
        reference.pair(internalIp, Optional.empty());
        pairings.remove(internalIp);
    }

    /** Port control publishes the rules of the profiles. */
    void rules(List<Rules> profiles) {
        directory.rules(ProfileRules.of(profiles));
        reference.rules.publish(profiles);
    }

    /** Port control gives a subscriber a profile. */
    void profile(int subscriber, int profileIndex) {
        directory.profile(subscriber, profileIndex);
        reference.rules.profile(subscriber, profileIndex);
    }

    /** Port control tells the shard that asked that it has decided. */
    void decidePairing(int shard, int internalIp) {
        links.get(shard)
                .send(new ShardCommand.PairingDecided(InternalTuple.DEFAULT_REALM, internalIp));
        run();
        reference.onPairingDecided(shard, internalIp, nowNs);
        agree();
    }

    /** Port control made the record of a block durable, or could not. */
    void decideBlock(int shard, ShardOutcome.BlockLeased leased, boolean isDurable) {
        int address = leased.addressIndex();
        int port = leased.firstPort();
        links.get(shard)
                .send(
                        isDurable
                                ? new ShardCommand.ActivateBlock(address, port)
                                : new ShardCommand.RefuseBlock(address, port));
        run();
        reference.onBlockDecided(new BlockName(address, port), isDurable, nowNs);
        agree();
    }

    /** Takes a place for a request; empty when the mailbox is full, as it may be. */
    Optional<Long> open(int addressIndex) {
        ShardLink link = linkOf(addressIndex);
        if (!link.tryOpen()) {
            assertEquals(REQUEST_PLACES, link.openRequests(), "refused with places left");
            return Optional.empty();
        }
        return Optional.of(++lastRequest);
    }

    void close(int addressIndex) {
        linkOf(addressIndex).close();
    }

    /** Sends a command for which a place is held, and returns its outcome. */
    ShardOutcome ask(int addressIndex, ShardCommand command) {
        linkOf(addressIndex).send(command);
        run();
        List<ShardOutcome> answers =
                told.stream().map(Event::outcome).filter(SimulatedNode::isAnswer).toList();
        told.removeIf(event -> isAnswer(event.outcome));
        assertEquals(1, answers.size(), "a command has one outcome: " + command);
        return answers.getFirst();
    }

    /** Forgets a subscriber that has nothing left, unless it has by now. */
    void forget(int subscriber) {
        List<Integer> ips =
                pairings.keySet().stream()
                        .filter(ip -> pairings.get(ip).subscriber() == subscriber)
                        .toList();
        if (ips.isEmpty()) {
            return;
        }
        Pairing pairing = pairings.get(ips.getFirst());
        Optional<Long> request = open(pairing.addressIndex());
        if (request.isEmpty()) {
            return;
        }
        ips.forEach(this::unpair);
        var command = new ShardCommand.ForgetSubscriber(request.get(), subscriber);
        ShardOutcome outcome = ask(pairing.addressIndex(), command);
        close(pairing.addressIndex());
        if (reference.isIdle(subscriber)) {
            assertEquals(new ShardOutcome.SubscriberForgotten(request.get(), subscriber), outcome);
            reference.rules.forget(subscriber);
        } else {
            assertEquals(new ShardOutcome.SubscriberBusy(request.get(), subscriber), outcome);
            ips.forEach(ip -> pair(ip, pairing));
        }
        agree();
    }

    private ShardLink linkOf(int addressIndex) {
        return links.get(config.shardOf(addressIndex));
    }

    private static boolean isAnswer(ShardOutcome outcome) {
        return switch (outcome) {
            case ShardOutcome.Reserved _,
                    ShardOutcome.SetReserved _,
                    ShardOutcome.Refused _,
                    ShardOutcome.Activated _,
                    ShardOutcome.Ended _,
                    ShardOutcome.StillUsed _,
                    ShardOutcome.SessionKept _,
                    ShardOutcome.SubscriberForgotten _,
                    ShardOutcome.SubscriberBusy _,
                    ShardOutcome.PortUse _,
                    ShardOutcome.AddressUse _,
                    ShardOutcome.SubscriberUse _ ->
                    true;
            case ShardOutcome.PairingWanted _,
                    ShardOutcome.BlockLeased _,
                    ShardOutcome.BlockReleased _,
                    ShardOutcome.SessionEnded _,
                    ShardOutcome.SubscriberIdle _ ->
                    false;
        };
    }

    // ------------------------------------------------------------------ agreement

    @Override
    public Optional<Integer> nextSourcePort(int shard) {
        return Optional.ofNullable(left.get(shard).peek())
                .map(packet -> ByteBuffer.wrap(packet.bytes()))
                .map(bytes -> {
                    int message = (bytes.get(0) & 0x0f) * 4;
                    boolean isEcho = bytes.get(9) == Protocol.ICMP;
                    return bytes.getShort(message + (isEcho ? 4 : 0)) & 0xffff;
                });
    }

    @Override
    public void onVerdict(Verdict verdict) {
        switch (verdict) {
            case Verdict.Dropped(NatCounter reason) -> expected.merge(reason, 1L, Long::sum);
            case Verdict.Parked() -> {}
            case Verdict.Sent(int shard, int side, TestPacket packet) -> {
                expected.merge(NatCounter.FORWARDED, 1L, Long::sum);
                MemoryPacket actual = left.get(shard).poll();
                assertTrue(actual != null, "nothing left the translator, not " + packet);
                assertEquals(side, actual.side(), "side of " + packet);
                assertArrayEquals(packet.vnetHeader(), actual.vnetHeader(), "header of " + packet);
                assertArrayEquals(packet.bytes(), actual.bytes(), "octets of " + packet);
                sent.add(packet);
            }
        }
    }

    private void inject(int shard, int side, byte[] vnetHeader, byte[] bytes) {
        assertTrue(devices.get(shard).inject(side, vnetHeader, bytes), "the device is full");
        generated.onArrived(side, vnetHeader, bytes);
    }

    /** Turns every shard until none has anything to do. */
    private void run() {
        int done = 1;
        for (int turn = 0; done > 0; turn++) {
            assertTrue(turn < MANY, "the shards never come to rest");
            done = 0;
            for (int shard = 0; shard < shards.size(); shard++) {
                done += shards.get(shard).doWork(nowNs);
                int from = shard;
                links.get(shard).drain(outcome -> told.add(new Event(from, outcome)), MANY);
                var device = devices.get(shard);
                for (var packet = device.poll(); packet.isPresent(); packet = device.poll()) {
                    if (generated.take(packet.get())) {
                        expected.merge(NatCounter.FORWARDED, 1L, Long::sum);
                    } else {
                        left.get(shard).add(packet.get());
                    }
                }
            }
        }
    }

    /** Whatever either did since the last time, both did. */
    void agree() {
        told.forEach(this::onEvent);
        told.clear();
        reference.ports.assertNothingDue();
        for (Deque<MemoryPacket> packets : left) {
            assertTrue(packets.isEmpty(), "left the translator unexpectedly: " + packets);
        }
        Map<NatCounter, Long> actual = new EnumMap<>(NatCounter.class);
        for (int shard = 0; shard < shards.size(); shard++) {
            Map<NatCounter, Long> counts = shards.get(shard).counters().read();
            assertConservation(shard, counts);
            counts.entrySet().stream()
                    .filter(SimulatedNode::isFate)
                    .filter(entry -> entry.getValue() > 0)
                    .forEach(entry -> actual.merge(entry.getKey(), entry.getValue(), Long::sum));
            Shard.Occupancy occupancy = shards.get(shard).occupancy();
            assertEquals(
                    reference.sessionsIn(shard),
                    occupancy.sessions(),
                    reference.describe(shard, nowNs));
            assertEquals(reference.mappingsIn(shard), occupancy.mappings(), "mappings");
            assertEquals(reference.waitingIn(shard), occupancy.waitingPackets(), "waiting");
        }
        // An error about a hairpinned packet that came late finds nobody any more.
        long late = count(NatCounter.GENERATED) - generated.count();
        assertTrue(late >= 0, "errors left that nobody made");
        actual.computeIfPresent(
                NatCounter.DROP_ICMP_NO_SESSION, (_, drops) -> drops == late ? null : drops - late);
        assertEquals(expected, actual);
    }

    private void onEvent(Event event) {
        switch (event.outcome) {
            case ShardOutcome.BlockReleased(int _, int address, int port) ->
                    reference.ports.onReleased(new BlockName(address, port));
            case ShardOutcome.BlockLeased leased -> {
                var name = new BlockName(leased.addressIndex(), leased.firstPort());
                reference.ports.onLeased(leased.subscriber(), name, nowNs);
                unanswered.add(event);
            }
            case ShardOutcome.SubscriberIdle(int subscriber) -> {
                assertTrue(reference.isIdle(subscriber), "subscriber " + subscriber + " is not");
                unanswered.add(event);
            }
            case ShardOutcome.PairingWanted _ -> unanswered.add(event);
            default -> throw new AssertionError("nobody asked for " + event);
        }
    }

    private static boolean isFate(Map.Entry<NatCounter, Long> entry) {
        return entry.getKey().isDrop() || entry.getKey() == NatCounter.FORWARDED;
    }

    private void assertConservation(int shard, Map<NatCounter, Long> counts) {
        long in =
                counts.get(NatCounter.RECEIVED)
                        + counts.get(NatCounter.HANDED_IN)
                        + counts.get(NatCounter.GENERATED);
        long dropped =
                counts.entrySet().stream()
                        .filter(entry -> entry.getKey().isDrop())
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        long out = counts.get(NatCounter.FORWARDED) + counts.get(NatCounter.HANDED_OUT) + dropped;
        long waiting = shards.get(shard).occupancy().waitingPackets();
        assertEquals(in, out + waiting, "packets in are packets out, dropped or waiting");
    }
}
