package org.portreeve.nat.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.portreeve.nat.InternalTuple;
import org.portreeve.nat.Ipv4;
import org.portreeve.nat.PortRange;
import org.portreeve.nat.Prefix;
import org.portreeve.nat.Protocol;
import org.portreeve.nat.config.NatConfig;
import org.portreeve.nat.config.Pool;
import org.portreeve.nat.counter.NatCounter;
import org.portreeve.nat.directory.DedicatedAddresses;
import org.portreeve.nat.directory.Directory;
import org.portreeve.nat.directory.ProfileRules;
import org.portreeve.nat.model.TestPacket.Checksum;
import org.portreeve.nat.model.TestPacket.Endpoint;
import org.portreeve.nat.rules.Behaviour;
import org.portreeve.nat.rules.Rules;
import org.portreeve.nat.shard.Handover;
import org.portreeve.nat.shard.Shard;
import org.portreeve.nat.shard.ShardCommand;
import org.portreeve.nat.shard.ShardLink;
import org.portreeve.nat.shard.ShardOutcome;
import org.portreeve.nat.shard.ShardSecrets;
import org.portreeve.nat.wire.IcmpHeader;
import org.portreeve.nat.wire.TcpHeader;

/**
 * Goal: a shard allocates nothing, whatever it does with packets: translate, open sessions, filter,
 * lease ports, let all of it expire, while port control changes the rules of subscribers. Method:
 * 100,000 flows pass, both ways, fall silent until every session and port is gone, and come again,
 * ten million packets long; what the thread allocated inside the duty cycle is counted once the
 * code is warm.
 */
class ZeroAllocationTest {
    private static final int FLOWS = 100_000;
    private static final int FLOWS_EACH = 100;
    private static final int PASSES_OF_ROUND = 11;

    /** Subscribers, the first ones, whose external address is their own: they have no sessions. */
    private static final int DEDICATED = 16;

    private static final int SHARING_FLOWS = FLOWS - DEDICATED * FLOWS_EACH;
    private static final int ROUNDS = 5;

    /** The JIT allocates when it throws code away for better; it ends that sooner than this. */
    private static final int MOST_ROUNDS = 15;

    /** The same at the beginning, in shorter rounds. */
    private static final int MOST_WARM_ROUNDS = 12;

    private static final long TICK_NS = 250_000_000L;
    private static final long SILENCE_NS = 9_000_000_000_000L;
    private static final long LOOK_NS = 300_000_000_000L;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final ShardLink link = new ShardLink(1);
    private final ReplayPort device = new ReplayPort(packets());
    private final Directory directory = new Directory();
    private final Shard shard =
            new Shard(
                    0,
                    config(),
                    directory,
                    link,
                    device,
                    new Handover(1),
                    ShardSecrets.of(new SplittableRandom(1)),
                    0);
    private long nowNs;
    private long allocatedBytes;

    @Test
    void tenMillionPacketsOfHundredThousandFlowsAllocateNothing() {
        Map<Integer, Integer> dedicated = new HashMap<>();
        for (int subscriber = 0; subscriber < DEDICATED; subscriber++) {
            dedicated.put(ip(subscriber), Ipv4.of("192.0.2.0") + subscriber);
        }
        directory.dedicated(DedicatedAddresses.of(dedicated));
        for (int subscriber = DEDICATED; subscriber < FLOWS / FLOWS_EACH; subscriber++) {
            int address = subscriber % config().pool().addresses().size();
            directory.put(InternalTuple.DEFAULT_REALM, ip(subscriber), subscriber, address);
        }
        warmUp();
        long sentBefore = device.sent();
        int quiet = 0;
        for (int round = 0; quiet < ROUNDS && round < MOST_ROUNDS; round++) {
            allocatedBytes = 0;
            comeAndGo(PASSES_OF_ROUND);
            quiet = allocatedBytes == 0 ? quiet + 1 : 0;
            sentBefore = quiet == 0 ? device.sent() : sentBefore;
        }

        assertEquals(ROUNDS, quiet, "rounds in a row that allocate nothing");
        assertTrue(device.sent() - sentBefore >= 10_000_000, "both ways");
        long oneToOne = shard.counters().read().get(NatCounter.DEDICATED_INBOUND);
        assertTrue(oneToOne >= (long) ROUNDS * PASSES_OF_ROUND * DEDICATED * FLOWS_EACH);
    }

