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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.event.EventKind;
import org.portreeve.nat.event.ShardEvent;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.io.memory.MemoryPort;
import org.portreeve.nat.model.TestPacket.Endpoint;
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
 * One shard with one address, four single ports and some that are shared. It watches what the shard
 * tells of these: two hosts never have one towards the same remote address. One thread.
 */
final class SharedPortNode {
    static final int EXTERNAL_IP = Ipv4.of("198.51.100.16");
    static final PortRange PORTS = new PortRange(6_000, 6_003);
    static final PortRange ONE = new PortRange(700, 700);

    private static final long SECOND_NS = 1_000_000_000L;
    private static final int PLACES = 16;
    private static final int MANY = 10_000;
    private static final int HOSTS = 64;

    /** A shared port towards a remote address. */
    record Share(int port, int remoteIp) {}

    /** Who has which now, as the records say. */
    final Map<Share, Endpoint> shares = new HashMap<>();

    private final Directory directory = new Directory();
    private final ShardLink link = new ShardLink(PLACES);
    private final MemoryPort device = new MemoryPort();
    private final NatConfig config;
    private final long seed;
    private final List<ShardEvent> events = new ArrayList<>();
    private Shard shard;
    private long nowNs = 5;

    SharedPortNode(PortRange shared, long seed) {
        var pool =
                Pool.of(
                                List.of(EXTERNAL_IP),
                                PORTS,
                                Pool.NO_PORTS,
                                new Pool.Block(16, 8, 180 * SECOND_NS))
                        .with(new Pool.Allocation.Dynamic())
                        .withOverlap(shared);
        var quota = new Rules.Quota(100, 100, 1_000, 100_000, 100_000);
        config =
                new NatConfig(
                        1,
                        List.of(Prefix.of("100.64.0.0/10")),
                        pool,
                        NatConfig.Timers.defaults(),
                        new NatConfig.Capacity(4_096, 4_096, HOSTS),
                        Rules.of(
                                quota,
                                new PortRange(1, 65_535),
                                new Rules.Eif(10, 1_000, 1_000, 30 * SECOND_NS, false)));
        this.seed = seed;
        shard = emptyShard();
        for (int host = 0; host < HOSTS; host++) {
            directory.put(InternalTuple.DEFAULT_REALM, host(host, 1).ip(), host, 0);
        }
    }

    private Shard emptyShard() {
        return new Shard(
                0,
                config,
                directory,
                link,
                device,
                new Handover(1),
                ShardSecrets.of(new SplittableRandom(seed)),
                nowNs);
    }

    /** A planned restart: connections at shared ports end with the process. */
    void restart(long downSeconds) {
        var octets = new ByteArrayOutputStream();
        try {
            var header = new SnapshotHeader("shared", 0);
            var out = new SnapshotWriter(Channels.newChannel(octets), header);
            shard.write(out, nowNs);
            out.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        shares.clear();
        long downNs = downSeconds * SECOND_NS;
        nowNs += downNs;
        shard = emptyShard();
        var opened = SnapshotReader.open(ByteBuffer.wrap(octets.toByteArray()));
        var whole = assertInstanceOf(SnapshotReader.Opened.Whole.class, opened);
        shard.restore(whole.snapshot(), downNs);
        turn();
    }

    static Endpoint host(int number, int port) {
        return new Endpoint(Ipv4.of("100.64.1.0") + number, port);
    }

    /** What a packet of a host leaves with; it is that packet in all else. */
    Optional<Endpoint> out(TestPacket packet) {
        device.inject(PacketPort.INSIDE, packet.vnetHeader(), packet.bytes());
        Optional<byte[]> left = left(PacketPort.OUTSIDE).stream().findFirst();
        return left.map(bytes -> {
            int port = (bytes[20] & 0xff) << 8 | (bytes[21] & 0xff);
            var external = new Endpoint(EXTERNAL_IP, port);
            assertArrayEquals(packet.from(external).bytes(), bytes, packet.toString());
            return external;
        });
    }

    /** Whom a packet from outside reaches; it is that packet in all else. */
    Optional<Endpoint> in(TestPacket packet) {
        device.inject(PacketPort.OUTSIDE, packet.vnetHeader(), packet.bytes());
        Optional<byte[]> left = left(PacketPort.INSIDE).stream().findFirst();
        return left.map(bytes -> {
            int port = (bytes[22] & 0xff) << 8 | (bytes[23] & 0xff);
            var internal = new Endpoint(TestPacket.u32(bytes, 16), port);
            assertArrayEquals(packet.to(internal).bytes(), bytes, packet.toString());
            return internal;
        });
    }

    /** What leaves for the inside when these octets come from outside. */
    List<byte[]> raw(byte[] bytes) {
        device.inject(PacketPort.OUTSIDE, bytes);
        return left(PacketPort.INSIDE);
    }

    /** Every single port gets an owner: a host of its own. */
    void fill() {
        for (int flow = 0; flow < PORTS.size(); flow++) {
            Endpoint external = out(TestPacket.tcp(host(40 + flow, 9), peer(99), 2)).orElseThrow();
            assertTrue(PORTS.contains(external.port()));
        }
    }

    static Endpoint peer(int number) {
        return new Endpoint(Ipv4.of("203.0.113.0") + number, 443);
    }

    ShardOutcome ask(ShardCommand command) {
        assertTrue(link.tryOpen());
        link.send(command);
        List<ShardOutcome> outcomes = new ArrayList<>();
        turn();
        link.drain(outcomes::add, MANY);
        link.close();
        return outcomes.getFirst();
    }

    void pass(long seconds) {
        nowNs += seconds * SECOND_NS;
        turn();
    }

    long count(NatCounter counter) {
        return shard.counters().read().get(counter);
    }

    int sessions() {
        return shard.occupancy().sessions();
    }

    int mappings() {
        return shard.occupancy().mappings();
    }

    /** What was told since the last time this was asked. */
    List<ShardEvent> takeEvents() {
        List<ShardEvent> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    private List<byte[]> left(int side) {
        turn();
        List<byte[]> left = new ArrayList<>();
        for (var packet = device.poll(); packet.isPresent(); packet = device.poll()) {
            MemoryPacket each = packet.get();
            if (each.side() == side) {
                left.add(each.bytes());
            }
        }
        return left;
    }

    private void turn() {
        while (shard.doWork(nowNs) > 0) {
            shard.telemetry().drain(this::onEvent, MANY);
        }
    }

    private void onEvent(ShardEvent event) {
        events.add(event);
        var share = new Share(event.firstPort(), event.remoteIp());
        var internal = new Endpoint(event.internalIp(), event.internalPort());
        if (event.kind() == EventKind.OVERLAP_MADE) {
            assertEquals(null, shares.put(share, internal), "two owners of " + share);
        } else if (event.kind() == EventKind.OVERLAP_ENDED) {
            assertEquals(internal, shares.remove(share), "the end of " + share);
        }
    }
}
