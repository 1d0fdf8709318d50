package org.portreeve.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.portreeve.control.counter.Counters;
import org.portreeve.control.view.Listing;
import org.portreeve.control.view.MappingQuery;
import org.portreeve.control.view.MappingView;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.io.PacketPort;
import org.portreeve.nat.io.memory.MemoryPacket;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardSecrets;
import org.portreeve.natpmp.NatPmpCounter;
import org.portreeve.natpmp.NatPmpServer;
import org.portreeve.pcp.InsideLinks;
import org.portreeve.pcp.PcpCounter;
import org.portreeve.pcp.PcpServer;
import org.portreeve.pcp.PcpSettings;
import org.portreeve.pcp.Requester;
import org.portreeve.pcp.wire.PcpAddress;

/**
 * The PCP server before the real translator, octets in and octets out, on a clock that a test
 * turns; what is durable outlives a kill.
 */
final class PeerRig {
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int ACK = 0x10;
    static final int FIN = 0x01;
    static final int HOST = ControlRig.HOST_A;
    static final int NEIGHBOUR = ControlRig.HOST_B;
    static final int REMOTE = Ipv4.of("203.0.113.9");
    static final int STRANGER = Ipv4.of("203.0.113.77");
    private static final int CLIENT_PORT = 40_000;

    final NatConfig nat;
    private final ControlConfig config;
    private final SplittableRandom random = new SplittableRandom(7);
    private SimJournal journal = new SimJournal();
    private PacketShard shard;
    PortControl control;
    private PcpServer server;
    private long nowNs = 1_000_000_000_000L;
    private long wallMillis = 1_700_000_000_000L;

    PeerRig() {
        this(ControlRig.nat(1, new PortRange(1024, 16_383)));
    }

    PeerRig(NatConfig nat) {
        this(ControlConfig.of(nat));
    }

    PeerRig(ControlConfig config) {
        this.nat = config.nat();
        this.config = config;
        start();
    }

    /** One with this quota for each subscriber. */
    static PeerRig with(Rules.Quota quota) {
        NatConfig usual = ControlRig.nat(1, new PortRange(1024, 16_383));
        var eif = new Rules.Eif(1024, 50, 200, 30_000_000_000L, false);
        return new PeerRig(
                new NatConfig(
                        1,
                        usual.inside(),
                        usual.pool(),
                        usual.timers(),
                        usual.capacity(),
                        Rules.of(quota, new PortRange(1024, 65_535), eif)));
    }

    private void start() {
        var directory = new Directory();
        var link = new ShardLink(64);
        shard =
                new PacketShard(
                        0, nat, directory, link, new Handover(1), ShardSecrets.of(random), nowNs);
        control =
                new PortControl(
                        config,
                        directory,
                        List.of(link),
                        journal,
                        journal.found(),
                        nowNs,
                        wallMillis);
        control.peers().load(journal.peers());
        server =
                new PcpServer(
                        control,
                        PcpServer.TOTAL,
                        new Counters<>(PcpCounter.class),
                        new NatPmpServer(control, new Counters<>(NatPmpCounter.class)));
        settle();
        assertTrue(control.isReady());
    }

    /** The process is killed; another begins with what was durable. */
    void kill() {
        journal = journal.crashed(random);
        advanceClock(2);
        start();
    }

    /** The same, and the journal is gone too. */
    void killAndLose() {
        journal = new SimJournal();
        advanceClock(2);
        start();
    }

    void settle() {
        int quiet = 0;
        while (quiet < 3) {
            int done = journal.force(true, Integer.MAX_VALUE);
            done += shard.run(nowNs) + server.doWork(nowNs, wallMillis);
            quiet = done == 0 ? quiet + 1 : 0;
        }
    }

    private void advanceClock(long seconds) {
        nowNs += seconds * Durations.NS_PER_SECOND;
        wallMillis += 1000 * seconds;
    }