    private void warmUp() {
        int quiet = 0;
        for (int round = 0; quiet < 3 && round < MOST_WARM_ROUNDS; round++) {
            allocatedBytes = 0;
            comeAndGo(2);
            quiet = allocatedBytes == 0 ? quiet + 1 : 0;
        }
    }

    private void comeAndGo(int passes) {
        for (int pass = 0; pass < passes; pass++) {
            changeRules(pass);
            device.arrive(FLOWS);
            rest();
            nowNs += TICK_NS;
        }
        int inbound = shard.occupancy().sessions() - SHARING_FLOWS;
        assertTrue(0 < inbound && inbound < FLOWS, inbound + " second answers were let in");
        for (long untilNs = nowNs + SILENCE_NS; nowNs < untilNs; nowNs += LOOK_NS) {
            rest();
        }
        assertEquals(new Shard.Occupancy(0, 0, 0), shard.occupancy());
    }

    /**
     * Other limits and profiles each time, all of which let answers pass; from other ports of a
     * peer only those to half of the subscribers.
     */
    private void changeRules(int pass) {
        Rules usual = config().rules();
        int most = usual.quota().sessionBurst() + pass;
        Rules other = usual.with(new Rules.Quota(0, most, most, most, most));
        directory.rules(
                ProfileRules.of(
                        List.of(
                                filtered(usual, Behaviour.ADDRESS_DEPENDENT),
                                filtered(other, Behaviour.ADDRESS_AND_PORT_DEPENDENT))));
        for (int subscriber = pass; subscriber < FLOWS / FLOWS_EACH; subscriber += 3) {
            directory.profile(subscriber, pass & 1);
        }
    }

    private static Rules filtered(Rules rules, Behaviour behaviour) {
        return new Rules(
                rules.quota(),
                rules.explicitPorts(),
                rules.mapping(),
                new Rules.Filtering(behaviour, behaviour),
                rules.eif(),
                List.of());
    }

    /** Only the shard's own work is counted; port control may allocate. */
    private void rest() {
        int done;
        do {
            long before = threads.getCurrentThreadAllocatedBytes();
            done = shard.doWork(nowNs);
            allocatedBytes += threads.getCurrentThreadAllocatedBytes() - before;
            link.drain(this::answer, Integer.MAX_VALUE);
        } while (done > 0);
    }

    private void answer(ShardOutcome outcome) {
        if (outcome instanceof ShardOutcome.BlockLeased(int _, int address, int port)) {
            link.send(new ShardCommand.ActivateBlock(address, port));
        }
    }

    private static int ip(int subscriber) {
        return Ipv4.of("100.64.0.0") + subscriber;
    }

    /** Half UDP, the rest TCP and echoes. */
    private static byte[][] packets() {
        int remote = Ipv4.of("203.0.113.1");
        byte[][] packets = new byte[FLOWS][];
        for (int flow = 0; flow < FLOWS; flow++) {
            var from = new Endpoint(ip(flow / FLOWS_EACH), 40_000 + flow % FLOWS_EACH);
            var to = new Endpoint(remote + flow % 64, 443);
            TestPacket packet =
                    switch (flow % 4) {
                        case 0 -> TestPacket.tcp(from, to, TcpHeader.SYN);
                        case 1 -> TestPacket.echo(from, to.ip(), IcmpHeader.ECHO);
                        default -> TestPacket.udp(from, to);
                    };
            int header = 20 + (packet.protocol() == Protocol.TCP ? 20 : 8);
            int payload = ReplayPort.PACKET_BYTES - header;
            packets[flow] = packet.shaped(payload, 0, Checksum.RIGHT).bytes();
        }
        return packets;
    }

    private static NatConfig config() {
        int first = Ipv4.of("198.51.100.0");
        return new NatConfig(
                1,
                List.of(Prefix.of("100.64.0.0/10")),
                Pool.of(
                        IntStream.range(0, 8).mapToObj(i -> first + i).toList(),
                        new PortRange(1_024, 65_535),
                        new PortRange(1_024, 2_047),
                        new Pool.Block(64, 8, 180_000_000_000L)),
                NatConfig.Timers.defaults(),
                new NatConfig.Capacity(131_072, 131_072, 1_024),
                Rules.of(
                        new Rules.Quota(32, 2_048, 4_096, 100_000, 100_000),
                        new PortRange(1_024, 65_535),
                        new Rules.Eif(1_024, 1_000_000, 1_000_000, 30_000_000_000L, false)));
    }
}
