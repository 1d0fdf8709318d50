package org.portreeve.control;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;

/** Port control with real shards on a clock that a test turns; packets go in and come out. */
final class LiveRig {
    static final int SYN = 0x02;
    static final int ACK = 0x10;

    /** A far host. */
    static final int PEER = Ipv4.of("203.0.113.9");

    private static final int PLACES = 64;
    private static final int TCP_FLAGS = 33;
    private static final int TCP_CHECKSUM = 36;

    NatConfig nat;
    ControlConfig config;
    private final int places;
    final SimJournal journal = new SimJournal();
    List<PacketShard> shards;
    List<ShardLink> links;
    PortControl control;
    long nowNs = 1_000_000_000_000L;
    long wallMillis = 1_700_000_000_000L;

    LiveRig(NatConfig nat) {
        this(ControlConfig.of(nat));
    }

    LiveRig(ControlConfig config) {
        this(config, PLACES);
    }

    /** One whose shards have so many places for requests. */
    LiveRig(ControlConfig config, int places) {
        this.config = config;
        this.places = places;
        this.nat = config.nat();
        start(RecoveredState.empty());
    }

    private void start(RecoveredState found) {
        var directory = new Directory();
        var handover = new Handover(nat.shardCount());
        links = IntStream.range(0, nat.shardCount()).mapToObj(_ -> new ShardLink(places)).toList();
        shards =
                IntStream.range(0, nat.shardCount())
                        .mapToObj(i ->
                                new PacketShard(
                                        i,
                                        nat,
                                        directory,
                                        links.get(i),
                                        handover,
                                        ShardSecrets.of(new SplittableRandom(i)),
                                        nowNs))
                        .toList();
        control = new PortControl(config, directory, links, journal, found, nowNs, wallMillis);
        control.peers().load(journal.durable().peers.values());
        control.insisted(journal.durable().insisted);
        control.epochs().load(journal.durable().clientEpochs.values());
        control.drains().load(journal.durable().drains.values());
        control.subscriberDrains().load(journal.durable().drainedSubscribers.values());
        settle();
    }

    /** The process is killed and another begins with what is durable and another file. */
    void restart(NatConfig other) {
        nat = other;
        config = ControlConfig.of(other);
        restart();
    }

    /** The process is killed and another begins with what is durable and the same file. */
    void restart() {
        settle();
        start(journal.durable().state());
    }

    /** Lets everything run until nothing moves. */
    void settle() {
        int quiet = 0;
        while (quiet < 3) {
            quiet = step() == 0 ? quiet + 1 : 0;
        }
    }

    /** Lets everything run once. Returns the work done. */
    int step() {
        return journal.force(true, Integer.MAX_VALUE) + stepWithoutJournal();
    }

    /** The same while the journal stands still. */
    int stepWithoutJournal() {
        int done = 0;
        for (PacketShard shard : shards) {
            done += shard.run(nowNs);
        }
        return done + control.doWork(nowNs, wallMillis);
    }

    /** Time passes, a second at a time. */
    void pass(long seconds) {
        for (long left = seconds; left > 0; left--) {
            nowNs += Durations.NS_PER_SECOND;
            wallMillis += 1_000;
            settle();
        }
    }

    /** The answer of a question that is asked with the time. */
    <T> T answer(ControlRig.Question<T> question) {
        List<T> answers = new ArrayList<>();
        question.ask(nowNs, wallMillis, answers::add);
        settle();
        if (answers.size() != 1) {
            throw new AssertionError("answers: " + answers);
        }
        return answers.getFirst();
    }

    MapOutcome map(MapCommand command) {
        return answer((now, wall, reply) -> control.map(command, now, wall, reply));
    }

    /** Where a datagram of an inside host comes out, read at a queue. */
    Optional<Endpoint> datagram(int queue, InternalTuple from, int remotePort) {
        byte[] packet =
                PacketShard.packet(
                        from.protocol(), from.internalIp(), from.internalPort(), PEER, remotePort);
        return outside(queue, packet);
    }

    /** The same for a segment with these flags. */
    Optional<Endpoint> segment(int queue, InternalTuple from, int remotePort, int flags) {
        return outside(
                queue, segment(from.internalIp(), from.internalPort(), PEER, remotePort, flags));
    }

    private Optional<Endpoint> outside(int queue, byte[] packet) {
        return through(queue, PacketPort.INSIDE, packet)
                .map(sent -> new Endpoint(sent.getInt(12), sent.getShort(20) & 0xffff));
    }

    /** Opens a connection, read at the first queue; where the far host sees it. */
    Endpoint connect(InternalTuple from, int remotePort) {
        Endpoint at = segment(0, from, remotePort, SYN).orElseThrow();
        boolean isAnswered = reply(0, at, remotePort, SYN | ACK).isPresent();
        if (!isAnswered || segment(0, from, remotePort, ACK).isEmpty()) {
            throw new AssertionError("no connection of " + from);
        }
        return at;
    }

    /** Where a segment of the far host comes out inside. */
    Optional<Endpoint> reply(int queue, Endpoint to, int remotePort, int flags) {
        byte[] packet = segment(PEER, remotePort, to.ip(), to.port(), flags);
        return through(queue, PacketPort.OUTSIDE, packet)
                .map(sent -> new Endpoint(sent.getInt(16), sent.getShort(22) & 0xffff));
    }

    private Optional<ByteBuffer> through(int queue, int side, byte[] packet) {
        shards.forEach(PacketShard::sent);
        shards.get(queue).inject(side, packet);
        settle();
        List<MemoryPacket> sent =
                shards.stream()
                        .flatMap(s -> s.sent().stream())
                        .filter(p -> p.side() != side)
                        .toList();
        if (sent.size() > 1) {
            throw new AssertionError("one packet became " + sent);
        }
        return sent.stream().map(p -> ByteBuffer.wrap(p.bytes())).findFirst();
    }

    static byte[] segment(int from, int fromPort, int to, int toPort, int flags) {
        byte[] packet = PacketShard.packet(Protocol.TCP, from, fromPort, to, toPort);
        packet[TCP_FLAGS] = (byte) flags;
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        buffer.putShort(TCP_CHECKSUM, (short) 0);
        buffer.putShort(TCP_CHECKSUM, (short) PacketShard.tcpChecksum(buffer));
        return packet;
    }

    /** One side of a packet. */
    record Endpoint(int ip, int port) {}
}
