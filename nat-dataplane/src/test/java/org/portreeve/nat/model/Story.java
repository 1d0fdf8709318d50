package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.config.ErrorRules;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.model.ReferenceNat.Pairing;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.wire.TcpHeader;

/**
 * The manner in which conformance rows are told: a few hosts, and what becomes of their packets.
 */
final class Story {
    static final Endpoint HOST = new Endpoint(Ipv4.of("100.64.1.2"), 40_000);
    static final Endpoint OTHER_HOST = new Endpoint(Ipv4.of("100.64.1.9"), 50_000);
    static final Endpoint INET_X = new Endpoint(Ipv4.of("203.0.113.7"), 443);
    static final Endpoint INET_Y = new Endpoint(Ipv4.of("203.0.113.99"), 5_000);
    static final int DATA = TcpHeader.ACK | TcpHeader.PSH;
    static final int SYN_ACK = TcpHeader.SYN | TcpHeader.ACK;

    private static final long SECOND_NS = 1_000_000_000L;

    final SimulatedNode node;
    final RandomSteps control;

    /** A node of so many shards, with blocks enough for everybody. */
    Story(int shards) {
        this(TranslatorModelTest.roomy(shards));
    }

    /** A node of this configuration. */
    Story(NatConfig config) {
        var random = new SplittableRandom(config.shardCount());
        node = new SimulatedNode(config, random);
        control = new RandomSteps(node, random);
    }

    /** The configuration of the first constructor with other rules of ICMP errors. */
    static NatConfig withErrors(int shards, ErrorRules errors) {
        NatConfig roomy = TranslatorModelTest.roomy(shards);
        return new NatConfig(
                roomy.shardCount(),
                roomy.inside(),
                roomy.pool(),
                roomy.timers(),
                roomy.capacity(),
                roomy.rules(),
                errors);
    }

    /** A packet of the host, and as it left. */
    record Translated(TestPacket before, TestPacket after) {}

    /** What a packet from inside leaves as. */
    Translated translated(TestPacket packet) {
        List<TestPacket> left = out(packet);
        assertEquals(1, left.size(), "left");
        return new Translated(packet, left.getFirst());
    }

    /** What a packet from inside becomes, port control having answered what it was asked. */
    List<TestPacket> out(TestPacket packet) {
        node.takeSent();
        node.fromInside(0, List.of(packet));
        control.answerAll();
        return node.takeSent();
    }

    /** The external tuple that a packet from inside leaves with. */
    Endpoint mapped(TestPacket packet) {
        List<TestPacket> left = out(packet);
        assertEquals(1, left.size(), "left");
        return left.getFirst().source();
    }

    /** Who receives a packet from outside. */
    Optional<Endpoint> delivered(TestPacket packet) {
        node.takeSent();
        node.fromOutside(0, packet);
        return node.takeSent().stream().map(TestPacket::destination).findFirst();
    }

    /** A TCP connection of the host to X; where it leaves. */
    Endpoint established() {
        Endpoint external = mapped(TestPacket.tcp(HOST, INET_X, TcpHeader.SYN));
        assertEquals(Optional.of(HOST), delivered(TestPacket.tcp(INET_X, external, SYN_ACK)));
        assertEquals(external, mapped(TestPacket.tcp(HOST, INET_X, DATA)));
        return external;
    }

    /** An explicit mapping of the host. */
    Endpoint explicit(int protocol) {
        return control.reserve(HOST, protocol, 5_260).orElseThrow();
    }

    /** What the translator says to a reservation. */
    ShardOutcome install(Endpoint internal, int protocol, int port) {
        return control.install(internal.tuple(protocol), port).orElseThrow();
    }

    /** A reservation that is granted; its external tuple. */
    Endpoint reservation(Endpoint internal, int protocol, int port) {
        ShardOutcome outcome = install(internal, protocol, port);
        assertEquals(true, outcome instanceof ShardOutcome.Reserved, outcome::toString);
        int address = pairing(internal).addressIndex();
        return new Endpoint(node.config.pool().addresses().get(address), port);
    }

    Pairing pairing(Endpoint internal) {
        return node.pairingOf(internal.ip()).orElseThrow();
    }

    /** What profiles allow from now on, all else as usual. */
    void limit(Rules.Quota... profiles) {
        rules(Stream.of(profiles).map(usual()::with).toArray(Rules[]::new));
    }

    /** The rules of the profiles from now on. */
    void rules(Rules... profiles) {
        node.rules(List.of(profiles));
    }

    /** The rules of the node as it was built. */
    Rules usual() {
        return node.config.rules();
    }

    /** A planned restart that takes so long. */
    void restart(long seconds) {
        control.comeToRest();
        node.restart(seconds * SECOND_NS);
    }

    void pass(long seconds) {
        node.advanceTo(node.nowNs() + seconds * SECOND_NS);
    }
}