    /** Time passes, second by second. */
    void advance(long seconds) {
        for (long s = 0; s < seconds; s++) {
            advanceClock(1);
            settle();
        }
    }

    /** The answer to a request of a client. */
    byte[] ask(int clientIp, byte[] request) {
        List<byte[]> answers = new ArrayList<>();
        server.onDatagram(
                request, new Requester(clientIp, CLIENT_PORT, answers::add), nowNs, wallMillis);
        settle();
        assertEquals(1, answers.size(), "answers");
        return answers.getFirst();
    }

    /** The answers to a request that came by a device. */
    List<byte[]> ask(int clientIp, String device, byte[] request) {
        List<byte[]> answers = new ArrayList<>();
        var client = new Requester(PcpAddress.ofIpv4(clientIp), CLIENT_PORT, device, answers::add);
        server.onDatagram(request, client, nowNs, wallMillis);
        settle();
        return answers;
    }

    /** Serves by these settings where these devices lead to hosts. */
    void use(PcpSettings settings, Function<PcpAddress, Optional<String>> deviceTowards) {
        server.use(settings);
        server.links(new InsideLinks(List.of(), deviceTowards));
        settle();
    }

    /** What has been written: lines of the log, requests and mappings for staff, the journal. */
    String written(String... subscribers) {
        List<String> all = new ArrayList<>();
        Optional<String> line = server.notice(nowNs);
        while (line.isPresent()) {
            all.add(line.get());
            line = server.notice(nowNs);
        }
        for (String subscriber : subscribers) {
            all.add(control.requests().of(subscriber).toString());
        }
        all.add(listed().toString());
        all.add(journal.durable().state().toString());
        return String.join("\n", all);
    }

    /** What leaves outside when a packet comes from inside. */
    Optional<byte[]> outbound(byte[] packet) {
        return pass(PacketPort.INSIDE, packet);
    }

    /** What reaches a host when a packet comes from outside. */
    Optional<byte[]> inbound(byte[] packet) {
        return pass(PacketPort.OUTSIDE, packet);
    }

    private Optional<byte[]> pass(int side, byte[] packet) {
        shard.sent();
        shard.inject(side, packet);
        settle();
        return shard.sent().stream()
                .filter(sent -> sent.side() != side)
                .map(MemoryPacket::bytes)
                .findFirst();
    }

    /** What staff see. */
    List<MappingView> listed() {
        List<Listing<MappingView>> listings = new ArrayList<>();
        control.mappings(MappingQuery.all(1000), nowNs, wallMillis, listings::add);
        settle();
        return listings.getFirst().items();
    }

    /** Staff end what a tuple has; returns how it was answered. */
    boolean drop(InternalTuple internal) {
        List<Boolean> answers = new ArrayList<>();
        control.drop(internal, nowNs, wallMillis, answers::add);
        settle();
        return answers.getFirst();
    }

    /** Staff end what an address has. */
    int release(int internalIp) {
        List<Integer> answers = new ArrayList<>();
        control.release(internalIp, nowNs, wallMillis, answers::add);
        settle();
        return answers.getFirst();
    }

    /** A datagram without a checksum. */
    static byte[] udp(int from, int fromPort, int to, int toPort) {
        return PacketShard.packet(Protocol.UDP, from, fromPort, to, toPort);
    }

    /** A segment with these flags. */
    static byte[] tcp(int flags, int from, int fromPort, int to, int toPort) {
        ByteBuffer packet = ByteBuffer.wrap(PacketShard.packet(6, from, fromPort, to, toPort));
        packet.putShort(32, (short) (0x5000 | flags)).putShort(36, (short) 0);
        packet.putShort(36, (short) PacketShard.tcpChecksum(packet));
        return packet.array();
    }

    static byte[] packet(int protocol, int from, int fromPort, int to, int toPort) {
        return protocol == Protocol.UDP
                ? udp(from, fromPort, to, toPort)
                : tcp(SYN, from, fromPort, to, toPort);
    }
}
